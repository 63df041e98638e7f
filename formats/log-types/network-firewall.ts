import { choose, computed, first, spaced, text, textOf } from '../functions.ts';
import { json } from '../layout.ts';
import { pairsOf } from '../lists.ts';
import { defineLogType } from '../log-type.ts';
import { epochSeconds, isoTime } from '../times.ts';
import { accountKey, REGION } from './keys.ts';

const TYPE = 'event.event_type';
const action = first('event.verdict.action', 'event.alert.action');

/** Suricata counts the other way: 1 is worst. */
const severity = computed(
  'alert.severity 1→8 2→5 3→3, else 1; a TLS error 3',
  ['event.alert.severity', 'event.tls_error.error_message'],
  (level, error) => {
    if (typeof level !== 'number') return textOf(error) === '' ? 1 : 3;
    return ({ 1: 8, 2: 5, 3: 3 } as Record<number, number>)[level] ?? 1;
  },
);

/** Suricata writes flags in hexadecimal; all other types have them as a number. */
const tcpFlags = text('event.tcp.tcp_flags', 'event.tcp.tcp_flags, from hexadecimal', (flags) =>
  /^[0-9a-f]{1,4}$/i.test(flags) ? Number.parseInt(flags, 16) : undefined,
);

/** An id by nature, though Suricata writes it as a number. */
const ruleId = text('event.alert.signature_id', 'event.alert.signature_id', (id) => id);

export const networkFirewall = defineLogType({
  name: 'network-firewall',
  title: 'AWS Network Firewall alert, flow and TLS logs',
  reference: 'https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging-contents.html',
  keys: [accountKey(`network-firewall/[a-z]+/${REGION}/[^/]+/`)],
  looksLike: { json: [['firewall_name', 'availability_zone', 'event']] },
  layout: json(),
  secrets: { signedUrls: true },
  product: 'Network Firewall',
  time: first(isoTime('event.timestamp'), isoTime('event_timestamp'), epochSeconds('event_timestamp')),
  signature: first('event.alert.signature_id', TYPE),
  label: first(
    'event.alert.signature',
    choose(TYPE, { netflow: 'Network flow', tls: 'TLS inspection', alert: 'Alert' }),
    TYPE,
  ),
  category: spaced(TYPE, action),
  severity,
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'cloud.zone': 'availability_zone',
    'source.address': 'event.src_ip',
    'source.port': 'event.src_port',
    'destination.address': 'event.dest_ip',
    'destination.port': 'event.dest_port',
    'destination.host': first('event.tls.sni', 'event.http.hostname'),
    'destination.domain': first('event.dns.rrname', 'event.dns.query.0.rrname', 'event.dns.queries.0.rrname'),
    'dns.type': first('event.dns.rrtype', 'event.dns.query.0.rrtype', 'event.dns.queries.0.rrtype'),
    'network.protocol': 'event.proto',
    'network.application': 'event.app_proto',
    'network.bytes_in': 'event.netflow.bytes',
    'network.packets': 'event.netflow.pkts',
    'network.tcp_flags': tcpFlags,
    'event.start': isoTime('event.netflow.start'),
    'event.end': isoTime('event.netflow.end'),
    'event.uid': 'event.flow_id',
    'event.action': action,
    'event.message': 'event.tls_error.error_message',
    'request.method': 'event.http.http_method',
    'request.url': 'event.http.url',
    'request.context': 'event.http.http_refer',
    'user.agent': 'event.http.http_user_agent',
    'tls.protocol': 'event.tls.version',
    'tls.subject': 'event.tls.subject',
    'firewall.fingerprint': first('event.tls.ja4', 'event.tls.ja3.hash'),
    'firewall.name': 'firewall_name',
    'firewall.category': 'event.alert.category',
    'firewall.metadata': pairsOf('event.alert.metadata'),
    'firewall.status': 'event.http.status',
    'firewall.rule_revision': 'event.alert.rev',
  },
  kinds: {
    'event.alert.severity': [undefined, 1, 2, 3, 4],
    'event.alert.signature': ['<event.alert.signature>'],
    'event.tls_error.error_message': [undefined, '<event.tls_error.error_message>'],
  },
  splunk: { sourcetype: 'aws:firehose:json' },
  qradar: 'AWS Network Firewall',
  ocsf: {
    class: 'network_activity',
    activity: choose(action, { blocked: 'Refuse' }, 'Traffic'),
    paths: { 'network.bytes_in': 'traffic.bytes', 'network.packets': 'traffic.packets' },
    values: { 'firewall_rule.uid': ruleId, 'firewall_rule.name': 'event.alert.signature' },
  },
  ecs: {
    kind: choose(TYPE, { alert: 'alert' }, 'event'),
    dataset: 'firewall_logs',
    category: 'network',
    type: choose(action, { allowed: 'connection allowed', blocked: 'connection denied' }, 'connection'),
    values: {
      'rule.id': ruleId,
      'rule.name': 'event.alert.signature',
    },
  },
});
