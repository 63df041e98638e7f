import { before, choose, first, spaced, text } from '../functions.ts';
import { columns, splitQuoted } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { loadBalancerKey, loadBalancerOfKey } from './elb.ts';

const COLUMNS = `timestamp client_ip client_port listener_port tls_protocol tls_cipher tls_handshake_latency
  leaf_client_cert_subject leaf_client_cert_validity leaf_client_cert_serial_number tls_verify_status conn_trace_id
  tls_keyexchange elb ip_address`
  .split(/\s+/)
  .filter((name) => name !== '');

/** `Success`, or `Failed` and why: said only where clients must show a certificate. */
const verified = before('tls_verify_status', ':');

export const albConnection = defineLogType({
  name: 'alb-connection',
  title: 'Application Load Balancer connection logs, with mutual TLS',
  reference: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html',
  keys: [loadBalancerKey('app\\.', 'conn_log[._]')],
  looksLike: { line: /^\d{4}-\d\d-\d\dT\S+Z [0-9A-Fa-f.:]+ \d{1,5} \d{1,5} (?:TLSv[\d.]+|-) \S+ (?:\d+\.\d+|-) / },
  layout: columns({ names: COLUMNS, least: 12, split: splitQuoted }),
  product: 'ELB',
  time: isoTime('timestamp'),
  signature: choose(verified, { Success: 'ClientVerified', Failed: 'ClientRefused' }, 'Connection'),
  label: choose(
    verified,
    { Success: 'Connection with a client certificate', Failed: 'Client certificate refused' },
    'Connection',
  ),
  category: choose(verified, { Failed: 'ALBConnection Failure' }, 'ALBConnection Success'),
  severity: choose(verified, { Failed: 3 }, 1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': 'client_ip',
    'source.port': 'client_port',
    'destination.port': 'listener_port',
    'event.uid': 'conn_trace_id',
    'event.outcome': choose(verified, { Success: 'success', Failed: 'failure' }),
    'event.reason': text('tls_verify_status', 'why tls_verify_status is Failed', (status) =>
      status.startsWith('Failed:') ? status.slice('Failed:'.length) : undefined,
    ),
    'lb.name': first('elb', loadBalancerOfKey),
    'lb.tls': spaced('tls_cipher', 'tls_protocol'),
    'tls.cipher': 'tls_cipher',
    'tls.protocol': 'tls_protocol',
    'tls.key_exchange': 'tls_keyexchange',
    'tls.client_subject': 'leaf_client_cert_subject',
    'tls.client_serial': 'leaf_client_cert_serial_number',
    'tls.client_validity': 'leaf_client_cert_validity',
    'time.handshake': 'tls_handshake_latency',
  },
  kinds: { tls_verify_status: ['Success', 'Failed:x', '-'] },
  splunk: { sourcetype: 'aws:elb:accesslogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'network_activity',
    activity: choose(verified, { Failed: 'Refuse' }, 'Open'),
    // An endpoint that is a port alone is none.
    paths: { 'destination.port': '' },
  },
  ecs: { kind: 'event', dataset: 'elb_connection_logs', category: 'network', type: 'connection' },
});
