import { excerpt } from '../excerpts.ts';
import { choose, constant, first, text } from '../functions.ts';
import { pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { PLAIN_TIME, timeIn } from '../written-times.ts';
import { REGION } from './keys.ts';
import { categoryBy, levelOutcome, levelSeverity } from './levels.ts';

const TIME = String.raw`\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] [A-Z]+ `;

/** The logger ends the first line; a stack trace follows on lines of its own. */
const RECORD =
  /^\[(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\] (?<level>[A-Z]+) (?<message>[^\n]*?)(?: \((?<logger>[A-Za-z_][\w.$-]*)\))?(?:\r?\n(?<trace>[\s\S]*))?$/;

/** `<cluster>-<uuid>-<number>` names the folder of a cluster, and streams. */
const CLUSTER = /(?:^|\/)([A-Za-z0-9-]+?)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-/;

const outcome = levelOutcome('level');

export const msk = defineLogType({
  name: 'msk',
  title: 'Amazon MSK broker logs',
  reference: 'https://docs.aws.amazon.com/msk/latest/developerguide/msk-logging.html',
  keys: [new RegExp(`(?:^|/)AWSLogs/(?:o-[a-z0-9]{4,32}/)?(?<account>\\d{12})/KafkaBrokerLogs/${REGION}/`)],
  logGroups: [/:[^:]*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-\d+-Broker-\d+$/],
  looksLike: { line: new RegExp(`^${TIME}`) },
  layout: pattern(RECORD, { otherwise: 'message', starts: new RegExp(`^${TIME}`) }),
  product: 'MSK',
  time: timeIn('time', PLAIN_TIME),
  signature: first('level', constant('MESSAGE')),
  label: choose(
    'level',
    {
      ...{ TRACE: 'Kafka broker trace', DEBUG: 'Kafka broker detail', INFO: 'Kafka broker message' },
      ...{ WARN: 'Kafka broker warning', ERROR: 'Kafka broker error', FATAL: 'Kafka broker fatal error' },
    },
    'Kafka broker message',
  ),
  category: categoryBy('MSK', outcome),
  severity: levelSeverity('level'),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'event.outcome': outcome,
    'event.message': 'message',
    'event.reason': text('trace', 'first line of the stack trace', (trace) => /^[^ \t\r\n][^\r\n]*/.exec(trace)?.[0]),
    'log.level': 'level',
    'log.logger': 'logger',
    'kafka.cluster': first(excerpt('@key', CLUSTER, 'cluster'), excerpt('@log_stream', CLUSTER, 'cluster')),
    'kafka.broker': first(
      excerpt('@key', /\/Broker-(\d+)_/, 'broker'),
      excerpt('@log_stream', /-Broker-(\d+)$/, 'broker'),
    ),
  },
  splunk: { sourcetype: 'aws:cloudwatchlogs' },
  qradar: 'Universal LEEF',
  ecs: {
    kind: 'event',
    category: 'process',
    type: 'info',
    names: { 'event.reason': 'error.message' },
  },
});
