import { choose, computed, constant, first, text, textOf } from '../functions.ts';
import { pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { redshiftCluster, redshiftGroup, redshiftKey } from './redshift.ts';

const STARTS = /^ ?'\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?Z UTC \[ ?db=/;

const RECORD =
  /^ ?'(?<time>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?Z) UTC \[ ?db=(?<db>[^ \n]*) user=(?<user>[^ \n]*) pid=(?<pid>\d*) userid=(?<userid>\d*) xid=(?<xid>\d*) ?\]' LOG: (?<query>[\s\S]*)$/;

/** Verbs of statements by how much they change. Any other statement is `SQL`. */
const VERBS: Readonly<Record<string, number>> = {
  ...{
    SELECT: 1,
    WITH: 1,
    SHOW: 1,
    SET: 1,
    BEGIN: 1,
    COMMIT: 1,
    ROLLBACK: 1,
    DECLARE: 1,
    FETCH: 1,
    CLOSE: 1,
    EXPLAIN: 1,
  },
  ...{
    PREPARE: 1,
    EXECUTE: 1,
    DEALLOCATE: 1,
    ANALYZE: 1,
    VACUUM: 1,
    CALL: 2,
    INSERT: 3,
    UPDATE: 3,
    DELETE: 3,
    MERGE: 3,
  },
  ...{ COPY: 3, UNLOAD: 3, CREATE: 3, ALTER: 3, DROP: 3, TRUNCATE: 3, GRANT: 3, REVOKE: 3, COMMENT: 1, LOCK: 1 },
};

/** The first word behind comments and blanks. */
const verb = text('query', 'verb of query', (query) => {
  const word = /^(?:[ \t\r\n]|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*([A-Za-z]+)/.exec(query)?.[1]?.toUpperCase() ?? '';
  return word in VERBS ? word : 'SQL';
});

export const redshiftActivity = defineLogType({
  name: 'redshift-activity',
  title: 'Amazon Redshift user activity logs',
  reference: 'https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html',
  keys: [redshiftKey('useractivitylog')],
  logGroups: [redshiftGroup('useractivitylog')],
  looksLike: { line: STARTS },
  layout: pattern(RECORD, { otherwise: 'message', starts: STARTS }),
  product: 'Redshift',
  time: isoTime(text('time', 'time', (time) => time.toUpperCase())),
  signature: first(verb, constant('SQL')),
  label: constant('SQL statement'),
  category: constant('RedshiftActivity'),
  severity: computed('by the verb of query', [verb], (word) => VERBS[textOf(word)] ?? 1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'user.name': 'user',
    'user.id': 'userid',
    'event.action': verb,
    'event.message': 'message',
    'process.id': 'pid',
    'database.name': 'db',
    'database.instance': redshiftCluster,
    'database.transaction': 'xid',
    'database.statement': 'query',
  },
  kinds: { query: [...Object.keys(VERBS), '<query>', undefined] },
  splunk: { sourcetype: 'aws:s3' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'datastore_activity',
    activity: choose(
      verb,
      {
        ...{ SELECT: 'Query', WITH: 'Query', INSERT: 'Write', COPY: 'Write', UPDATE: 'Update', MERGE: 'Update' },
        ...{ DELETE: 'Delete', TRUNCATE: 'Delete', DROP: 'Delete', CREATE: 'Create', ALTER: 'Update', UNLOAD: 'Read' },
      },
      'Query',
    ),
  },
  ecs: { kind: 'event', category: 'database', type: 'access' },
});
