import { choose, computed, constant, first, text, textOf } from '../functions.ts';
import { type Forms, pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { COMPACT_TIME, timeIn } from '../written-times.ts';
import { categoryBy } from './levels.ts';
import { mysqlKey, rdsGroup, rdsInstance } from './rds.ts';

/** MySQL 5.7 and later write a time in each line; MariaDB and older ones only where the second has changed. */
const TIME = String.raw`(?:(?<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))|(?<old_time>\d{6} [ \d]\d:\d\d:\d\d)|\t)`;
const RECORD = new RegExp(`^${TIME}[ \\t]+(?<id>\\d+) (?<command>[A-Z][A-Za-z ]{0,30})(?:\\t(?<argument>[\\s\\S]*))?$`);

const ARGUMENTS: Forms = [
  ['ACCESS_DENIED', /^Access denied for user '(?<user>[^']*)'@'(?<host>[^']*)'/],
  [
    'CONNECT',
    /^(?<user>[^ \t\r\n@]*)@(?<host>[^ \t\r\n@]+) (?:as (?<other_user>[^ \t\r\n]+) )?on (?<database>[^ \t\r\n]*)(?: using (?<transport>[A-Za-z/ ]+))?$/,
  ],
];

const LABELS: Readonly<Record<string, string>> = {
  Connect: 'Database connection',
  Quit: 'Database connection closed',
  Query: 'SQL query',
  Prepare: 'SQL statement prepared',
  Execute: 'SQL statement executed',
  'Init DB': 'Database chosen',
  'Change user': 'Database user of a connection changed',
  'Binlog Dump': 'Replica connected',
  'Binlog Dump GTID': 'Replica connected',
};

/** Only of a connection: a query may hold any text. */
const kind = computed('kind of a connection', ['command', 'form'], (command, known) =>
  command === 'Connect' || command === 'Change user' ? textOf(known) : undefined,
);
const ofConnection = (name: string): ReturnType<typeof computed> =>
  computed(`${name} of a connection`, [kind, name], (known, value) => (known === '' ? undefined : textOf(value)));

/** The server writes a connection before it knows how that ends. */
const outcome = choose(kind, { ACCESS_DENIED: 'failure' });
const STATEMENTS = new Set(['Query', 'Prepare', 'Execute']);

export const rdsMysqlGeneral = defineLogType({
  name: 'rds-mysql-general',
  title: 'Amazon RDS and Aurora MySQL and MariaDB general query logs',
  reference: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQL.Generallog.html',
  keys: [mysqlKey('general')],
  logGroups: [rdsGroup('general')],
  looksLike: {
    line: /^(?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\d{6} [ \d]\d:\d\d:\d\d)[ \t]+\d+ (?:Connect|Quit|Query|Init DB|Prepare|Execute|Close stmt|Reset stmt|Field List|Statistics|Ping|Change user|Binlog Dump(?: GTID)?|Register (?:Slave|Replica))(?:\t|$)/,
  },
  layout: pattern(RECORD, {
    otherwise: 'message',
    starts:
      /^(?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\d{6} [ \d]\d:\d\d:\d\d|\t)[ \t]+\d+ [A-Z][A-Za-z ]{0,30}(?:\t|\r?$)/,
    within: { argument: ARGUMENTS },
  }),
  product: 'RDS MySQL General',
  time: first(isoTime('time'), timeIn('old_time', COMPACT_TIME)),
  signature: first(choose(kind, { ACCESS_DENIED: 'ACCESS_DENIED' }), 'command', constant('MESSAGE')),
  label: first(
    choose(kind, { ACCESS_DENIED: 'Database access denied' }),
    choose('command', LABELS, 'Database client command'),
  ),
  category: categoryBy('MySQLGeneral', outcome),
  severity: choose(kind, { ACCESS_DENIED: 5 }, 1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': ofConnection('host'),
    'user.name': ofConnection('user'),
    'target.user': ofConnection('other_user'),
    'event.action': 'command',
    'event.outcome': outcome,
    'event.message': first(
      'message',
      computed('argument of other commands', ['command', 'argument'], (command, argument) =>
        STATEMENTS.has(textOf(command)) ? undefined : textOf(argument),
      ),
    ),
    'database.name': first(
      ofConnection('database'),
      computed('argument of Init DB', ['command', 'argument'], (command, argument) =>
        command === 'Init DB' ? textOf(argument) : undefined,
      ),
    ),
    'database.instance': rdsInstance,
    'database.connection': 'id',
    'database.statement': computed('argument of a statement', ['command', 'argument'], (command, argument) =>
      STATEMENTS.has(textOf(command)) ? textOf(argument) : undefined,
    ),
    'network.application': text('transport', 'transport', (transport) => transport),
  },
  splunk: { sourcetype: 'mysql:generalQueryLog' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: choose('command', { Connect: 'authentication', Quit: 'authentication' }, 'datastore_activity'),
    activity: choose('command', {
      Connect: 'Logon',
      Quit: 'Logoff',
      Query: 'Query',
      Prepare: 'Query',
      Execute: 'Query',
    }),
    // Not every command has a query's text, without which OCSF knows no query.
    paths: { 'event.action': '' },
  },
  ecs: {
    kind: 'event',
    category: 'database',
    type: choose(kind, { ACCESS_DENIED: 'error' }, 'access'),
  },
});
