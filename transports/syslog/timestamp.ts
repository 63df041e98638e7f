/** Event time (epoch milliseconds) as a header's time stamp. Remembers the last second: thousands of events share it. */
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

/** TIMESTAMP of RFC 5424 6.2.3, UTC with milliseconds; NILVALUE for a time that is none or that four-digit years cannot say. */
export function isoStamp(): Stamp {
  let second = Number.NaN;
  let text = '';
  return (timeMs) => {
    const at = Math.floor(timeMs / 1000);
    if (at !== second) {
      if (!(at >= FIRST_SECOND && at <= LAST_SECOND)) return '-';
      second = at;
      text = new Date(at * 1000).toISOString().slice(0, 20);
    }
    return text + MILLISECONDS[Math.floor(timeMs) - at * 1000];
  };
}

/**
 * TIMESTAMP of RFC 3164 4.1.2, local time without year. This header has no way to say that there is no time: then it is
 * the time of sending, which is what a relay would add (RFC 3164 4.3.2).
 * @param now the clock, epoch milliseconds
 */
export function bsdStamp(now: () => number = Date.now): Stamp {
  let second = Number.NaN;
  let text = '';
  return (timeMs) => {
    const at = Math.floor((Math.abs(timeMs) <= MOST_MS ? timeMs : now()) / 1000);
    if (at !== second) {
      second = at;
      text = bsdText(new Date(at * 1000));
    }
    return text;
  };
}

function bsdText(date: Date): string {
  const day = String(date.getDate()).padStart(2, ' ');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
  return `${MONTHS[date.getMonth()]} ${day} ${clock}`;
}
