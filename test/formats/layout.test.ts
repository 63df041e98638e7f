import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../formats/framing/record.ts';
import { columns, json, type Layout, splitQuoted, splitSpaces } from '../../formats/layout.ts';
import { ownTime } from '../own-time.ts';
import { latin1 } from './framing/conformance.ts';

const origin = { bucket: 'b', key: 'k', version: 'v', account: '111122223333', region: 'eu-west-1' };
const options = { skip: 0, maxRecordBytes: 1000 };

/** What paths read in each record of a text, or the code of its refusal. */
function readAll(layout: Layout, text: string, paths: readonly string[], from = origin): unknown[] {
  const open = layout.open(from, options);
  const all: unknown[] = [];
  const keep = (record: LogRecord): void => {
    try {
      open.enter(record);
      all.push(paths.map((path) => layout.resolve(path, open.columns)(record)));
    } catch (error) {
      all.push((error as { code: string }).code);
    }
  };
  open.framing.push(latin1(text), keep);
  open.framing.end(keep);
  return all;
}

describe('JSON paths', () => {
  const one = (text: string, ...paths: string[]): unknown => readAll(json('Records'), text, paths)[0];

  it('go through members and list positions', () => {
    const text = '{"a":{"b":[{"c":"x"},{"c":2}]},"d":"y"}';
    expect(one(text, 'd', 'a.b.0.c', 'a.b.1.c', 'a.b.2.c', 'a.x.y', 'd.x', 'd.0')).toEqual([
      'y',
      'x',
      2,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('give a member’s own text with {}', () => {
    expect(one('{"a": {"b": 1.0 }, "c":null,"d":"x"}', 'a{}', 'c{}', 'd{}', 'e{}')).toEqual([
      '{"b": 1.0 }',
      undefined,
      '"x"',
      undefined,
    ]);
  });

  it('read the object’s key with @, and a member that begins with @ all the same', () => {
    expect(one('{"@timestamp":"t"}', '@account', '@region', '@bucket', '@key', '@timestamp')).toEqual([
      '111122223333',
      'eu-west-1',
      'b',
      'k',
      't',
    ]);
  });
});

describe('what the envelope says', () => {
  const enveloped = { ...origin, timestamp: 1770091506000, logGroup: 'group', logStream: 'stream' };
  const names = ['@timestamp', '@log_group', '@log_stream'];

  it('is read with @, by every layout, and is not there without an envelope', () => {
    for (const [layout, text] of [
      [json(), '{"a":1}'],
      [columns({ names: ['a'], split: splitSpaces }), '1\n'],
    ] as const) {
      expect(readAll(layout, text, names, enveloped)).toEqual([[1770091506000, 'group', 'stream']]);
      expect(readAll(layout, text, names)).toEqual([[undefined, undefined, undefined]]);
    }
  });

  it('stands back behind the record’s own member', () => {
    expect(readAll(json(), '{"@timestamp":"t"}', names, enveloped)).toEqual([['t', 'group', 'stream']]);
  });
});

describe('a message in an envelope', () => {
  const whole = (layout: Layout, text: string, paths: readonly string[]): unknown[] => {
    const open = layout.open(origin, { ...options, whole: true });
    const all: unknown[] = [];
    open.framing.push(latin1(text), () => expect.unreachable());
    open.framing.end((record) => {
      open.enter(record);
      all.push(paths.map((path) => layout.resolve(path, open.columns)(record)));
    });
    return all;
  };

  it('is one record, whatever its layout', () => {
    expect(whole(json(), '{"a":1,"Records":[{"a":2}]}', ['a'])).toEqual([[1]]);
    expect(whole(columns({ names: ['a', 'b'], split: splitSpaces }), '1 2\n3 4\n', ['a', 'b'])).toEqual([
      ['1', '2\n3'],
    ]);
  });
});

describe('columns', () => {
  const plain = columns({ names: ['a', 'b', 'c'], least: 2, split: splitSpaces });
  const headed = columns({
    names: (line) => (line.startsWith('#') ? line.slice(1).split(' ') : undefined),
    headerless: (cells) => (cells.length === 2 ? ['a', 'b'] : undefined),
    split: splitSpaces,
  });

  it('are read by name; more cells than names are no fault, fewer than needed are', () => {
    expect(readAll(plain, '1 2 3\n1 2\n1 2 3 4\n1\n', ['a', 'c', 'x'])).toEqual([
      ['1', '3', undefined],
      ['1', undefined, undefined],
      ['1', '3', undefined],
      'TF-COLUMNS-FEW',
    ]);
  });

  it('take their names from a header, and new ones from a new header', () => {
    expect(readAll(headed, '#a b\n1 2\n#b a c\n1 2 3\n1 2\n', ['a', 'b'])).toEqual([
      ['1', '2'],
      ['2', '1'],
      'TF-COLUMNS-FEW',
    ]);
  });

  it('go by their number without a header, or are refused', () => {
    expect(readAll(headed, '1 2\n', ['a', 'b'])).toEqual([['1', '2']]);
    expect(readAll(headed, '1 2 3\n', ['a'])).toEqual(['TF-COLUMNS-UNNAMED']);
  });

  it('of two open objects do not mix', () => {
    const [one, two] = [headed.open(origin, options), headed.open({ ...origin, account: undefined }, options)];
    const seen: unknown[] = [];
    const read = (open: typeof one) => (record: LogRecord) => {
      open.enter(record);
      seen.push([headed.resolve('a', open.columns)(record), headed.resolve('@account', open.columns)(record)]);
    };
    one.framing.push(latin1('#a b\n1 2\n'), read(one));
    two.framing.push(latin1('#b a\n3 4\n'), read(two));
    one.framing.push(latin1('5 6\n'), read(one));
    two.framing.push(latin1('7 8\n'), read(two));
    expect(seen).toEqual([
      ['1', '111122223333'],
      ['4', undefined],
      ['5', '111122223333'],
      ['8', undefined],
    ]);
  });
});

describe('splitting', () => {
  const split = (line: string, by = splitQuoted): string[] => {
    const cells = ['left', 'over', 'from', 'the', 'line', 'before'];
    const count = by(line, cells);
    return cells.slice(0, count);
  };

  it('by spaces keeps empty cells', () => {
    fc.assert(
      fc.property(fc.string(), (line) => {
        expect(split(line, splitSpaces)).toEqual(line.split(' '));
      }),
    );
  });

  it('by quotes gives back what was quoted, brackets too', () => {
    const bare = fc.stringMatching(/^[a-z0-9:./-]+$/);
    const inside = fc.string().map((one) => one.replace(/["\]]/g, ''));
    const cell = fc.oneof(
      bare.map((one) => [one, one] as const),
      inside.map((one) => [`"${one}"`, one] as const),
      inside.map((one) => [`[${one}]`, one] as const),
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1 }), (cells) => {
        expect(split(cells.map(([written]) => written).join(' '))).toEqual(cells.map(([, meant]) => meant));
      }),
    );
  });

  it('takes a quote inside quotes for one unless a cell can follow it', () => {
    expect(split('a "b "c" d" e')).toEqual(['a', 'b "c" d', 'e']);
    expect(split('a "b "c d" (x)" e')).toEqual(['a', 'b "c d" (x)', 'e']);
    expect(split('"a" "b" c')).toEqual(['a', 'b', 'c']);
    expect(split('"" "-" -')).toEqual(['', '-', '-']);
  });

  it('takes an address in brackets with its port for one cell', () => {
    expect(split('h2 [2001:db8::1]:443 [a b] "c"')).toEqual(['h2', '[2001:db8::1]:443', 'a b', 'c']);
  });

  it('ends at the line’s end whatever is left open', () => {
    expect(split('a "b c')).toEqual(['a', 'b c']);
    expect(split('a [b c')).toEqual(['a', '[b', 'c']);
    expect(split('')).toEqual([]);
    expect(split('a ')).toEqual(['a']);
  });

  it('does not run away', () => {
    for (const part of ['"', '" ', ' "', '[', '] ', '"a" b" ', '" " "x']) {
      const line = part.repeat(200_000 / part.length);
      const start = ownTime();
      split(line);
      expect(ownTime() - start, part).toBeLessThan(1000);
    }
  });
});
