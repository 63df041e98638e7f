import { absent, type Computed, type Expression } from '../expression.ts';
import { choose, computed, first, tail, text, textOf, titled } from '../functions.ts';
import { json } from '../layout.ts';
import { member, members, objectsOf } from '../lists.ts';
import { defineLogType } from '../log-type.ts';
import { epochMilliseconds, isoTime } from '../times.ts';
import { accountKey } from './keys.ts';

/**
 * Records of the Open Cybersecurity Schema Framework as AWS writes them. Security Lake's sources of version 1 are 1.0.0-rc.2
 * (`cloud.account_uid`, `finding`), those of version 2 are 1.1 (`cloud.account.uid`, `finding_info`); both are read.
 */

/** Beyond the year 5138 in milliseconds: some custom sources count microseconds. */
const MICROSECONDS = 1e14;

const instant = (name: string): Computed =>
  first(
    epochMilliseconds(
      computed(name, [name], (time) => {
        const count = Number(textOf(time) || Number.NaN);
        return count > MICROSECONDS ? Math.floor(count / 1000) : count;
      }),
    ),
    isoTime(`${name}_dt`),
    isoTime(name),
  );

const FINDINGS = '2';
/** `type_uid`, which is made of class and activity. */
const typeUid = first(
  'type_uid',
  computed('class_uid * 100 + activity_id', ['class_uid', 'activity_id'], (type, activity) =>
    absent(type) || absent(activity) ? undefined : String(Number(type) * 100 + Number(activity)),
  ),
  'class_uid',
);

const severity = first(
  choose('severity_id', { 0: 0, 1: 1, 2: 3, 3: 5, 4: 8, 5: 10, 6: 10, 99: 3 }),
  choose('severity', { Informational: 1, Low: 3, Medium: 5, High: 8, Critical: 10, Fatal: 10, Unknown: 0 }),
);

/** The status of a finding says how far people are with it, not how it ended. */
const outcome = computed(
  'status_id, else status, of anything but findings',
  ['status_id', 'status', 'class_uid'],
  (id, status, type) => {
    if (textOf(type).length === 4 && textOf(type).startsWith(FINDINGS)) return undefined;
    if (textOf(id) === '1' || status === 'Success') return 'success';
    return textOf(id) === '2' || status === 'Failure' ? 'failure' : undefined;
  },
);

/** EKS has an ARN here. */
const accountUid = computed('account in cloud.account.uid', ['cloud.account.uid'], (uid) =>
  textOf(uid).startsWith('arn:') ? textOf(uid).split(':')[4] : textOf(uid),
);

/** An endpoint's member, of the event or of the first evidence of a finding. */
const at = (side: string, ...names: string[]): Computed =>
  first(...[side, `evidences.0.${side}`].flatMap((endpoint) => names.map((name) => `${endpoint}.${name}`)));

const user = (name: string): Computed =>
  first(`actor.user.${name}`, `identity.user.${name}`, `evidences.0.actor.user.${name}`);

/** Of a sign-in, the user is the one who acts. */
const whoLogsOn = computed(
  'user of an authentication',
  ['class_uid', first('user.name', tail('user.uuid', '/'), 'user.uid')],
  (type, name) => (textOf(type) === '3002' ? textOf(name) : undefined),
);

const finding = (name: string): Computed => first(`finding_info.${name}`, `finding.${name}`);

const withoutDot = (path: Expression): Computed =>
  text(path, 'query.hostname without its last dot', (name) => (name.length > 1 ? name.replace(/\.$/, '') : name));

/** Category of ECS. */
const CATEGORY = first(
  choose('class_uid', {
    ...{ 1007: 'process', 2001: 'vulnerability', 2002: 'vulnerability', 2003: 'configuration' },
    ...{ 2004: 'intrusion_detection', 3001: 'iam', 3002: 'authentication', 4002: 'web network' },
  }),
  choose('category_uid', { 1: 'host', 2: 'intrusion_detection', 3: 'iam', 4: 'network' }),
);

const cves = computed('vulnerabilities[].cve.uid, joined', ['vulnerabilities'], (list) =>
  objectsOf(list)
    .flatMap(({ cve }) => objectsOf(cve).map(({ uid }) => textOf(uid)))
    .filter((uid) => uid !== '')
    .join(','),
);

export const ocsf = defineLogType({
  name: 'ocsf',
  title: 'OCSF events: Amazon Security Lake, AWS Verified Access, AWS Security Hub of today',
  reference: 'https://docs.aws.amazon.com/security-lake/latest/userguide/open-cybersecurity-schema-framework.html',
  keys: [
    /(?:^|\/)(?:aws|ext)\/[^/]+\/(?:\d+\.\d+\/)?region=(?<region>[^/]+)\/account[Ii]d=(?:(?<account>\d{12})|[^/]+)\/event(?:[Dd]ay|[Hh]our)=\d{8,10}\/[^/]+\.parquet$/,
    accountKey('VerifiedAccess/'),
  ],
  logGroups: [/^\/aws\/vendedlogs\/[^:]*verified-?access/i],
  detailTypes: ['Findings Imported V2'],
  looksLike: { json: [['metadata', 'class_uid']] },
  // As EventBridge events of Security Hub hold them.
  layout: json('findings'),
  product: 'OCSF',
  version: 'metadata.version',
  time: instant('time'),
  signature: typeUid,
  label: first('type_name', 'class_name'),
  category: first('class_name', 'category_name', 'class_uid'),
  severity,
  fields: {
    'cloud.account': first(
      accountUid,
      'cloud.account_uid',
      'actor.user.account.uid',
      'actor.user.account_uid',
      member('unmapped', 'recipientAccountId'),
      '@account',
    ),
    'cloud.region': first('cloud.region', '@region'),
    'source.address': at('src_endpoint', 'ip', 'domain', 'hostname', 'name'),
    'source.port': at('src_endpoint', 'port'),
    'source.mac': at('src_endpoint', 'mac'),
    'destination.address': at('dst_endpoint', 'ip'),
    'destination.port': at('dst_endpoint', 'port'),
    'destination.mac': at('dst_endpoint', 'mac'),
    'destination.host': first(at('dst_endpoint', 'hostname', 'domain', 'name'), 'http_request.url.hostname'),
    'destination.domain': withoutDot(first('query.hostname', 'evidences.0.query.hostname')),
    'network.protocol': first(
      'connection_info.protocol_name',
      'connection_info.protocol_num',
      'evidences.0.connection_info.protocol_name',
    ),
    'network.direction': choose('connection_info.direction_id', { 1: 'ingress', 2: 'egress' }),
    'network.bytes_in': first('traffic.bytes_out', 'traffic.bytes'),
    'network.bytes_out': 'traffic.bytes_in',
    'network.packets': first('traffic.packets_out', 'traffic.packets'),
    'network.interface': at('dst_endpoint', 'interface_uid'),
    'network.application': 'app_name',
    'user.name': first(user('name'), tail(tail(user('uuid'), '/'), ':'), tail(user('uid'), ':'), whoLogsOn),
    'user.id': user('uid'),
    'user.type': user('type'),
    'user.agent': 'http_request.user_agent',
    'target.user': first('user.name', tail('user.uuid', '/')),
    'host.name': first('device.hostname', 'device.name'),
    'event.uid': first('metadata.uid', finding('uid')),
    'event.start': first(
      instant('start_time'),
      instant('finding_info.first_seen_time'),
      instant('finding.first_seen_time'),
    ),
    'event.end': first(instant('end_time'), instant('finding_info.last_seen_time'), instant('finding.last_seen_time')),
    'event.count': 'count',
    'event.action': first('api.operation', 'action', 'disposition', 'activity_name'),
    'event.provider': 'api.service.name',
    'event.outcome': outcome,
    'event.reason': first('api.response.error', 'status_detail', 'compliance.status_detail'),
    'event.message': first(
      'api.response.message',
      'api.response.error_message',
      titled(finding('title'), finding('desc')),
      'message',
    ),
    'request.id': first('api.request.uid', 'http_request.uid'),
    'request.method': 'http_request.http_method',
    'request.url': first('http_request.url.url_string', 'http_request.url.text', 'http_request.url.path'),
    'request.context': 'http_request.referrer',
    'resource.name': first('resources.0.uid', 'resources.0.name', 'resource.uid', 'resource.name', 'databucket.name'),
    'resource.type': first('resources.0.type', 'resource.type'),
    'dns.answers': members('answers', 'rdata'),
    'process.name': first('process.name', 'actor.process.name', 'evidences.0.process.name'),
    'process.id': first('process.pid', 'actor.process.pid'),
    'process.path': first('process.file.path', 'actor.process.file.path'),
    'finding.product': 'metadata.product.name',
    'finding.cve': cves,
    'ocsf.finding': finding('uid'),
    'ocsf.access_key': first(user('credential_uid'), 'actor.session.credential_uid'),
    'ocsf.http_status': first('http_response.code', 'api.response.code'),
    'ocsf.tcp_flags': 'connection_info.tcp_flags',
    'ocsf.query_type': 'query.type',
    'ocsf.rcode': 'rcode',
    'ocsf.disposition': 'disposition',
    'ocsf.activity': 'activity_name',
    'ocsf.vpc': first('dst_endpoint.vpc_uid', 'src_endpoint.vpc_uid'),
    'ocsf.instance': first('dst_endpoint.instance_uid', 'src_endpoint.instance_uid', 'device.instance_uid'),
    'ocsf.rule': first('firewall_rule.uid', 'firewall_rule.name'),
    'ocsf.compliance': 'compliance.status',
    'ocsf.control': 'compliance.control',
    'ocsf.country': first('src_endpoint.location.country', 'evidences.0.src_endpoint.location.country'),
    'ocsf.mfa': first('is_mfa', 'mfa', 'actor.session.is_mfa', 'actor.session.mfa'),
  },
  secrets: { signedUrls: true, headers: 'http_request.http_headers' },
  splunk: { sourcetype: 'aws:asl' },
  qradar: 'Universal LEEF',
  ocsf: 'native',
  ecs: {
    kind: choose('category_uid', { 2: 'alert' }, 'event'),
    category: CATEGORY,
    type: choose(CATEGORY, { '': '', network: 'connection', 'web network': 'access' }, 'info'),
    dataset: 'securitylake',
  },
});
