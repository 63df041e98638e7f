import { choose, computed, first, joined, text, textOf, words } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { categoryBy } from './levels.ts';

const CATEGORY = 'audit_category';

const outcome = choose(CATEGORY, {
  AUTHENTICATED: 'success',
  GRANTED_PRIVILEGES: 'success',
  FAILED_LOGIN: 'failure',
  MISSING_PRIVILEGES: 'failure',
  BAD_HEADERS: 'failure',
  SSL_EXCEPTION: 'failure',
  OPENSEARCH_SECURITY_INDEX_ATTEMPT: 'failure',
  OPENDISTRO_SECURITY_INDEX_ATTEMPT: 'failure',
});

const REMOTE = 'audit_request_remote_address';
/** Some versions write `address:port`. */
const remote = text(REMOTE, `address in ${REMOTE}`, (value) => {
  const found = /^(?:\[([^\]]+)\]|([^:]+)):\d+$/.exec(value);
  return found?.[1] ?? found?.[2] ?? value;
});

export const opensearchAudit = defineLogType({
  name: 'opensearch-audit',
  title: 'Amazon OpenSearch Service audit logs',
  reference: 'https://docs.aws.amazon.com/opensearch-service/latest/developerguide/audit-logs.html',
  keys: [],
  logGroups: [/^\/aws\/(?:OpenSearchService|opensearch|aes)\/domains\/[^:]+\/audit-logs:/],
  looksLike: { json: [[CATEGORY, 'audit_format_version']] },
  layout: json(),
  product: 'OpenSearch',
  version: 'audit_format_version',
  time: isoTime(first('@timestamp', 'audit_utc_timestamp')),
  signature: CATEGORY,
  label: words(CATEGORY),
  category: categoryBy('OpenSearch', outcome),
  severity: choose(
    CATEGORY,
    {
      FAILED_LOGIN: 5,
      MISSING_PRIVILEGES: 5,
      BAD_HEADERS: 5,
      SSL_EXCEPTION: 4,
      OPENSEARCH_SECURITY_INDEX_ATTEMPT: 7,
      OPENDISTRO_SECURITY_INDEX_ATTEMPT: 7,
    },
    1,
  ),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': remote,
    // The initiating user is there only where it acts as another.
    'user.name': first('audit_request_initiating_user', 'audit_request_effective_user'),
    'user.type': choose('audit_request_effective_user_is_admin', { true: 'admin' }),
    'target.user': computed(
      'audit_request_effective_user where another initiated the request',
      ['audit_request_initiating_user', 'audit_request_effective_user'],
      (initiating, effective) =>
        textOf(initiating) === '' || initiating === effective ? undefined : textOf(effective),
    ),
    'user.agent': first('audit_rest_request_headers.User-Agent.0', 'audit_rest_request_headers.User-Agent'),
    'destination.host': first('audit_rest_request_headers.Host.0', 'audit_rest_request_headers.Host'),
    'event.uid': 'audit_trace_task_id',
    'event.action': first('audit_request_privilege', 'audit_transport_request_type', 'audit_rest_request_method'),
    'event.kind': 'audit_request_layer',
    'event.outcome': outcome,
    'request.method': 'audit_rest_request_method',
    'request.url': 'audit_rest_request_path',
    'resource.name': first(joined('audit_trace_resolved_indices'), joined('audit_trace_indices')),
    'opensearch.cluster': 'audit_cluster_name',
    'opensearch.node': 'audit_node_name',
  },
  splunk: { sourcetype: 'aws:cloudwatchlogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: choose(CATEGORY, { AUTHENTICATED: 'authentication', FAILED_LOGIN: 'authentication' }, 'datastore_activity'),
    activity: choose(CATEGORY, { AUTHENTICATED: 'Logon', FAILED_LOGIN: 'Logon' }, 'Query'),
    paths: {
      'event.action': '',
      'event.kind': '',
      'resource.name': 'table.name',
      'opensearch.cluster': 'database.name',
    },
    values: { 'service.name': 'audit_cluster_name' },
  },
  ecs: {
    kind: 'event',
    category: choose(
      CATEGORY,
      { AUTHENTICATED: 'database authentication', FAILED_LOGIN: 'database authentication' },
      'database',
    ),
    type: 'info',
  },
});
