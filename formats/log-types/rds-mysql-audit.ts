import { choose, computed, constant, first, text, textOf } from '../functions.ts';
import { columns, splitCommas } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { COMPACT_TIME, epochMicroseconds, timeIn } from '../written-times.ts';
import { categoryBy } from './levels.ts';
import { mysqlKey, rdsGroup, rdsInstance } from './rds.ts';

const NAMES =
  'timestamp serverhost username host connectionid queryid operation database object retcode connection_type'.split(
    ' ',
  );

/** RDS writes a date; Aurora microseconds; newer plugins what their administrator chose. */
const STARTS = /^(?:\d{8}[ T]\d\d:\d\d:\d\d[^, \t\r\n]*|\d{16}),/;

const LABELS: Readonly<Record<string, string>> = {
  CONNECT: 'Database connection',
  FAILED_CONNECT: 'Database connection failed',
  DISCONNECT: 'Database connection closed',
  CHANGEUSER: 'Database user of a connection changed',
  QUERY: 'SQL query',
  ...{ QUERY_DDL: 'SQL data definition', QUERY_DML: 'SQL data manipulation', QUERY_DCL: 'SQL access control' },
  ...{ READ: 'Database table read', WRITE: 'Database table written', CREATE: 'Database table created' },
  ...{ ALTER: 'Database table altered', RENAME: 'Database table renamed', DROP: 'Database table dropped' },
};

const CHANGES = /^(?:WRITE|CREATE|ALTER|RENAME|DROP|CHANGEUSER|QUERY_DDL|QUERY_DCL)$/;

const outcome = computed(
  'failure where the code is not 0 or the connection failed',
  ['operation', 'retcode'],
  (operation, code) => {
    if (operation === 'FAILED_CONNECT') return 'failure';
    return code === undefined || code === '' ? undefined : code === '0' ? 'success' : 'failure';
  },
);

const isQuery = (operation: unknown): boolean => textOf(operation).startsWith('QUERY');

const isConnection = (operation: unknown): boolean => /CONNECT$|^CHANGEUSER$/.test(textOf(operation));

/** MariaDB 12 writes the client's port behind its host. */
const hostAndPort = /^(\[[0-9A-Fa-f:.]+\]|[^:]+):(\d{1,5})$/;

export const rdsMysqlAudit = defineLogType({
  name: 'rds-mysql-audit',
  title: 'Amazon RDS and Aurora MySQL and MariaDB audit logs',
  reference: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MySQL.Options.AuditPlugin.html',
  keys: [mysqlKey('audit')],
  logGroups: [rdsGroup('audit')],
  looksLike: { line: /^(?:\d{8}[ T]\d\d:\d\d:\d\d[^, \t\r\n]*|\d{16}),[^, \t\r\n]*,[^,]*,[^,]*,\d+,\d+,[A-Z_]+,/ },
  layout: columns({ names: NAMES, least: 10, starts: STARTS, otherwise: 'message', split: splitCommas }),
  product: 'RDS MySQL Audit',
  time: first(timeIn('timestamp', COMPACT_TIME), epochMicroseconds('timestamp')),
  signature: first('operation', constant('MESSAGE')),
  label: choose('operation', LABELS, 'Database audit record'),
  category: categoryBy('MySQLAudit', outcome),
  severity: computed('failed connection 5, failure 4, change 3, else 1', ['operation', outcome], (operation, how) => {
    if (operation === 'FAILED_CONNECT' || (operation === 'CONNECT' && how === 'failure')) return 5;
    if (how === 'failure') return 4;
    return CHANGES.test(textOf(operation)) ? 3 : 1;
  }),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': text('host', 'host', (host) => (hostAndPort.exec(host)?.[1] ?? host).replace(/^\[|\]$/g, '')),
    'source.port': text('host', 'port of host', (host) => hostAndPort.exec(host)?.[2]),
    'user.name': 'username',
    'event.action': 'operation',
    'event.outcome': outcome,
    'event.reason': text('retcode', 'retcode where it is not 0', (code) => (code === '0' ? undefined : code)),
    'event.message': 'message',
    'host.name': 'serverhost',
    'database.name': 'database',
    'database.instance': rdsInstance,
    'database.connection': 'connectionid',
    'database.statement': computed('object of a query', ['operation', 'object'], (operation, object) =>
      isQuery(operation) ? textOf(object) : undefined,
    ),
    'resource.name': computed('object of an operation on a table', ['operation', 'object'], (operation, object) =>
      isQuery(operation) || isConnection(operation) ? undefined : textOf(object),
    ),
    // Newer plugins say there how a connection is encrypted.
    'tls.protocol': computed('object of a connection', ['operation', 'object'], (operation, object) =>
      isConnection(operation) ? textOf(object) : undefined,
    ),
    'network.application': 'connection_type',
  },
  kinds: { retcode: ['0', '1064', undefined] },
  splunk: { sourcetype: 'aws:cloudwatchlogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: choose(
      'operation',
      { CONNECT: 'authentication', FAILED_CONNECT: 'authentication', DISCONNECT: 'authentication' },
      'datastore_activity',
    ),
    activity: choose('operation', {
      ...{ CONNECT: 'Logon', FAILED_CONNECT: 'Logon', DISCONNECT: 'Logoff', QUERY: 'Query', QUERY_DML: 'Query' },
      ...{ READ: 'Read', WRITE: 'Write', CREATE: 'Create', ALTER: 'Update', RENAME: 'Update', DROP: 'Delete' },
    }),
    // Not every command has a query's text, without which OCSF knows no query.
    paths: { 'event.action': '' },
  },
  ecs: {
    kind: 'event',
    category: 'database',
    type: choose('operation', { FAILED_CONNECT: 'error' }, 'access'),
  },
});
