import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentFraming } from '../../../formats/framing/documents.ts';
import type { Framing, FramingOptions } from '../../../formats/framing/record.ts';
import { ownTime } from '../../own-time.ts';
import { every, framingConformance, latin1, noiseConformance, seen, utf8 } from './conformance.ts';

const open = (options: FramingOptions): Framing => new DocumentFraming('Event', options);
const inside = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('<Data Name="x">', '</Data>', '<EventData>', '</Events>', '\n', '</Even', '<?'),
    ),
  )
  .map((parts) => utf8(parts.join('').replaceAll('</Event>', '')));

for (const glue of ['', '\r\n', ' \n\t']) {
  framingConformance({
    name: `documents parted by ${JSON.stringify(glue)}`,
    open,
    record: inside.map((text) => `<Event xmlns='x'>${text}</Event>`),
    write: (records) => records.map((record) => record + glue).join(''),
    ofLength: (length) => `<Event>${'x'.repeat(length - 15)}</Event>`,
    prefixes: [
      '\n',
      '<?xml version="1.0"?>',
      '<Events>\n',
      '\xef\xbb\xbf',
      '\xef\xbb\xbf<?xml version="1.0"?>\r\n<Events a="b">',
    ],
    gaps: ['\n', '</Events>', '\n</Events>\n<Events>\n'],
  });
}

noiseConformance(
  'documents',
  open,
  fc.oneof(inside, fc.constantFrom('<Event>', '</Event>', '<Event ', '<Events>', '<?', '>', '<EventXML>')),
);

describe('documents', () => {
  const options = { skip: 0, maxRecordBytes: 1000 };
  const texts = (object: string): string[] => {
    const whole = seen(open(options), [latin1(object)]).map(({ text }) => text);
    expect(seen(open(options), every(latin1(object), 1)).map(({ text }) => text)).toEqual(whole);
    return whole;
  };

  it('are left alone by elements whose names begin in the same way', () => {
    const one = '<Event><UserData><EventXML><Event2/></EventXML></UserData></Event>';
    expect(texts(one + one)).toEqual([one, one]);
  });

  it('may have text around them, which is a record by line', () => {
    expect(texts('a b\r\n<Event>1</Event>c<Event>2</Event>\nd\n\ne')).toEqual([
      'a b',
      '<Event>1</Event>',
      'c',
      '<Event>2</Event>',
      'd',
      'e',
    ]);
  });

  it('without an end are records to the end', () => {
    expect(texts('<Event>1</Event><Event>2\n3')).toEqual(['<Event>1</Event>', '<Event>2\n3']);
    expect(texts('<Event')).toEqual(['<Event']);
    expect(texts('<?xml\n<Event>1</Event>')).toEqual(['<?xml', '<Event>1</Event>']);
  });

  it('show nothing as printable: their values are encoded in them', () => {
    const framing = open(options);
    framing.push(latin1('<Event>&#10;</Event>\n'), ({ printable }) => expect(printable).toBe(false));
    expect.assertions(1);
  });

  it('are found in no time among lines that are none', () => {
    const bytes = latin1(`${'no document\n'.repeat(100_000)}${'<Even'.repeat(100_000)}`);
    const start = ownTime();
    expect(seen(open({ skip: 0, maxRecordBytes: 2 ** 20 }), every(bytes, 64 * 1024)).length).toBe(100_001);
    expect(ownTime() - start).toBeLessThan(2000);
  });
});
