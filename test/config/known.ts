import { type Registries, registries } from '../../config/registries.ts';
import type { SettingsSchema, Transport, TransportType } from '../../transports/transport.ts';

/** Two transports with a setting of every format, so that these tests stand whatever the real ones ask for. */
const relay: SettingsSchema = {
  host: { doc: 'Host.', format: 'hostname', default: null, required: true, example: 'siem.corp.example' },
  hosts: { doc: 'More hosts.', format: 'hostname', default: [], list: true },
  port: { doc: 'Port.', format: 'port', default: null },
  protocol: { doc: 'Protocol.', format: ['tls', 'tcp', 'udp'], default: 'tls' },
  enabled: { doc: 'Enabled.', format: 'Boolean', default: true },
  retries: { doc: 'Retries.', format: 'nat', default: 3 },
  linger: { doc: 'Linger.', format: 'duration', default: 200 },
  waits: { doc: 'Waits.', format: 'duration', default: ['1s', '2s'], list: true },
  window: { doc: 'Window.', format: 'bytes', default: '64KiB' },
  tls: {
    ca_file: { doc: 'CA.', format: 'file', default: null, example: '/etc/trailferry/ca.pem' },
    min_version: { doc: 'Version.', format: ['TLSv1.2', 'TLSv1.3'], default: 'TLSv1.2' },
  },
};

const collector: SettingsSchema = {
  url: { doc: 'URL.', format: 'url', default: null, required: true, example: 'https://splunk.corp.example:8088' },
  token: { doc: 'Token.', format: 'secret', default: null, required: true, example: { credential: 'hec-token' } },
  index: { doc: 'Index.', format: 'String', default: null, example: 'aws' },
};

function create(): Transport {
  throw new Error('a configuration creates no transport');
}

type Relay = { readonly protocol: string; readonly tls: { readonly ca_file: string | null } };

export const relayType: TransportType<Relay> = {
  type: 'relay',
  title: 'Relay',
  schema: relay,
  check: ({ protocol, tls }) =>
    protocol !== 'tls' && tls.ca_file !== null ? [['tls.ca_file', `has no meaning with ${protocol}`]] : [],
  create,
};

export const collectorType: TransportType = {
  type: 'collector',
  title: 'Collector',
  schema: collector,
  check: () => [],
  create,
};

export const known: Registries = {
  transports: [relayType as TransportType, collectorType],
  logTypes: ['cloudtrail', 'vpc-flow'],
  mappingsOf: registries.mappingsOf,
};

/** A configuration in which every line is right. */
export const GOOD = `version: 1
aws:
  region: eu-west-1
queues:
  - name: archive
    url: https://sqs.eu-central-1.amazonaws.com/111122223333/logs
    buckets: [logs-111122223333]
    destinations: [siem, splunk]
destinations:
  - name: siem
    type: relay
    format: leef
    host: siem.corp.example
    tls:
      min_version: TLSv1.3
  - name: splunk
    type: collector
    format: json
    url: https://splunk.corp.example:8088
    token: {credential: hec-token}
`;
