import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression } from '../../formats/expression.ts';
import { clfTime, epochMilliseconds, epochSeconds, isoTime, wordedTime } from '../../formats/times.ts';
import { evaluate } from './evaluate.ts';

const of = (expression: Expression, a: unknown): unknown => evaluate(expression, { a });
const iso = (value: unknown): unknown => of(isoTime('a'), value);
const clf = (value: unknown): unknown => of(clfTime('a'), value);
const T = Date.UTC(2026, 2, 4, 5, 6, 7);

describe('ISO times', () => {
  it('are read with and without fraction, zone, seconds and T', () => {
    const cases: Record<string, number> = {
      '2026-03-04T05:06:07Z': T,
      '2026-03-04T05:06:07.1Z': T + 100,
      '2026-03-04T05:06:07.12Z': T + 120,
      '2026-03-04T05:06:07.123Z': T + 123,
      '2026-03-04T05:06:07.999999Z': T + 999,
      '2026-03-04T05:06:07.123456789Z': T + 123,
      '2026-03-04T07:06:07+02:00': T,
      '2026-03-04T07:06:07.5+0200': T + 500,
      '2026-03-04T00:06:07-05:00': T,
      '2026-03-04 05:06:07': T,
      '2026-03-04 05:06:07.250': T + 250,
      '2026-03-04T05:06:07': T,
      '2026-03-04T05:06Z': T - 7000,
      '2024-02-29T00:00:00Z': Date.UTC(2024, 1, 29),
      '2016-12-31T23:59:60Z': Date.UTC(2017, 0, 1),
      '1969-12-31T23:59:59Z': -1000,
    };
    for (const [text, time] of Object.entries(cases)) expect(iso(text), text).toBe(time);
  });

  it('are what Date says, for any time of any day in any order', () => {
    const date = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (one) => {
        expect(iso(one.toISOString())).toBe(one.getTime());
        expect(iso(`${one.toISOString().slice(0, 19)}Z`)).toBe(Math.floor(one.getTime() / 1000) * 1000);
      }),
    );
  });

  it('are nothing where they are none: no guess', () => {
    const none = [
      '2026-13-04T05:06:07Z',
      '2026-03-04T25:06:07Z',
      '2026-03-04T05:61:07Z',
      '2026-03-04Tab:cd:efZ',
      '2026-03-04T05x06x07Z',
      '2026-03-04T05:06:07.Z',
      '2026-03-04T05:06:07.abcZ',
      'xxxx-xx-xxT05:06:07Z',
      '2026-03-04',
      'Wed, 04 Mar 2026 05:06:07 GMT',
      'March 4 Z',
      '1772600767',
      'Z',
      '-',
      '',
      1772600767,
      null,
      undefined,
      {},
    ];
    for (const text of none) expect(iso(text), String(text)).toBeUndefined();
  });
});

describe('times of access logs', () => {
  it('are read with and without brackets, in any zone', () => {
    expect(clf('[04/Mar/2026:05:06:07 +0000]')).toBe(T);
    expect(clf('04/Mar/2026:05:06:07 +0000')).toBe(T);
    expect(clf('04/Mar/2026:07:06:07 +0200')).toBe(T);
    'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ').forEach((month, index) => {
      expect(clf(`01/${month}/2026:00:00:00 +0000`)).toBe(Date.UTC(2026, index, 1));
    });
  });

  it('are nothing where they are none', () => {
    for (const text of [
      '04/Foo/2026:05:06:07 +0000',
      '04/anF/2026:05:06:07 +0000',
      '40/Mar/2026:05:06:07 +0000',
      '-',
      'x',
    ])
      expect(clf(text), text).toBeUndefined();
  });
});

describe('epoch seconds', () => {
  it('become milliseconds, from text and number, with a fraction', () => {
    expect(['1772600767', 1772600767, '1772600767.25', '0'].map((value) => of(epochSeconds('a'), value))).toEqual([
      T,
      T,
      T + 250,
      0,
    ]);
    expect(['-', '', 'x', undefined, null, {}].map((value) => of(epochSeconds('a'), value))).toEqual(
      Array(6).fill(undefined),
    );
  });
});

describe('epoch milliseconds', () => {
  it('come as a number or as its text', () => {
    expect([T, String(T), `${T}.4`, 0].map((value) => of(epochMilliseconds('a'), value))).toEqual([T, T, T, 0]);
    for (const value of ['-', '', 'x', '2026-03-04', undefined, null, {}]) {
      expect(of(epochMilliseconds('a'), value)).toBeUndefined();
    }
  });
});

describe('times in words', () => {
  it('are UTC, on a clock of twelve hours', () => {
    const worded = (text: string): unknown => of(wordedTime('a'), text);
    expect(worded('Mar 4, 2026, 5:06:07 AM')).toBe(T);
    expect(worded('Mar 4, 2026, 5:06:07 PM')).toBe(T + 12 * 3_600_000);
    expect(worded('Mar 4, 2026, 12:06:07 AM')).toBe(Date.UTC(2026, 2, 4, 0, 6, 7));
    expect(worded('Mar 4, 2026, 12:06:07 PM')).toBe(Date.UTC(2026, 2, 4, 12, 6, 7));
    // A narrow no-break space, as newer runtimes write it.
    expect(worded('Mar 4, 2026, 5:06:07\xe2\x80\xafAM')).toBe(T);
    for (const other of ['Mär 4, 2026, 5:06:07 AM', 'arM 4, 2026, 5:06:07 AM', 'Mar 4, 2026', '']) {
      expect(worded(other), other).toBeUndefined();
    }
  });
});
