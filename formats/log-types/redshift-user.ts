import { choose, computed, constant, first, text, textOf } from '../functions.ts';
import { columns, splitPipes } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { PLAIN_TIME, timeIn } from '../written-times.ts';
import { redshiftCluster, redshiftGroup, redshiftKey, redshiftTime } from './redshift.ts';

const NAMES = 'userid username oldusername action usecreatedb usesuper usecatupd valuntil pid xid recordtime'.split(
  ' ',
);

const action = text('action', 'action', (word) => (/^[A-Za-z]+$/.test(word) ? word.toLowerCase() : word));

export const redshiftUser = defineLogType({
  name: 'redshift-user',
  title: 'Amazon Redshift user logs',
  reference: 'https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html',
  keys: [redshiftKey('userlog')],
  logGroups: [redshiftGroup('userlog')],
  looksLike: { line: /^ *\d+ *\|[^|]*\|[^|]*\| *(?:[Cc]reate|[Aa]lter|[Dd]rop|[Rr]ename) *\|/ },
  layout: columns({ names: NAMES, least: 8, otherwise: 'message', split: splitPipes }),
  product: 'Redshift',
  time: first(redshiftTime, timeIn('recordtime', PLAIN_TIME)),
  signature: first(
    text(action, 'user and action', (word) => `user ${word}`),
    constant('user'),
  ),
  label: choose(
    action,
    {
      ...{ create: 'Database user created', alter: 'Database user altered' },
      ...{ drop: 'Database user dropped', rename: 'Database user renamed' },
    },
    'Database user changed',
  ),
  category: constant('RedshiftUser'),
  severity: computed('of a superuser 5, else 3', ['usesuper'], (superuser) =>
    superuser === '1' || superuser === 't' ? 5 : 3,
  ),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'target.user': 'username',
    'target.previous_user': 'oldusername',
    'event.action': action,
    'event.message': 'message',
    'process.id': 'pid',
    'database.instance': redshiftCluster,
    'database.privileges': computed('privileges that are 1', ['usecreatedb', 'usesuper', 'usecatupd'], (...flags) =>
      ['createdb', 'superuser', 'catupd'].filter((_, index) => ['1', 't'].includes(textOf(flags[index]))).join(','),
    ),
  },
  kinds: { usesuper: ['1', '0', undefined] },
  splunk: { sourcetype: 'aws:s3' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'account_change',
    activity: choose(action, { create: 'Create', drop: 'Delete' }, 'Other'),
  },
  ecs: {
    kind: 'event',
    category: 'database iam',
    type: choose(action, { create: 'user creation', drop: 'user deletion' }, 'user change'),
  },
});
