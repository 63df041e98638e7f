import { dayStart, timeOfDay, zoneOffset } from './calendar.ts';
import { type Computed, describe, type Expression } from './expression.ts';
import { text } from './functions.ts';
import { numbered } from './numbered.ts';

/** Times as programs write them into their logs. */

const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

/** Names of zones that are UTC; an offset says itself; of any other name nobody knows what it means. */
const UTC = new Set(['', 'Z', 'UTC', 'GMT']);

/**
 * A time by the groups of a pattern, to epoch milliseconds: `year` (two digits: of this century), `month` (a number or
 * the beginning of its English name), `day`, `time` (`HH:MM:SS`), and where they are there `fraction` and `zone`. Without
 * a zone it is UTC, as on AWS's hosts. Undefined where there is no such time, or where its zone is not known.
 */
export function timeIn(input: Expression, pattern: RegExp): Computed {
  const { pattern: search, names } = numbered(pattern);
  const groups = PARTS.map((part) => names.indexOf(part) + 1);
  return text(input, describe(input), (value) => {
    const found = search.exec(value);
    return found === null ? undefined : timeOf(groups.map((group) => (group === 0 ? '' : (found[group] ?? ''))));
  });
}

const PARTS = ['year', 'month', 'day', 'time', 'fraction', 'zone'] as const;

function timeOf([year = '', month = '', day = '', time = '', fraction = '', zone = '']: readonly string[]):
  | number
  | undefined {
  const date = `${year.length === 2 ? '20' : ''}${year}-${monthNumber(month)}-${day.trim().padStart(2, '0')}`;
  const offset = UTC.has(zone) ? 0 : zoneOffset(zone);
  const ms = dayStart(date) + timeOfDay(time.trim().padStart(8, '0'), 0) + milliseconds(fraction) - offset;
  return Number.isFinite(ms) ? ms : undefined;
}

function milliseconds(fraction: string): number {
  return fraction === '' ? 0 : Number(fraction.substring(0, 3).padEnd(3, '0'));
}

function monthNumber(month: string): string {
  const number = /^\d/.test(month) ? month : String(MONTHS.indexOf(month.substring(0, 3).toLowerCase()) / 3 + 1);
  return number.padStart(2, '0');
}

/** Epoch microseconds to milliseconds. */
export function epochMicroseconds(input: Expression): Computed {
  return text(input, `${describe(input)} (microseconds)`, (value) =>
    /^\d{16}$/.test(value) ? Math.floor(Number(value) / 1000) : undefined,
  );
}

/** `2026-02-03 04:05:06 UTC`, also with a fraction behind a dot or comma, slashes in the date, or without a zone. */
export const PLAIN_TIME =
  /^(?<year>\d{4})[-/](?<month>\d\d)[-/](?<day>\d\d)[ T](?<time>[ \d]?\d:\d\d:\d\d)(?:[.,](?<fraction>\d{1,9}))? ?(?<zone>[A-Z]+|[+-]\d\d:?\d\d)?$/;

/** `20260203 04:05:06`, and `260203  4:05:06` of older programs. */
export const COMPACT_TIME =
  /^(?<year>\d{4}|\d\d)(?<month>\d\d)(?<day>\d\d)[ T](?<time>[ \d]?\d:\d\d:\d\d)(?:\.(?<fraction>\d{1,9}))?(?<zone>[+-]\d{4})?$/;

/** `Tue Feb 03 04:05:06.123456 2026` of the C library; `Tue, 03 Feb 2026 04:05:06:123` of Redshift. */
export const C_TIME =
  /^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) +(?<day>\d{1,2}) (?<time>\d\d:\d\d:\d\d)(?:\.(?<fraction>\d{1,9}))? (?<year>\d{4})$/;
export const REDSHIFT_TIME =
  /^[A-Z][a-z]{2}, +(?<day>\d{1,2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d)(?:[:.](?<fraction>\d{1,9}))?$/;
