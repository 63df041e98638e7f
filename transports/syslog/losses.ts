import type { SyslogSettings } from './settings.ts';

/** Where events are lost and nobody notices, and what to use instead: told by `check`, at each start, and by `doctor`. */
interface Loss {
  readonly what: string;
  readonly instead: string;
}

export const LOSSES: Readonly<Record<'tcp' | 'udp' | 'none', Loss>> = {
  tcp: {
    what: 'TCP confirms and encrypts nothing: each restart of the receiver loses events that count as delivered',
    instead: 'use protocol: tls, or type: relp or hec, wherever the receiver can',
  },
  udp: {
    what: 'UDP confirms and encrypts nothing: any event may be lost, and all are while the receiver is away',
    instead: 'use protocol: tls, or type: relp or hec, wherever the receiver can',
  },
  none: {
    what: 'confirm: none counts events as delivered that the receiver has not read: each of its restarts loses some',
    instead: 'use confirm: close-notify or window',
  },
};

/** What loses events in these settings, as `[path, message]`. */
export function lossesOf({ protocol, confirm }: SyslogSettings): readonly (readonly [path: string, message: string])[] {
  const told = ({ what, instead }: Loss) => `${what}; ${instead}`;
  if (protocol !== 'tls') return [['protocol', told(LOSSES[protocol])]];
  return confirm === 'none' ? [['confirm', told(LOSSES.none)]] : [];
}
