import { constant, first, hostOf, portOf, spaced } from '../functions.ts';
import { columns, splitSpaces } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { loadBalancerKey } from './elb.ts';

const COLUMNS =
  `type version time elb listener client target connection_time tls_handshake_time received_bytes sent_bytes
  incoming_tls_alert chosen_cert_arn chosen_cert_serial tls_cipher tls_protocol_version tls_named_group domain_name
  alpn_fe_protocol alpn_be_protocol alpn_client_preference_list tls_connection_creation_time`
    .split(/\s+/)
    .filter((name) => name !== '');

export const nlb = defineLogType({
  name: 'nlb',
  title: 'Network Load Balancer access logs, of TLS listeners',
  reference: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html',
  keys: [loadBalancerKey('net\\.')],
  looksLike: { line: /^tls \d+\.\d+ \d{4}-\d\d-\d\dT\S+ net\/\S+ / },
  // A list of protocols is one cell with quotes in it: it holds no space.
  layout: columns({ names: COLUMNS, least: 12, split: splitSpaces }),
  product: 'ELB',
  version: 'version',
  time: isoTime('time'),
  signature: constant('tls'),
  label: constant('TLS connection'),
  category: constant('NLB'),
  severity: constant(1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': hostOf('client'),
    'source.port': portOf('client'),
    'destination.address': hostOf('target'),
    'destination.port': portOf('target'),
    'destination.host': 'domain_name',
    'network.application': 'type',
    'network.bytes_in': 'received_bytes',
    'network.bytes_out': 'sent_bytes',
    'event.reason': 'incoming_tls_alert',
    'event.start': isoTime('tls_connection_creation_time'),
    'time.connection': 'connection_time',
    'time.tls_handshake': 'tls_handshake_time',
    'lb.name': 'elb',
    'lb.listener': 'listener',
    'lb.alpn': first('alpn_fe_protocol', 'alpn_be_protocol'),
    'lb.tls': spaced('tls_cipher', 'tls_protocol_version'),
    'tls.cipher': 'tls_cipher',
    'tls.protocol': 'tls_protocol_version',
    'tls.certificate': 'chosen_cert_arn',
  },
  splunk: { sourcetype: 'aws:elb:accesslogs' },
  qradar: 'Universal LEEF',
  ocsf: { class: 'network_activity', activity: 'Traffic', paths: { 'time.connection': 'duration' } },
  ecs: { kind: 'event', dataset: 'elb_logs', category: 'network', type: 'connection' },
});
