import { choose, constant, text } from '../functions.ts';
import { columns, splitSpaces } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';

const COLUMNS = 'version timestamp zone name type rcode protocol edge resolver client_subnet'.split(' ');

export const route53PublicQuery = defineLogType({
  name: 'route53-public-query',
  title: 'Route 53 query logs of public hosted zones',
  reference: 'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html',
  keys: [],
  logGroups: [/^\/aws\/route53\//],
  looksLike: { line: /^\d+\.\d+ \d{4}-\d\d-\d\dT\S+Z Z[A-Z0-9]+ \S+ [A-Z0-9]+ [A-Z]+ (?:UDP|TCP) \S+ [0-9A-Fa-f.:]+ / },
  layout: columns({ names: COLUMNS, least: 9, split: splitSpaces }),
  product: 'Route 53',
  version: 'version',
  time: isoTime('timestamp'),
  signature: constant('DNSQuery'),
  label: constant('DNS query'),
  category: text('rcode', 'DNS and rcode', (rcode) => `DNS ${rcode}`),
  severity: choose('rcode', { NOERROR: 1 }, 2),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': 'resolver',
    'network.protocol': 'protocol',
    'network.application': constant('dns'),
    'destination.domain': text('name', 'name without its last dot', (name) =>
      name.length > 1 ? name.replace(/\.$/, '') : name,
    ),
    'dns.type': 'type',
    'dns.rcode': 'rcode',
    'dns.zone': 'zone',
    'dns.edge': 'edge',
    'dns.client_subnet': 'client_subnet',
  },
  kinds: { rcode: ['NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED', '<rcode>', undefined] },
  splunk: { sourcetype: 'aws:cloudwatchlogs' },
  qradar: 'Universal LEEF',
  ocsf: { class: 'dns_activity', activity: 'Query' },
  ecs: { kind: 'event', dataset: 'route53_public_logs', category: 'network', type: 'protocol' },
});
