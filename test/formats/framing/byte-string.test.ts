import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteString,
  cutBytes,
  fromByteString,
  lineEnd,
  printable,
  toByteString,
} from '../../../formats/framing/byte-string.ts';
import { latin1 } from './conformance.ts';

describe('byte strings', () => {
  it('hold a text’s UTF-8, one unit a byte, and give it back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = toByteString(text);
        expect(bytes.length).toBe(Buffer.byteLength(text, 'utf8'));
        expect(fromByteString(bytes)).toBe(text);
      }),
    );
  });

  it('are valid UTF-8 for any bytes, and say whether that took a repair', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(10), (array, start) => {
        const bytes = Buffer.from(array);
        const slice = bytes.subarray(start);
        const { text, repaired } = byteString(bytes, start, bytes.length);
        expect(fromByteString(text)).toBe(slice.toString('utf8'));
        expect(repaired).toBe(!latin1(text).equals(slice));
      }),
    );
  });

  it('are cut to the longest prefix that fits and ends with a whole code point', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: -1, max: 30 }), (text, most) => {
        const cut = fromByteString(cutBytes(toByteString(text), most));
        const expected: string[] = [];
        for (const point of text) {
          if (Buffer.byteLength(expected.join('') + point) > most) break;
          expected.push(point);
        }
        expect(cut).toBe(expected.join(''));
      }),
    );
  });
});

describe('bytes', () => {
  it('are printable when they are printable ASCII and line ends, nothing else', () => {
    const isPrintable = (text: string): boolean => printable(latin1(text), 0, text.length);
    for (const text of ['', 'a b~', 'a\nb\n', 'a\r\nb']) expect(isPrintable(text)).toBe(true);
    for (const text of ['a\tb', 'a\rb', 'a\r', '\0', '\x7f', '\x1b', '\x80', 'ü'])
      expect(isPrintable(text)).toBe(false);
    expect(printable(latin1('\0a\0'), 1, 2)).toBe(true);
  });

  it('end a line at a line feed that lies in the range', () => {
    const bytes = latin1('ab\ncd\n');
    expect([lineEnd(bytes, 0, 6), lineEnd(bytes, 3, 6), lineEnd(bytes, 3, 5), lineEnd(bytes, 6, 6)]).toEqual([
      2, 5, -1, -1,
    ]);
  });
});
