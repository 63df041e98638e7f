/** Event time (epoch milliseconds) as a header's time stamp. */
export type Stamp = (timeMs: number) => string;

const MILLISECONDS: readonly string[] = Array.from({ length: 1000 }, (_, ms) => `${String(ms).padStart(3, '0')}Z`);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const FIRST_SECOND = Date.UTC(1, 0) / 1000;
const LAST_SECOND = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;
const MOST_MS = 8.64e15;

/** Length of `2026-11-24T03:40:00.123Z`. */
export const ISO_LENGTH = 24;
/** Length of `Nov 24 03:40:00`. */
export const BSD_LENGTH = 15;

/** Seconds whose texts are remembered. A log object's events jump about within minutes, an hour at most. */
const SLOTS = 4096;

/** Remembers the text of each of the last seconds: a table by the second's lowest bits, which needs no search. */
function remembered(textOf: (second: number) => string): (second: number) => string {
  const seconds = new Float64Array(SLOTS).fill(Number.NaN);
  const texts = new Array<string>(SLOTS).fill('');
  return (second) => {
    const slot = ((second % SLOTS) + SLOTS) % SLOTS;
    if (seconds[slot] !== second) {
      texts[slot] = textOf(second);
      seconds[slot] = second;
    }
    return texts[slot] ?? '';
  };
}

/** TIMESTAMP of RFC 5424 6.2.3, UTC with milliseconds; NILVALUE for a time that is none or that four-digit years cannot say. */
export function isoStamp(): Stamp {
  const textOf = remembered((second) => new Date(second * 1000).toISOString().slice(0, 20));
  return (timeMs) => {
    const second = Math.floor(timeMs / 1000);
    if (!(second >= FIRST_SECOND && second <= LAST_SECOND)) return '-';
    return textOf(second) + MILLISECONDS[Math.floor(timeMs) - second * 1000];
  };
}

/**
 * TIMESTAMP of RFC 3164 4.1.2, local time without year. This header has no way to say that there is no time: then it is
 * the time of sending, which is what a relay would add (RFC 3164 4.3.2).
 * @param now the clock, epoch milliseconds
 */
export function bsdStamp(now: () => number = Date.now): Stamp {
  const textOf = remembered((second) => bsdText(new Date(second * 1000)));
  return (timeMs) => textOf(Math.floor((Math.abs(timeMs) <= MOST_MS ? timeMs : now()) / 1000));
}

function bsdText(date: Date): string {
  const day = String(date.getDate()).padStart(2, ' ');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
  return `${MONTHS[date.getMonth()]} ${day} ${clock}`;
}
