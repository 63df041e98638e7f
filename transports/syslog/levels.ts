import type { ConfirmLevel } from '../transport.ts';

/** What a configuration may ask for. `auto`: the strongest that the receiver answers. */
export type WantedLevel = ConfirmLevel | 'auto';

/** Why a level is no stronger one. */
export const UNANSWERED = 'the receiver does not answer close-notify';
export const INVISIBLE = "window needs /proc/self/net/tcp, to see what the receiver's kernel has acknowledged";
export const COULD_CONFIRM = 'the configuration says so; the receiver could answer close-notify, which is stronger';

/**
 * What to do where a stronger level is to be had; undefined where the one that is wanted is as good as can be.
 * @param answers whether the receiver answers close-notify
 * @param visible whether the kernel shows what the receiver's kernel has acknowledged
 */
export function adviceFor(wanted: WantedLevel, answers: boolean, visible: boolean): string | undefined {
  if (wanted === 'close-notify' || (wanted === 'auto' && answers)) return undefined;
  if (answers) return 'set confirm: close-notify: this receiver can say that it read everything';
  if (!visible) return wanted === 'none' ? undefined : 'the level is none: make /proc/self/net/tcp readable';
  if (wanted === 'none') return 'set confirm: window: it sends again what the receiver may not have read';
  return wanted === 'auto'
    ? 'the level is window; a receiver that answers loses nothing (rsyslog: StreamDriver ossl, not gtls)'
    : undefined;
}
