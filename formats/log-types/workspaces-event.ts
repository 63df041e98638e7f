import { choose, constant, text } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { categoryBy } from './levels.ts';

const outcome = text('actionType', 'success or failure, as actionType begins', (type) => {
  if (/^success/i.test(type)) return 'success';
  return /^fail/i.test(type) ? 'failure' : undefined;
});

export const workspacesEvent = defineLogType({
  name: 'workspaces-event',
  title: 'Amazon WorkSpaces access events',
  reference: 'https://docs.aws.amazon.com/workspaces/latest/adminguide/cloudwatch-events.html',
  keys: [],
  detailTypes: ['WorkSpaces Access'],
  looksLike: { json: [['actionType', 'clientIpAddress', 'workspaceId']] },
  layout: json(),
  product: 'WorkSpaces',
  time: isoTime('loginTime'),
  signature: 'actionType',
  label: choose('actionType', { successfulLogin: 'WorkSpace login' }, 'WorkSpace access'),
  category: categoryBy('WorkSpaces', outcome),
  severity: choose(outcome, { failure: 4 }, 1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': 'clientIpAddress',
    'user.agent': 'workspacesClientProductName',
    'event.action': 'actionType',
    'event.outcome': outcome,
    'event.start': isoTime('loginTime'),
    'resource.name': 'workspaceId',
    'workspaces.directory': text('directoryId', 'directoryId without domain/', (id) => id.replace(/^domain\//, '')),
    'workspaces.platform': 'clientPlatform',
  },
  kinds: { actionType: ['successfulLogin', 'failedLogin', '<actionType>'] },
  splunk: { sourcetype: 'aws:firehose:json' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'authentication',
    activity: 'Logon',
    values: { 'service.name': constant('workspaces.amazonaws.com'), 'dst_endpoint.uid': 'workspaceId' },
  },
  ecs: {
    kind: 'event',
    category: 'authentication host',
    type: 'start',
    names: { 'resource.name': 'host.id related.hosts' },
  },
});
