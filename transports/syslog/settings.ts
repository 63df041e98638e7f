import { checkHosts, type HostsSettings, hostsSchema } from '../hosts/settings.ts';
import { checkTls, type TlsSettings, tlsSchema } from '../tls-options.ts';
import type { SettingsSchema } from '../transport.ts';
import type { FrameStyle } from './envelope.ts';
import { checkHeader, type HeaderSettings, headerSchema } from './header-settings.ts';
import type { WantedLevel } from './levels.ts';

/** Settings of a syslog destination as they come from the configuration. `null`: not given, the protocol decides. */
export interface SyslogSettings extends HostsSettings, HeaderSettings {
  readonly port: number | null;
  readonly protocol: 'tls' | 'tcp' | 'udp';
  readonly framing: 'octet-counting' | 'newline' | null;
  readonly confirm: WantedLevel | null;
  readonly tls: TlsSettings;
  readonly max_message_bytes: number;
  readonly connections: number;
  readonly connect_timeout: number;
  readonly confirm_after: number;
  readonly confirm_interval: number;
  readonly stall_timeout: number;
}

const MiB = 1024 * 1024;

export const syslogSchema = {
  ...hostsSchema('syslog listener', 'qradar.corp.example'),
  port: { doc: 'Port of the listener. By default 6514 for tls, 514 for tcp and udp.', format: 'port', default: null },
  protocol: {
    doc: '`tls` (RFC 5425) is the only one that confirms. With `tcp`, events that the kernel took are lost when the receiver restarts; with `udp`, any event may be lost.',
    format: ['tls', 'tcp', 'udp'],
    default: 'tls',
  },
  ...headerSchema,
  framing: {
    doc: 'How a stream is cut into events. By default `octet-counting` for tls (RFC 5425) and `newline` for tcp. QRadar wants `newline`. With `newline`, line breaks in an event become spaces.',
    format: ['octet-counting', 'newline'],
    default: null,
  },
  confirm: {
    doc: "When events count as delivered. `close-notify` (the default for tls): when the receiver has answered the end of the TLS session, which it does only after it has read everything. `window`, for receivers that do not answer: when the receiver's kernel has acknowledged them, and `confirm_interval` has passed or half of `confirm_after` has followed; younger ones are sent again when the connection breaks. `none`: when our own kernel took them; each restart of the receiver then loses events. `auto`: the strongest that the receiver answers when it is asked, at the start and after each failure.",
    format: ['close-notify', 'window', 'none', 'auto'],
    default: null,
  },
  tls: tlsSchema,
  max_message_bytes: {
    doc: "Most bytes of one event with its header. Must not exceed the receiver's limit: QRadar 4096 by default (Max TCP Syslog Payload Length), rsyslog 8096, syslog-ng 65536.",
    format: 'bytes',
    default: 32_768,
  },
  connections: {
    doc: 'Connections at a time with `confirm: close-notify`. With 2, one is filled while the other is being confirmed. With 1, events arrive strictly in order, but sending pauses at each confirmation.',
    format: 'nat',
    default: 2,
  },
  connect_timeout: {
    doc: 'Longest wait for a connection and its TLS handshake, for each address.',
    format: 'duration',
    default: 5_000,
  },
  confirm_after: {
    doc: 'Bytes on one connection after which they are confirmed; twice as many where the receiver confirms within a second. With `confirm: window`: most bytes that are sent again when the connection breaks; half of them should be more than the receive buffer of the receiver.',
    format: 'bytes',
    default: 8 * MiB,
  },
  confirm_interval: {
    doc: 'Longest time that events go on to one connection before they are confirmed. With `confirm: window`: how long acknowledged events are kept, to be sent again when the connection breaks.',
    format: 'duration',
    default: 2_000,
  },
  stall_timeout: {
    doc: 'A receiver that takes no byte, or does not answer the end of a session, for this long is given up; what it did not confirm is sent again.',
    format: 'duration',
    default: 8_000,
  },
} as const satisfies SettingsSchema;

/** What the protocol decides where a setting was not given. */
export function effective(settings: SyslogSettings): {
  readonly port: number;
  readonly framing: FrameStyle['framing'];
  readonly confirm: WantedLevel;
} {
  const tls = settings.protocol === 'tls';
  const framing = settings.framing ?? (tls ? 'octet-counting' : 'newline');
  return {
    port: settings.port ?? (tls ? 6514 : 514),
    framing: settings.protocol === 'udp' ? 'datagram' : framing,
    confirm: settings.confirm ?? (tls ? 'close-notify' : 'none'),
  };
}

type Complaint = readonly [path: string, message: string];

/** Faults that no single setting shows. */
export function checkSyslog(settings: SyslogSettings): readonly Complaint[] {
  const complaints: Complaint[] = [
    ...checkHosts(settings, effective(settings).port),
    ...checkHeader(settings),
    ...checkTls(settings.tls),
  ];
  const complain = (when: boolean, path: string, message: string) => {
    if (when) complaints.push([path, message]);
  };
  const { protocol, tls } = settings;
  const tlsGiven = [tls.ca_file, tls.cert_file, tls.key_file, tls.server_name].some((value) => value !== null);
  complain(protocol !== 'tls' && tlsGiven, 'tls', `has no meaning with protocol ${protocol}: use protocol tls`);
  const { confirm } = settings;
  complain(protocol !== 'tls' && confirm !== null && confirm !== 'none', 'confirm', `${confirm} needs protocol tls`);
  complain(
    protocol === 'udp' && settings.framing !== null,
    'framing',
    'has no meaning with udp: a datagram is a frame',
  );
  complain(settings.max_message_bytes < 512, 'max_message_bytes', 'leaves no room for an event: at least 512');
  complain(
    protocol === 'udp' && settings.max_message_bytes > 65_507,
    'max_message_bytes',
    'a datagram holds at most 65507 bytes',
  );
  complain(settings.connections < 1, 'connections', 'at least 1');
  complain(
    settings.stall_timeout < 1_000,
    'stall_timeout',
    'at least 1s, or a busy receiver would be taken for a dead one',
  );
  complain(settings.confirm_after < 1, 'confirm_after', 'at least 1 byte');
  return complaints;
}
