import { type Place, placesOf } from '../hosts/settings.ts';
import { overHosts } from '../hosts/several-hosts.ts';
import { KeptTls } from '../kept-tls.ts';
import { Renewing } from '../renewing.ts';
import type { Envelope, Transport, TransportContext, TransportObserver, TransportType } from '../transport.ts';
import { AutoConfirm } from './auto.ts';
import { syslogEnvelope } from './envelope.ts';
import { headerStyle } from './header-settings.ts';
import { Lasting } from './lasting.ts';
import type { WantedLevel } from './levels.ts';
import { lossesOf } from './losses.ts';
import { PlainSyslog } from './plain.ts';
import { type ConfirmSettings, Rotation } from './rotation.ts';
import { checkSyslog, effective, type SyslogSettings, syslogSchema } from './settings.ts';

export type { SyslogSettings } from './settings.ts';

/** Syslog to any receiver: TLS with confirmation, or plain TCP and UDP for receivers that know nothing better. */
export const syslog: TransportType<SyslogSettings> = {
  type: 'syslog',
  title: 'Syslog over TLS, TCP or UDP',
  schema: syslogSchema,
  check: checkSyslog,
  warn: lossesOf,
  create: createSyslog,
};

function createSyslog(settings: SyslogSettings, context: TransportContext): Transport {
  const { port, framing } = effective(settings);
  const envelope = syslogEnvelope({
    ...headerStyle(settings, context.hostname),
    framing,
    maxMessageBytes: settings.max_message_bytes,
  });
  return overHosts(placesOf(settings, port), settings.balance, context, (place, observer) =>
    syslogTo(place, settings, envelope, context.name, observer),
  );
}

function syslogTo(
  { host, port, name }: Place,
  settings: SyslogSettings,
  envelope: Envelope,
  destination: string,
  observer: TransportObserver,
): Transport {
  const { framing, confirm } = effective(settings);
  const target = {
    where: `${destination} (${name})`,
    host,
    port,
    connectTimeout: settings.connect_timeout,
    frames: `${framing}, ${settings.header} header, ${settings.max_message_bytes} bytes at most`,
    stallTimeout: settings.stall_timeout,
    observer,
  };
  if (settings.protocol !== 'tls') return new PlainSyslog({ ...target, protocol: settings.protocol }, envelope);
  const files = new KeptTls(settings.tls, host, observer.notice);
  const confirmed = {
    ...target,
    files,
    tls: settings.tls,
    connections: settings.connections,
    confirmAfter: settings.confirm_after,
    confirmInterval: settings.confirm_interval,
  };
  return new Renewing(files, observer, (part) => transportAt(confirm, { ...confirmed, observer: part }, envelope));
}

function transportAt(confirm: WantedLevel, settings: ConfirmSettings, envelope: Envelope): Transport {
  if (confirm === 'auto') return new AutoConfirm(settings, envelope);
  return confirm === 'close-notify' ? new Rotation(settings, envelope) : new Lasting(settings, confirm, envelope);
}
