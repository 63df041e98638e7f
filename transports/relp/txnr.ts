/** Transaction numbers run from 1 to this one, and from 1 again after it. 0 is for hints. */
export const LAST_TXNR = 999_999_999;

/** The transaction number of a session's command. @param place how many commands went before it */
export function txnrOf(place: number, last: number): number {
  return (place % last) + 1;
}

/**
 * The place of the command that a transaction number stands for, if it is `oldest` or one of the `last` after it.
 * @param oldest place of the oldest command that may still be answered
 */
export function placeOf(txnr: number, oldest: number, last: number): number {
  return oldest + ((txnr - txnrOf(oldest, last) + last) % last);
}
