import { choose, computed, constant, first, joined, spaced, textOf } from '../functions.ts';
import { json } from '../layout.ts';
import { member, members } from '../lists.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { categoryBy } from './levels.ts';

const READS = new Set(['get', 'list', 'watch']);
/** Ways into a running container. */
const INTRUSIVE = new Set(['exec', 'attach', 'portforward', 'ephemeralcontainers']);

const decision = member('annotations', 'authorization.k8s.io/decision');
const CODE = 'responseStatus.code';

/** `pods/exec`; requests for no object, like `/healthz`, have none. */
const resource = computed(
  'objectRef resource and subresource',
  ['objectRef.resource', 'objectRef.subresource'],
  (kind, sub) =>
    [kind, sub]
      .map(textOf)
      .filter((part) => part !== '')
      .join('/'),
);

const outcome = computed('by responseStatus.code and the authorization decision', [CODE, decision], (code, allowed) => {
  if (allowed === 'forbid') return 'failure';
  if (typeof code === 'number') return code < 400 ? 'success' : 'failure';
  return undefined;
});

const severity = computed(
  'Kubernetes has none of its own: 6 into a container, 5 refused, 4 error, 3 write, 1 read',
  ['verb', 'objectRef.subresource', CODE, decision],
  (verb, sub, code, allowed) => {
    if (allowed === 'forbid' || code === 401 || code === 403) return 5;
    if (typeof code === 'number' && code >= 400) return 4;
    if (INTRUSIVE.has(textOf(sub))) return 6;
    return textOf(verb) === '' || READS.has(textOf(verb)) ? 1 : 3;
  },
);

export const eksAudit = defineLogType({
  name: 'eks-audit',
  title: 'Amazon EKS: audit log of the Kubernetes API server',
  reference: 'https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html',
  keys: [],
  logGroups: [/^\/aws\/eks\/[^:]+\/cluster:kube-apiserver-audit-/],
  looksLike: { json: [['auditID', 'stage', 'requestURI']] },
  layout: json(),
  product: 'EKS Audit',
  version: 'apiVersion',
  time: isoTime(first('requestReceivedTimestamp', 'stageTimestamp')),
  signature: computed('verb and resource', ['verb', resource], (verb, kind) =>
    [verb, kind]
      .map(textOf)
      .filter((part) => part !== '')
      .join(':'),
  ),
  label: spaced('verb', resource),
  category: categoryBy('kubernetes', outcome),
  severity,
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': 'sourceIPs.0',
    'user.name': 'user.username',
    'user.id': 'user.uid',
    'user.type': joined('user.groups'),
    'user.arn': first('user.extra.arn.0', 'user.extra.canonicalArn.0'),
    'user.access_key': 'user.extra.accessKeyId.0',
    'user.agent': 'userAgent',
    'target.user': 'impersonatedUser.username',
    'event.uid': 'auditID',
    'event.end': isoTime('stageTimestamp'),
    'event.action': 'verb',
    'event.kind': 'stage',
    'event.outcome': outcome,
    'event.reason': 'responseStatus.reason',
    'event.message': 'responseStatus.message',
    'request.url': 'requestURI',
    'response.status': CODE,
    'kubernetes.namespace': 'objectRef.namespace',
    'kubernetes.name': 'objectRef.name',
    'kubernetes.resource': spaced(resource, 'objectRef.apiGroup'),
    'kubernetes.authorization': member('annotations', 'authorization.k8s.io/reason'),
    'kubernetes.images': first(
      members('requestObject.spec.containers', 'image'),
      members('requestObject.spec.template.spec.containers', 'image'),
      members('requestObject.spec.jobTemplate.spec.template.spec.containers', 'image'),
    ),
  },
  kinds: {
    'responseStatus.code': [undefined, 200, 403, 404],
    annotations: [undefined, ...['allow', 'forbid'].map((word) => ({ 'authorization.k8s.io/decision': word }))],
    verb: ['get', '<verb>', undefined],
    'objectRef.subresource': ['exec', '<objectRef.subresource>', undefined],
  },
  splunk: { sourcetype: 'aws:cloudwatchlogs:eks' },
  qradar: 'Amazon AWS Kubernetes',
  ocsf: {
    class: 'api_activity',
    activity: choose(
      'verb',
      {
        ...{ get: 'Read', list: 'Read', watch: 'Read', create: 'Create', update: 'Update', patch: 'Update' },
        ...{ delete: 'Delete', deletecollection: 'Delete' },
      },
      'Other',
    ),
    paths: { 'event.kind': '', 'user.type': '', 'request.url': 'http_request.url.path' },
    values: { 'api.request.uid': 'auditID' },
  },
  ecs: {
    kind: 'event',
    category: 'api',
    type: choose(
      'verb',
      {
        ...{ create: 'creation', update: 'change', patch: 'change' },
        ...{ delete: 'deletion', deletecollection: 'deletion' },
      },
      'access',
    ),
    values: { 'orchestrator.type': constant('kubernetes') },
  },
});
