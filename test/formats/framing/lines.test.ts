import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineFraming } from '../../../formats/framing/lines.ts';
import { every, framingConformance, latin1, noiseConformance, seen, utf8 } from './conformance.ts';

const noHeader = (_line: string): number => 0;
const text = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .map((line) => utf8(line.replace(/[\r\n\ufeff]/g, '_')));

for (const end of ['\n', '\r\n']) {
  framingConformance({
    name: end === '\n' ? 'lines' : 'lines with CRLF',
    open: (options) => new LineFraming(noHeader, options),
    record: text,
    write: (records) => records.map((record) => record + end).join(''),
    ofLength: (length) => 'x'.repeat(length),
    prefixes: ['\n', '\r\n', '\n\n'],
    gaps: ['\n', '\r\n\n'],
  });
}

noiseConformance('lines', (options) => new LineFraming(noHeader, options), text);

describe('lines', () => {
  const options = { skip: 0, maxRecordBytes: 1000 };
  const texts = (object: string, control = noHeader, skip = 0): string[] =>
    seen(new LineFraming(control, { ...options, skip }), every(latin1(object), 2)).map((record) => record.text);

  it('takes a last line without an end', () => {
    expect(texts('one\ntwo')).toEqual(['one', 'two']);
    expect(texts('one\r\ntwo\r')).toEqual(['one', 'two']);
  });

  it('takes a byte order mark off the first line only', () => {
    expect(texts('\xef\xbb\xbfone\n\xef\xbb\xbftwo\n')).toEqual(['one', '\xef\xbb\xbftwo']);
    expect(texts('\xef\xbb\xbf')).toEqual([]);
  });

  it('keeps a carriage return and white space within a line', () => {
    expect(texts('a\rb\n c \n \n')).toEqual(['a\rb', ' c ', ' ']);
  });

  it('does not count what the control says is a header, also where it is glued to a line or records are skipped', () => {
    const header = (line: string): number => (line.endsWith('HEAD') ? 4 : 0);
    const object = 'HEAD\none\ntwoHEAD\nthree\nHEAD\n';
    expect(texts(object, header)).toEqual(['one', 'two', 'three']);
    expect(texts(object, header, 2)).toEqual(['three']);
  });

  it('lets the control see every line, also of the records that are skipped', () => {
    const lines: string[] = [];
    const control = (line: string): number => {
      lines.push(line);
      return 0;
    };
    texts('a\nb\nc\n', control, 2);
    expect(lines).toEqual(['a', 'b', 'c']);
  });
});
