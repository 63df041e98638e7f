import { unless } from '../excerpts.ts';
import type { Computed } from '../expression.ts';
import { choose, computed, constant, first, textOf } from '../functions.ts';
import { pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { PLAIN_TIME, timeIn } from '../written-times.ts';
import { categoryBy, isFault, severityOf } from './levels.ts';
import { rdsGroup, rdsInstance } from './rds.ts';
import { POSTGRESQL_KINDS, POSTGRESQL_LABELS, POSTGRESQL_MESSAGES } from './rds-postgresql-messages.ts';

const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? [A-Z]{3,5}`;
/** Of the prefixes AWS allows: `%t:%r:%u@%d:[%p]:`, and the one with `%l:%e:%s:%v:%x:%c` behind it. */
const RECORD = new RegExp(
  String.raw`^(?<time>${TIME}):(?:(?<source>[^ \t\r\n()@]+)\((?<port>\d{1,5})\)|\[local\])?:(?<user>[^\n]*?)@(?<database>[^@\n]*?):` +
    String.raw`\[(?<pid>\d+)\]:(?:(?<line>\d+):(?<sqlstate>[0-9A-Z]{5}):(?<session_start>${TIME}):(?<vxid>[^: \t\r\n]*):(?<xid>\d*):` +
    String.raw`(?<session>[0-9a-f]+\.[0-9a-f]+):(?:(?<application>[^:\n]*):)?)?(?<level>[A-Z][A-Z0-9]*): +(?<message>[\s\S]*)$`,
);

/** What a message says; a client's own text, which may look like anything, has another level. */
const kind = computed('kind of the message, of level LOG or FATAL', ['form', 'level'], (known, level) =>
  level === 'LOG' || level === 'FATAL' ? textOf(known) : undefined,
);

const outcome = computed('failure by level; success where the message says it', [kind, 'level'], (known, level) => {
  if (isFault(textOf(level))) return 'failure';
  return /^(?:CONNECTION_AUTH|DURATION)/.test(textOf(known)) ? 'success' : undefined;
});

/** How much a statement of this pgaudit class changes. */
const CLASSES: Readonly<Record<string, number>> = { WRITE: 3, DDL: 3, ROLE: 3, FUNCTION: 2 };

const severity = computed(
  'authentication failed 5; by pgaudit’s class; else by level',
  [kind, 'level', 'class'],
  (...all) => {
    const [known, level, audited] = all.map(textOf);
    if (known === 'AUTHENTICATION_FAILED') return 5;
    return CLASSES[audited ?? ''] ?? severityOf(level ?? '');
  },
);

/** A quoted text of pgaudit. */
const unquoted = (name: string): Computed =>
  computed(`${name}, doubled quotes undone`, [name], (value) => textOf(value).replaceAll('""', '"'));

const isStatement = (level: unknown): boolean => level === 'STATEMENT' || level === 'QUERY';

const sql = first(
  unquoted('quoted_statement'),
  'statement',
  computed('message of level STATEMENT or QUERY', ['level', 'message'], (level, message) =>
    isStatement(level) ? textOf(message) : undefined,
  ),
);

const message = computed(
  'message, where it is more than a statement',
  [kind, 'level', 'message'],
  (known, level, text) =>
    isStatement(level) || known === 'AUDIT' || known === 'LOG_STATEMENT' ? undefined : textOf(text),
);

export const rdsPostgresql = defineLogType({
  name: 'rds-postgresql',
  title: 'Amazon RDS and Aurora PostgreSQL logs, with pgaudit',
  reference: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.html',
  keys: [/(?:^|\/)[^/]*[Pp]ostgre[^/]*\//],
  logGroups: [rdsGroup('postgresql')],
  looksLike: { line: new RegExp(`^${TIME}:(?:[^ \\t\\r\\n()@]+\\(\\d+\\)|\\[local\\])?:[^\\n]*@[^@\\n]*:\\[\\d+\\]:`) },
  layout: pattern(RECORD, {
    otherwise: 'message',
    starts: new RegExp(`^${TIME}:[^\\n]*:\\[\\d+\\]:`),
    within: { message: POSTGRESQL_MESSAGES },
  }),
  product: 'RDS PostgreSQL',
  time: timeIn('time', PLAIN_TIME),
  signature: first(
    computed('AUDIT and its class', ['class', kind], (audited, known) =>
      known === 'AUDIT' ? `AUDIT:${textOf(audited)}` : undefined,
    ),
    kind,
    'level',
    constant('MESSAGE'),
  ),
  label: first(choose(kind, POSTGRESQL_KINDS), choose('level', POSTGRESQL_LABELS, 'Database log message')),
  category: categoryBy('PostgreSQL', outcome),
  severity,
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': first('source', 'from'),
    'source.port': first('port', 'from_port'),
    'user.name': first(unless('user', '[unknown]'), 'auth_user'),
    'user.agent': first('application', 'client'),
    'event.action': first('command', 'class'),
    'event.kind': 'class',
    'event.outcome': outcome,
    'event.reason': 'sqlstate',
    'event.message': message,
    'log.level': 'level',
    'process.id': 'pid',
    'database.name': first(unless('database', '[unknown]'), 'auth_database'),
    'database.instance': rdsInstance,
    'database.statement': sql,
    'resource.name': first(unquoted('quoted_object'), 'object'),
    'database.object_type': 'object_type',
    'database.duration': 'duration',
    'tls.cipher': 'tls_cipher',
    'tls.protocol': 'tls_protocol',
  },
  kinds: {
    form: [...Object.keys(POSTGRESQL_KINDS), undefined],
    level: ['LOG', ...Object.keys(POSTGRESQL_LABELS), '<level>', undefined],
    class: ['READ', 'WRITE', 'FUNCTION', 'ROLE', 'DDL', 'MISC', 'MISC_SET', undefined],
  },
  splunk: { sourcetype: 'aws:cloudwatchlogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: computed('authentication for log-ins, else datastore_activity', [kind], (known) =>
      /^(?:CONNECTION_AUTH|AUTHENTICATION_FAILED|DISCONNECTION)/.test(textOf(known))
        ? 'authentication'
        : 'datastore_activity',
    ),
    activity: first(
      choose(kind, {
        ...{ CONNECTION_RECEIVED: 'Connect', CONNECTION_AUTHORIZED: 'Logon', CONNECTION_AUTHENTICATED: 'Logon' },
        ...{ AUTHENTICATION_FAILED: 'Logon', DISCONNECTION: 'Logoff' },
      }),
      choose('class', { READ: 'Read', WRITE: 'Write' }, 'Query'),
    ),
    // Not every command has a query's text, without which OCSF knows no query.
    paths: { 'event.action': '' },
  },
  ecs: {
    kind: 'event',
    category: 'database',
    type: choose('level', { ERROR: 'error', FATAL: 'error', PANIC: 'error' }, 'access'),
  },
});
