import { choose, computed, constant, first, text, textOf } from '../functions.ts';
import { json } from '../layout.ts';
import { members } from '../lists.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { accountKey, DAY } from './keys.ts';

const ACTION = 'firewall_rule_action';

const severity = computed(
  'DNS Firewall 6 blocked, 5 alerted; 2 not answered, 1 answered',
  [ACTION, 'rcode'],
  (action, rcode) => {
    if (action === 'BLOCK') return 6;
    if (action === 'ALERT') return 5;
    return textOf(rcode) === '' || rcode === 'NOERROR' ? 1 : 2;
  },
);

export const route53Resolver = defineLogType({
  name: 'route53-resolver',
  title: 'Route 53 Resolver query logs, with DNS Firewall',
  reference: 'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html',
  keys: [accountKey(`vpcdnsquerylogs/[^/]+/${DAY}`)],
  looksLike: { json: [['query_timestamp', 'query_name', 'query_type', 'srcaddr']] },
  layout: json(),
  product: 'Route 53 Resolver',
  version: 'version',
  time: isoTime('query_timestamp'),
  signature: first(
    text(ACTION, 'DNSFirewall and action', (action) => `DNSFirewall:${action}`),
    constant('DNSQuery'),
  ),
  label: choose(
    ACTION,
    { BLOCK: 'DNS query blocked', ALERT: 'DNS query alerted', ALLOW: 'DNS query allowed' },
    'DNS query',
  ),
  category: first(
    text('rcode', 'DNS and rcode', (rcode) => `DNS ${rcode}`),
    constant('DNS'),
  ),
  severity,
  fields: {
    'cloud.account': first('account_id', '@account'),
    'cloud.region': first('region', '@region'),
    'source.address': 'srcaddr',
    'source.port': 'srcport',
    'network.protocol': 'transport',
    'network.application': constant('dns'),
    'destination.domain': text('query_name', 'query_name without its last dot', (name) =>
      name.length > 1 ? name.replace(/\.$/, '') : name,
    ),
    'dns.type': 'query_type',
    'dns.class': 'query_class',
    'dns.rcode': 'rcode',
    'dns.answers': members('answers', 'Rdata'),
    'dns.endpoint': 'srcids.resolver_endpoint',
    'dns.rule_group': 'firewall_rule_group_id',
    'dns.domain_list': 'firewall_domain_list_id',
    'event.action': ACTION,
    'vpc.id': 'vpc_id',
    'host.instance': 'srcids.instance',
    'network.interface': 'srcids.resolver_network_interface',
  },
  kinds: { rcode: ['NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED', 'FORMERR', 'NOTIMP', '<rcode>', undefined] },
  splunk: { sourcetype: 'aws:route53' },
  qradar: 'Amazon AWS Route 53',
  ocsf: {
    class: 'dns_activity',
    activity: 'Traffic',
    paths: { 'dns.answers': false },
    lists: { answers: { each: 'answers', members: { Rdata: 'rdata', Type: 'type', Class: 'class' } } },
  },
  ecs: {
    kind: 'event',
    dataset: 'route53_resolver_logs',
    category: 'network',
    type: choose(ACTION, { BLOCK: 'protocol denied', ALLOW: 'protocol allowed' }, 'protocol'),
    names: { 'dns.answers': false },
    lists: { 'dns.answers': { each: 'answers', members: { Rdata: 'data', Type: 'type', Class: 'class' } } },
  },
});
