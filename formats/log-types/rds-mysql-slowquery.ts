import { constant, first } from '../functions.ts';
import { pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { epochSeconds, isoTime } from '../times.ts';
import { COMPACT_TIME, timeIn } from '../written-times.ts';
import { mysqlKey, rdsGroup, rdsInstance } from './rds.ts';

/**
 * MariaDB writes a line of its own for the thread, and more lines of numbers behind the first. A word that the rest of
 * its line follows ends where it ends: without that, a line without an end would be tried at every letter.
 */
const RECORD = new RegExp(
  String.raw`^(?:# Time: (?<time>[^\n]*?)\r?\n)?# User@Host: (?<user>[^[\n]*)\[(?<account>[^\]\n]*)\] @ (?<host>[^[\n ]*) ` +
    String.raw`\[(?<address>[^\]\n]*)\](?:[ \t]+Id: +(?<id>\d+)(?!\d))?[^\n]*\n` +
    String.raw`(?:# Thread_id: (?<thread>\d+)[ \t\r\n]+Schema: (?<schema>[^ \t\r\n]*)(?![^ \t\r\n])[^\n]*\n)?` +
    String.raw`# Query_time: (?<query_time>[\d.]+)[ \t\r\n]+Lock_time: (?<lock_time>[\d.]+)[ \t\r\n]+Rows_sent: (?<rows_sent>\d+)[ \t\r\n]+` +
    String.raw`Rows_examined: (?<rows_examined>\d+)(?!\d)[^\n]*\n(?:#[^\n]*\n)*` +
    String.raw`(?:use (?<database>[^;\n]+);\r?\n)?(?:SET timestamp=(?<timestamp>\d+);\r?\n)?(?<statement>[\s\S]*)$`,
);

export const rdsMysqlSlowquery = defineLogType({
  name: 'rds-mysql-slowquery',
  title: 'Amazon RDS and Aurora MySQL and MariaDB slow query logs',
  reference: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQL.Generallog.html',
  keys: [mysqlKey('slow')],
  logGroups: [rdsGroup('slowquery')],
  looksLike: { line: /^# (?:Time: \d|User@Host: )/ },
  layout: pattern(RECORD, { otherwise: 'message', starts: /^# (?:Time|User@Host): /, leads: /^# Time: / }),
  product: 'RDS MySQL Slow Query',
  time: first(isoTime('time'), timeIn('time', COMPACT_TIME), epochSeconds('timestamp')),
  signature: constant('SLOW_QUERY'),
  label: constant('Slow SQL query'),
  category: constant('MySQLSlowQuery'),
  severity: constant(1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': first('address', 'host'),
    'user.name': first('account', 'user'),
    'event.message': 'message',
    'database.name': first('database', 'schema'),
    'database.instance': rdsInstance,
    'database.connection': first('id', 'thread'),
    'database.statement': 'statement',
    'database.query_time': 'query_time',
    'database.lock_time': 'lock_time',
    'database.rows_sent': 'rows_sent',
    'database.rows_examined': 'rows_examined',
  },
  splunk: { sourcetype: 'mysql:slowQueryLog' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'datastore_activity',
    activity: 'Query',
  },
  ecs: {
    kind: 'event',
    category: 'database',
    type: 'access',
  },
});
