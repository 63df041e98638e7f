import { describe, expect, it } from 'vitest';
import { dayStart } from '../../formats/calendar.ts';
import { excerpt, unless } from '../../formats/excerpts.ts';
import {
  C_TIME,
  COMPACT_TIME,
  epochMicroseconds,
  PLAIN_TIME,
  REDSHIFT_TIME,
  timeIn,
} from '../../formats/written-times.ts';
import { evaluate } from './evaluate.ts';

const at = Date.UTC(2026, 1, 3, 4, 5, 6);
const read = (text: string, pattern: RegExp): unknown => evaluate(timeIn('t', pattern), { t: text });

describe('a written time', () => {
  it.each([
    ['2026-02-03 04:05:06 UTC', PLAIN_TIME, at],
    ['2026-02-03 04:05:06,123', PLAIN_TIME, at + 123],
    ['2026-02-03  4:05:06', PLAIN_TIME, at],
    ['2026/02/03 04:05:06', PLAIN_TIME, at],
    ['2026-02-03 04:05:06.1239 +0100', PLAIN_TIME, at + 123 - 3_600_000],
    ['20260203 04:05:06', COMPACT_TIME, at],
    ['260203  4:05:06', COMPACT_TIME, at],
    ['20260203T04:05:06.5-0030', COMPACT_TIME, at + 500 + 1_800_000],
    ['Tue Feb 03 04:05:06.123456 2026', C_TIME, at + 123],
    ['Tue Feb  3 04:05:06 2026', C_TIME, at],
    ['Tue, 03 Feb 2026 04:05:06:123', REDSHIFT_TIME, at + 123],
  ])('%s', (text, pattern, ms) => {
    expect(read(text, pattern)).toBe(ms);
  });

  it('is none where it is not one, or where nobody knows what its zone means', () => {
    expect(read('2026-02-03 04:05:06 CET', PLAIN_TIME)).toBeUndefined();
    expect(read('2026-13-03 04:05:06', PLAIN_TIME)).toBeUndefined();
    expect(read('2026-02-03 25:05:06', PLAIN_TIME)).toBeUndefined();
    expect(read('Tue Foo 03 04:05:06 2026', C_TIME)).toBeUndefined();
    expect(read('2026-02-03 04:05:06 +0199', PLAIN_TIME)).toBeUndefined();
    expect(read('2026-02-03 04:05:06 +2400', PLAIN_TIME)).toBeUndefined();
    expect(dayStart('')).toBeNaN();
    expect(read('2026-02-03 04:61:06', PLAIN_TIME)).toBeUndefined();
    expect(read('yesterday', PLAIN_TIME)).toBeUndefined();
    expect(evaluate(timeIn('t', PLAIN_TIME), {})).toBeUndefined();
  });

  it('may be a number of microseconds', () => {
    expect(evaluate(epochMicroseconds('t'), { t: '1770091506123999' })).toBe(1770091506123);
    expect(evaluate(epochMicroseconds('t'), { t: '1770091506123' })).toBeUndefined();
  });
});

describe('an excerpt', () => {
  it('is the first group of a pattern, or nothing', () => {
    const name = excerpt('t', /name=(\S+)/, 'name');
    expect(evaluate(name, { t: 'a name=b c' })).toBe('b');
    expect(evaluate(name, { t: 'a' })).toBeUndefined();
  });

  it('may be all but words that say nothing', () => {
    expect(evaluate(unless('t', '[unknown]', '0'), { t: '[unknown]' })).toBeUndefined();
    expect(evaluate(unless('t', '[unknown]', '0'), { t: '00' })).toBe('00');
  });
});
