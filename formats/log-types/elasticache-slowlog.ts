import { before, constant, hostOf, portOf } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { epochSeconds } from '../times.ts';

const CLIENT = 'ClientAddress';

export const elasticacheSlowlog = defineLogType({
  name: 'elasticache-slowlog',
  title: 'Amazon ElastiCache slow log, in JSON',
  reference: 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Log_Delivery.html',
  keys: [],
  looksLike: { json: [['CacheClusterId', 'Duration (us)', 'Command']] },
  layout: json(),
  product: 'ElastiCache',
  time: epochSeconds('Timestamp'),
  signature: constant('SlowCommand'),
  label: constant('Slow command'),
  category: constant('ElastiCache'),
  severity: constant(1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': hostOf(CLIENT),
    'source.port': portOf(CLIENT),
    'event.uid': 'Id',
    'event.action': before('Command', ' '),
    'resource.name': 'CacheClusterId',
    'elasticache.node': 'CacheNodeId',
    'elasticache.client': 'ClientName',
    'elasticache.duration': 'Duration (us)',
    'elasticache.command': 'Command',
  },
  splunk: { sourcetype: 'aws:cloudwatchlogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'datastore_activity',
    activity: 'Query',
    paths: {
      'resource.name': 'database.name',
      'elasticache.command': 'query_info.query_string',
    },
  },
  ecs: { kind: 'event', category: 'database', type: 'access' },
});
