import { describe, expect, it } from 'vitest';
import type { Framing, FramingOptions } from '../../../formats/framing/record.ts';
import { WholeJson, WholeText } from '../../../formats/framing/whole.ts';
import { every, latin1, type Seen, seen, utf8 } from './conformance.ts';

const options: FramingOptions = { skip: 0, maxRecordBytes: 100, whole: true };
const one = (framing: Framing, text: string, size = 3): Seen | undefined => seen(framing, every(latin1(text), size))[0];

describe.each([
  ['text', (given: FramingOptions): Framing => new WholeText(given), (text: string): string => text],
  [
    'JSON',
    (given: FramingOptions): Framing => new WholeJson(given),
    (text: string): string => JSON.stringify({ text }),
  ],
] as const)('a whole message of %s', (_, open, write) => {
  it('is one record, whatever its chunks, without the mark before and the line ends behind it', () => {
    for (const size of [1, 2, 1000]) {
      const text = write('one\ntwo');
      const expected = { ordinal: 0, text, repaired: false, problem: undefined };
      expect(one(open(options), text, size)).toEqual(expected);
      expect(one(open(options), `\xef\xbb\xbf${text}\r\n\n`, size)).toEqual(expected);
    }
  });

  it('is followed by the next one; ordinals go on, and skipped ones are passed over', () => {
    const framing = open({ ...options, skip: 1 });
    expect(seen(framing, [latin1(write('a'))])).toEqual([]);
    expect(one(framing, write('b'))).toMatchObject({ ordinal: 1, text: write('b') });
    expect(one(framing, write('c'))).toMatchObject({ ordinal: 2, text: write('c') });
  });

  it('is cut when it is too long, and says so of itself alone', () => {
    const framing = open(options);
    const long = write('x'.repeat(200));
    expect(one(framing, long)).toMatchObject({ text: long.slice(0, 100), problem: 'TF-RECORD-TOO-LARGE' });
    expect(one(framing, write('b'))).toMatchObject({ text: write('b'), problem: undefined });
    expect(one(open({ ...options, maxRecordBytes: long.length }), long)?.problem).toBeUndefined();
  });

  it('is repaired where it is no UTF-8', () => {
    const got = one(open(options), write('a\xff\nb'));
    expect(got).toMatchObject({ text: write('a\xff\nb').replace('\xff', utf8('\ufffd')), repaired: true });
  });
});

describe('a whole message of text', () => {
  it('may be empty', () => {
    expect(one(new WholeText(options), '')).toEqual({ ordinal: 0, text: '', repaired: false, problem: undefined });
  });

  it('is printable only as one line', () => {
    const printable = (text: string): boolean => {
      const found: boolean[] = [];
      const framing = new WholeText(options);
      framing.push(latin1(text));
      framing.end((record) => found.push(record.printable));
      return found[0] ?? false;
    };
    expect(['a b\n', 'a\nb', 'a\tb', 'ü'].map(printable)).toEqual([true, false, false, false]);
  });
});

describe('a whole message of JSON', () => {
  const fault = (text: string): string | undefined => one(new WholeJson(options), text)?.problem;

  it('gives its members', () => {
    const framing = new WholeJson(options);
    const found: unknown[] = [];
    framing.push(latin1(' {"a":{"b":1},"c":"x"}'));
    framing.end(({ json }) => found.push(json?.names(), json?.member('c'), json?.raw('a')));
    expect(found).toEqual([['a', 'c'], 'x', '{"b":1}']);
  });

  it('is refused when it is no object, not whole, or more than one', () => {
    expect(fault('')).toBe('TF-JSON-NO-OBJECT');
    expect(fault('text')).toBe('TF-JSON-NO-OBJECT');
    expect(fault('[{"a":1}]')).toBe('TF-JSON-NO-OBJECT');
    expect(fault('{"a":')).toBe('TF-JSON-TRUNCATED');
    expect(fault('{"a"}')).toBe('TF-JSON-INVALID');
    expect(fault('{"a":1}{"b":2}')).toBe('TF-JSON-INVALID');
    expect(fault('{"a":1} \n')).toBeUndefined();
  });
});
