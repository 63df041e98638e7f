import { unless } from '../excerpts.ts';
import { choose, constant, first, text } from '../functions.ts';
import { columns, splitPipes } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { categoryBy } from './levels.ts';
import { redshiftCluster, redshiftGroup, redshiftKey, redshiftTime } from './redshift.ts';

const NAMES =
  `event recordtime remotehost remoteport pid dbname username authmethod duration sslversion sslcipher mtu sslcompression
  sslexpansion iamauthguid application_name driver_version os_version plugin_name protocol_version session_id`.split(
    /\s+/,
  );

const outcome = choose('event', {
  ...{ authenticated: 'success', 'initiating session': 'success', 'disconnecting session': 'success' },
  'authentication failure': 'failure',
});

export const redshiftConnection = defineLogType({
  name: 'redshift-connection',
  title: 'Amazon Redshift connection logs',
  reference: 'https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html',
  keys: [redshiftKey('connectionlog')],
  logGroups: [redshiftGroup('connectionlog')],
  looksLike: { line: /^[a-z][a-z_ ]*\|[A-Z][a-z]{2}, +\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d:\d{3} *\|/ },
  layout: columns({ names: NAMES, least: 9, otherwise: 'message', split: splitPipes }),
  product: 'Redshift',
  time: redshiftTime,
  signature: first('event', constant('MESSAGE')),
  label: choose(
    'event',
    {
      authenticated: 'Database user authenticated',
      'authentication failure': 'Database authentication failed',
      'initiating session': 'Database session started',
      'disconnecting session': 'Database session ended',
      'set application_name': 'Application of a database session named',
    },
    'Database connection event',
  ),
  category: categoryBy('RedshiftConnection', outcome),
  severity: choose('event', { 'authentication failure': 5 }, 1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    // Redshift listens on IPv6, so that it sees IPv4 clients by addresses of both.
    'source.address': unless(
      text('remotehost', 'remotehost', (host) => host.replace(/^::ffff:(?=\d+\.)/, '')),
      '[local]',
    ),
    'source.port': 'remoteport',
    'user.name': 'username',
    'user.agent': 'application_name',
    'event.action': 'event',
    'event.outcome': outcome,
    'event.message': 'message',
    'event.kind': 'authmethod',
    'event.uid': 'iamauthguid',
    'process.id': 'pid',
    'database.name': 'dbname',
    'database.instance': redshiftCluster,
    'database.duration': text('duration', 'duration, in milliseconds', (micros) =>
      /^[1-9]\d{0,15}$/.test(micros) ? Number(micros) / 1000 : undefined,
    ),
    'tls.protocol': 'sslversion',
    'tls.cipher': 'sslcipher',
  },
  splunk: { sourcetype: 'aws:s3' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'authentication',
    activity: choose(
      'event',
      { 'disconnecting session': 'Logoff', authenticated: 'Logon', 'authentication failure': 'Logon' },
      'Other',
    ),
    paths: { 'database.instance': 'service.name' },
  },
  ecs: {
    kind: 'event',
    category: 'database authentication',
    type: choose('event', { 'disconnecting session': 'end', 'set application_name': 'info' }, 'start'),
  },
});
