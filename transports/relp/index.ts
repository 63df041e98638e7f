import { type Place, placesOf } from '../hosts/settings.ts';
import { overHosts } from '../hosts/several-hosts.ts';
import { KeptTls } from '../kept-tls.ts';
import { Renewing } from '../renewing.ts';
import { syslogEnvelope } from '../syslog/envelope.ts';
import { headerStyle } from '../syslog/header-settings.ts';
import type { Transport, TransportContext, TransportObserver, TransportType } from '../transport.ts';
import { Relp } from './relp.ts';
import { checkRelp, type RelpSettings, relpSchema } from './settings.ts';
import { LAST_TXNR } from './txnr.ts';

export type { RelpSettings } from './settings.ts';

/** RELP, the acknowledged way into rsyslog: the receiver answers for every event. */
export const relp: TransportType<RelpSettings> = {
  type: 'relp',
  title: 'RELP over TLS or TCP, into rsyslog',
  schema: relpSchema,
  check: checkRelp,
  create: createRelp,
};

/** @param lastTxnr another one in tests only */
export function createRelp(settings: RelpSettings, context: TransportContext, lastTxnr = LAST_TXNR): Transport {
  const envelope = syslogEnvelope({
    ...headerStyle(settings, context.hostname),
    framing: 'none',
    maxMessageBytes: settings.max_message_bytes,
  });
  const connect = ({ host, port, name }: Place, observer: TransportObserver) => {
    const files = new KeptTls(settings.tls, host, observer.notice);
    const target = {
      where: `${context.name} (${name})`,
      host,
      port,
      protocol: settings.protocol,
      connectTimeout: settings.connect_timeout,
      stallTimeout: settings.stall_timeout,
      window: settings.window,
      tls: settings.tls,
      files,
      lastTxnr,
    };
    const make = (part: TransportObserver) => new Relp({ ...target, observer: part }, envelope);
    return settings.protocol === 'tls' ? new Renewing(files, observer, make) : make(observer);
  };
  return overHosts(placesOf(settings, settings.port), settings.balance, context, connect);
}
