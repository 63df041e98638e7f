import type { Computed } from '../expression.ts';
import { choose, first, text } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { categoryBy } from './levels.ts';

/** AWS writes `NA` for what there is not. */
const known = (name: string): Computed => text(name, name, (value) => (value === 'NA' ? undefined : value));

const TYPE = 'connection-log-type';

const outcome = choose(first(known('connection-attempt-status'), known('connection-reset-status')), {
  successful: 'success',
  failed: 'failure',
});

export const clientVpn = defineLogType({
  name: 'client-vpn',
  title: 'AWS Client VPN connection logs',
  reference: 'https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/connection-logging.html',
  keys: [],
  looksLike: { json: [[TYPE, 'client-vpn-endpoint-id']] },
  layout: json(),
  product: 'Client VPN',
  time: isoTime(first(known('connection-last-update-time'), known('connection-start-time'))),
  signature: TYPE,
  label: choose(
    TYPE,
    { 'connection-attempt': 'VPN connection attempt', 'connection-reset': 'VPN connection reset' },
    'VPN connection',
  ),
  category: categoryBy('ClientVPN', outcome),
  severity: choose(outcome, { failure: 4 }, 1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': known('device-ip'),
    'source.port': known('port'),
    'network.protocol': known('transport-protocol'),
    'network.bytes_in': known('ingress-bytes'),
    'network.bytes_out': known('egress-bytes'),
    'network.packets': known('ingress-packets'),
    'network.packets_out': known('egress-packets'),
    'user.name': first(known('username'), known('common-name')),
    'user.id': known('common-name'),
    'event.uid': known('connection-id'),
    'event.start': isoTime(known('connection-start-time')),
    'event.end': isoTime(known('connection-end-time')),
    'event.action': TYPE,
    'event.outcome': outcome,
    'event.reason': known('connection-attempt-failure-reason'),
    'vpn.endpoint': known('client-vpn-endpoint-id'),
    'vpn.client_address': known('client-ip'),
    'vpn.device': known('device-type'),
    'vpn.posture': known('posture-compliance-statuses'),
  },
  splunk: { sourcetype: 'aws:cloudwatchlogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'tunnel_activity',
    activity: choose(TYPE, { 'connection-attempt': 'Open', 'connection-reset': 'Close' }),
    paths: { 'event.action': '' },
    values: { 'session.uid': known('connection-id') },
  },
  ecs: {
    kind: 'event',
    dataset: 'clientvpn',
    category: 'network session',
    type: choose(
      TYPE,
      { 'connection-attempt': 'connection start', 'connection-reset': 'connection end' },
      'connection',
    ),
  },
});
