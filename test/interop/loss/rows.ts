import { type Known, peers } from '../peers/index.ts';
import type { Trial } from './run.ts';

/**
 * How much of what was delivered may be lost. `none`; `little`: 0.02 % of the events at each stop; `any`: how much is not in our
 * hands; `some`: if nothing were lost in all of these together, the rig could not see a loss.
 */
export type Loss = 'none' | 'little' | 'any' | 'some';

export interface Row {
  readonly peer: Known;
  readonly confirm: 'close-notify' | 'window' | 'none' | 'RELP';
  readonly victim: Trial['victim'];
  readonly loss: Loss;
  /** How many of the variants stand in for all of them where there is little time. */
  readonly few: number;
}

const { ossl, gtls, relp, relpTls, syslogNg, java, sServer, haproxyThrough, haproxyTls, stunnel } = peers;
const { haproxyRelp, stunnelRelp } = peers;
const receiver = { victim: 'receiver', confirm: 'close-notify' } as const;
const proxy = { victim: 'proxy', confirm: 'close-notify', loss: 'any', few: 1 } as const;

export const rows: readonly Row[] = [
  ...[ossl, syslogNg, java, sServer].map((peer): Row => ({ peer, ...receiver, loss: 'none', few: 4 })),
  { peer: relp, ...receiver, confirm: 'RELP', loss: 'none', few: 2 },
  { peer: relpTls, ...receiver, confirm: 'RELP', loss: 'none', few: 4 },
  ...[haproxyRelp, stunnelRelp].flatMap((peer): Row[] => [
    { peer, ...receiver, confirm: 'RELP', loss: 'none', few: 2 },
    { peer, ...proxy, confirm: 'RELP', loss: 'none' },
  ]),
  { peer: haproxyThrough, ...receiver, loss: 'none', few: 2 },
  { peer: haproxyThrough, ...proxy, loss: 'none' },
  ...[ossl, gtls, syslogNg].map((peer): Row => ({ peer, ...receiver, confirm: 'window', loss: 'little', few: 2 })),
  { peer: ossl, ...receiver, confirm: 'none', loss: 'some', few: 2 },
  ...[haproxyTls, stunnel].map((peer): Row => ({ peer, ...receiver, loss: 'any', few: 2 })),
  ...[haproxyTls, stunnel].map((peer): Row => ({ peer, ...proxy })),
];

/** Settings of the destination that a row asks for, beyond those of the peer. */
export function settingsOf({ confirm }: Row): string | undefined {
  return confirm === 'RELP' ? undefined : `confirm: ${confirm}`;
}
