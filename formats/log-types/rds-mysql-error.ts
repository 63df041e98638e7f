import { choose, constant, first } from '../functions.ts';
import { type Forms, pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { PLAIN_TIME, timeIn } from '../written-times.ts';
import { categoryBy, levelOutcome, levelSeverity } from './levels.ts';
import { mysqlKey, rdsGroup, rdsInstance } from './rds.ts';

const TIME = String.raw`\d{4}-\d\d-\d\d[T ][ \d]?\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?`;
const RECORD = new RegExp(
  String.raw`^(?<time>${TIME}) +(?<thread>(?:0x)?[0-9a-f]+)(?: +\[(?<level>[A-Za-z]+)\](?: \[(?<code>MY-\d+)\])?(?: \[(?<subsystem>[^\]\n]*)\])?:?)? +(?<message>[\s\S]*)$`,
);

const MESSAGES: Forms = [
  ['ACCESS_DENIED', /^Access denied for user '(?<user>[^']*)'@'(?<host>[^']*)'/],
  [
    'ABORTED_CONNECTION',
    /^Aborted connection (?<connection>\d+) to db: '(?<database>[^']*)' user: '(?<user>[^']*)' host: '(?<host>[^']*)'/,
  ],
];

const outcome = first(choose('form', { ACCESS_DENIED: 'failure' }), levelOutcome('level'));

export const rdsMysqlError = defineLogType({
  name: 'rds-mysql-error',
  title: 'Amazon RDS and Aurora MySQL and MariaDB error logs',
  reference: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQL.LogFileSize.html',
  keys: [mysqlKey('error')],
  logGroups: [rdsGroup('error')],
  looksLike: { line: new RegExp(`^${TIME} +(?:0x)?[0-9a-f]+ +\\[(?:Note|Warning|ERROR|Error|System)\\]`) },
  layout: pattern(RECORD, {
    otherwise: 'message',
    starts: new RegExp(`^${TIME} +(?:0x)?[0-9a-f]+ `),
    within: { message: MESSAGES },
  }),
  product: 'RDS MySQL Error',
  time: first(isoTime('time'), timeIn('time', PLAIN_TIME)),
  signature: first('form', 'code', 'level', constant('MESSAGE')),
  label: first(
    choose('form', { ACCESS_DENIED: 'Database access denied', ABORTED_CONNECTION: 'Database connection aborted' }),
    choose(
      'level',
      { Note: 'Database note', Warning: 'Database warning', ERROR: 'Database error', Error: 'Database error' },
      'Database message',
    ),
  ),
  category: categoryBy('MySQLError', outcome),
  severity: first(choose('form', { ACCESS_DENIED: 5 }), levelSeverity('level')),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': 'host',
    'user.name': 'user',
    'event.outcome': outcome,
    'event.reason': 'code',
    'event.message': 'message',
    'log.level': 'level',
    'log.logger': 'subsystem',
    'database.name': 'database',
    'database.instance': rdsInstance,
    'database.connection': first('connection', 'thread'),
  },
  splunk: { sourcetype: 'mysql:errorLog' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: choose('form', { ACCESS_DENIED: 'authentication' }, 'base_event'),
    activity: choose('form', { ACCESS_DENIED: 'Logon' }),
  },
  ecs: {
    kind: 'event',
    category: 'database',
    type: choose('form', { ACCESS_DENIED: 'error' }, 'info'),
  },
});
