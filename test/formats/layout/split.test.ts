import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columns, splitCommas, splitPipes, splitTabs } from '../../../formats/layout.ts';
import { duration, records } from './read.ts';

const split = (line: string, by = splitCommas): string[] => {
  const cells = ['left', 'over', 'from', 'the', 'line', 'before'];
  return cells.slice(0, by(line, cells));
};

describe('splitting', () => {
  it('by tabs keeps empty cells', () => {
    fc.assert(
      fc.property(fc.string(), (line) => {
        expect(split(line, splitTabs)).toEqual(line.split('\t'));
      }),
    );
  });

  it('by pipes takes the padding off, and no byte of a character', () => {
    expect(split('a  |b|  | c d |', splitPipes)).toEqual(['a', 'b', '', 'c d', '']);
    expect(split('\xc3\xa0 |x', splitPipes)).toEqual(['\xc3\xa0', 'x']);
    expect(split('', splitPipes)).toEqual(['']);
  });

  it('by commas gives back what was quoted, however the quotes inside are written', () => {
    const inside = fc.string({ maxLength: 8 }).map((one) => one.replaceAll('\\', '/'));
    const cell = fc.oneof(
      fc.stringMatching(/^[a-z0-9:. -]*$/).map((one) => [one, one] as const),
      inside.map((one) => [`"${one.replaceAll('"', '""')}"`, one] as const),
      inside.map((one) => [`'${one.replaceAll("'", "''")}'`, one] as const),
      inside.map((one) => one.replaceAll("'", "\\'")).map((one) => [`'${one}'`, one] as const),
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1 }), (cells) => {
        expect(split(cells.map(([written]) => written).join(','))).toEqual(cells.map(([, meant]) => meant));
      }),
    );
  });

  it('by commas knows a closed quote from one inside', () => {
    expect(split("a,'b, c',0")).toEqual(['a', 'b, c', '0']);
    expect(split("'select \\'a\\'',0")).toEqual(["select \\'a\\'", '0']);
    expect(split("'it''s',0")).toEqual(["it's", '0']);
    expect(split("'',''''")).toEqual(['', "'"]);
    expect(split("'a'b,c',d")).toEqual(["a'b,c", 'd']);
  });

  it('by commas takes a quote that is never closed for a letter', () => {
    expect(split("'a,b,'c")).toEqual(["'a", 'b', "'c"]);
    expect(split("\"a,'b,c'")).toEqual(['"a', 'b,c']);
    expect(split('')).toEqual(['']);
    expect(split('a,')).toEqual(['a', '']);
  });

  it('does not run away', () => {
    for (const part of ["'", ",'", ",'x", "\\'", "',", ',"a""', '|', '\t', "''", '\\']) {
      const line = part.repeat(200_000 / part.length);
      for (const by of [splitCommas, splitPipes, splitTabs]) {
        expect(
          duration(() => by(line, [])),
          part,
        ).toBeLessThan(1000);
      }
    }
  });
});

describe('columns with a value over several lines', () => {
  const layout = columns({
    names: ['time', 'text', 'code'],
    starts: /^\d+,/,
    otherwise: 'message',
    split: splitCommas,
  });

  it('start at a line that looks like one', () => {
    expect(records(layout, "1,'a\nb',0\n2,c,1,more\n")).toEqual([
      { time: '1', text: 'a\nb', code: '0' },
      { time: '2', text: 'c', code: '1' },
    ]);
  });

  it('are one text where the line has another form', () => {
    expect(records(layout, 'a,b,c\n1,2\n1,2,3\n')).toEqual([
      { message: 'a,b,c' },
      { message: '1,2' },
      { time: '1', text: '2', code: '3' },
    ]);
    expect(records(layout, '1,2\n', true)).toEqual([{ message: '1,2' }]);
  });
});
