import { checkHosts, type HostsSettings, hostsSchema } from '../hosts/settings.ts';
import { checkHeader, type HeaderSettings, headerSchema } from '../syslog/header-settings.ts';
import { checkTls, type TlsSettings, tlsSchema } from '../tls-options.ts';
import type { SettingsSchema } from '../transport.ts';

/** Settings of a RELP destination as they come from the configuration. */
export interface RelpSettings extends HostsSettings, HeaderSettings {
  readonly port: number;
  readonly protocol: 'tls' | 'tcp';
  readonly tls: TlsSettings;
  readonly max_message_bytes: number;
  readonly window: number;
  readonly connect_timeout: number;
  readonly stall_timeout: number;
}

/** Header of a RELP frame, and its end. */
const FRAME_BYTES = 30;

export const relpSchema = {
  ...hostsSchema('RELP listener (rsyslog: imrelp)', 'rsyslog.corp.example'),
  port: {
    doc: 'Port of the listener. RELP has no well-known one; this is the one of librelp.',
    format: 'port',
    default: 20514,
  },
  protocol: {
    doc: 'RELP over TLS, or without it. There is no STARTTLS.',
    format: ['tls', 'tcp'],
    default: 'tls',
  },
  ...headerSchema,
  tls: tlsSchema,
  max_message_bytes: {
    doc: "Most bytes of one event with its header. Must not exceed the receiver's limit: rsyslog cuts longer events off without a word (maxMessageSize, 8096 by default; raise both).",
    format: 'bytes',
    default: 8096,
  },
  window: {
    doc: 'Most bytes of events that are sent and not yet answered. After a lost connection up to that much is sent again.',
    format: 'bytes',
    default: 1024 * 1024,
  },
  connect_timeout: {
    doc: 'Longest wait for a connection, its TLS handshake and the answer to `open` together, for each address.',
    format: 'duration',
    default: 5_000,
  },
  stall_timeout: {
    doc: 'A receiver that answers for no event for this long, while some wait for their answer, is given up; they are sent again.',
    format: 'duration',
    default: 8_000,
  },
} as const satisfies SettingsSchema;

type Complaint = readonly [path: string, message: string];

/** Faults that no single setting shows. */
export function checkRelp(settings: RelpSettings): readonly Complaint[] {
  const complaints: Complaint[] = [
    ...checkHosts(settings, settings.port),
    ...checkHeader(settings),
    ...checkTls(settings.tls),
  ];
  const complain = (when: boolean, path: string, message: string) => {
    if (when) complaints.push([path, message]);
  };
  const { protocol, tls, window, max_message_bytes: most } = settings;
  const tlsGiven = [tls.ca_file, tls.cert_file, tls.key_file, tls.server_name].some((value) => value !== null);
  complain(protocol !== 'tls' && tlsGiven, 'tls', `has no meaning with protocol ${protocol}: use protocol tls`);
  complain(most < 512, 'max_message_bytes', 'leaves no room for an event: at least 512');
  complain(window < most + FRAME_BYTES, 'window', `leaves no room for an event: more than max_message_bytes (${most})`);
  complain(
    settings.stall_timeout < 1_000,
    'stall_timeout',
    'at least 1s, or a busy receiver would be taken for a dead one',
  );
  return complaints;
}
