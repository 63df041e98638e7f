import { dayStart, timeOfDay, twoDigits, zoneOffset } from './calendar.ts';
import { absent, type Computed, describe, type Expression } from './expression.ts';
import { computed, text } from './functions.ts';

/** Times in the forms AWS writes, as epoch milliseconds. Like all functions of a mapping they read nothing by themselves. */

/** The number a text is; a structure is none, and turning one into text could take the whole stack. */
function numberIn(value: unknown): number {
  if (typeof value !== 'string' || absent(value)) return Number.NaN;
  const digits = wholeNumber(value);
  return digits < 0 ? Number(value) : digits;
}

/** A number of at most 15 decimal digits; -1 for any other text. By hand: it takes a quarter of what `Number` does. */
function wholeNumber(text: string): number {
  if (text.length > 15) return -1;
  let number = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** The last millisecond that has a date of four digits for its year, as syslog and ISO 8601 write one. */
const LAST_MS = 253_402_300_799_999;

/** Milliseconds without a fraction, where they are a date of these times: -1 is one writer's "none". */
function moment(ms: number): number | undefined {
  return ms >= 0 && ms <= LAST_MS ? Math.round(ms) : undefined;
}

/** Epoch seconds to milliseconds. */
export function epochSeconds(input: Expression): Computed {
  return computed(`${describe(input)} (seconds)`, [input], (value) => {
    const seconds = typeof value === 'number' ? value : numberIn(value);
    return moment(seconds * 1000);
  });
}

/** Epoch milliseconds, as a number or as its text. */
export function epochMilliseconds(input: Expression): Computed {
  return computed(describe(input), [input], (value) => {
    const ms = typeof value === 'number' ? value : numberIn(value);
    return moment(ms);
  });
}

/** A date and time in ISO 8601, to epoch milliseconds; `T` may be a space, and without a zone it is UTC. */
export function isoTime(input: Expression): Computed {
  return computed(describe(input), [input], (value) => (typeof value === 'string' ? parseIso(value) : undefined));
}

const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * A date and time in ISO 8601 as epoch milliseconds; undefined for what is none. Most records write
 * `YYYY-MM-DDTHH:MM:SSZ`, with or without a fraction: a day is worked out once, the rest by hand.
 */
export function parseIso(value: string): number | undefined {
  if (isPlainUtc(value)) {
    const time = dayStart(value.substring(0, 10)) + timeOfDay(value, 11) + fraction(value);
    if (Number.isFinite(time)) return time;
  }
  const found = ISO.exec(value);
  if (found === null) return undefined;
  const time = Date.parse(value.replace(' ', 'T') + (found[1] === undefined ? 'Z' : ''));
  return Number.isFinite(time) ? time : undefined;
}

const [SPACE, DASH, COLON, T, Z] = [0x20, 0x2d, 0x3a, 0x54, 0x5a] as const;

/** `####-##-##T##:##:##`, whatever stands for the digits, and `Z` at the end, or nothing behind the seconds. */
function isPlainUtc(value: string): boolean {
  const dashes = value.charCodeAt(4) === DASH && value.charCodeAt(7) === DASH;
  const colons = value.charCodeAt(13) === COLON && value.charCodeAt(16) === COLON;
  const mark = value.charCodeAt(10);
  const { length } = value;
  return dashes && colons && (mark === T || mark === SPACE) && (length === 19 || value.charCodeAt(length - 1) === Z);
}

/** Milliseconds in `.ddd` and more digits from the 20th character on; NaN for fewer digits. */
function fraction(value: string): number {
  if (value.length <= 20) return 0;
  const written = value.length >= 24 && value.length <= 30 && value.charCodeAt(19) === 0x2e;
  return written ? twoDigits(value, 20) * 10 + (twoDigits(value, 21) % 10) : Number.NaN;
}

/** `Nov 24, 2021, 3:04:05 AM`, which is UTC, to epoch milliseconds. The last blank may be any kind of space. */
export function wordedTime(input: Expression): Computed {
  return text(input, describe(input), (value) => {
    const found = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)[^AP\d]{0,3}([AP])M$/.exec(value);
    if (found === null) return undefined;
    const [, month = '', day, year, hour, minute, second, half] = found;
    const at = MONTHS.indexOf(month) / 3;
    if (!Number.isInteger(at) || at < 0) return undefined;
    return Date.UTC(
      Number(year),
      at,
      Number(day),
      (Number(hour) % 12) + (half === 'P' ? 12 : 0),
      Number(minute),
      Number(second),
    );
  });
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** `[06/Feb/2019:00:00:38 +0000]`, with or without brackets, to epoch milliseconds. */
export function clfTime(input: Expression): Computed {
  return text(input, describe(input), (value) => {
    const found = /(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})/.exec(value);
    if (found === null) return undefined;
    const [, day, month = '', year, time = '', zone = ''] = found;
    const number = String(MONTHS.indexOf(month) / 3 + 1).padStart(2, '0');
    const ms = dayStart(`${year}-${number}-${day}`) + timeOfDay(time, 0) - zoneOffset(zone);
    return Number.isFinite(ms) ? ms : undefined;
  });
}
