import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockFraming } from '../../../formats/framing/blocks.ts';
import { every, framingConformance, latin1, noiseConformance, seen, utf8 } from './conformance.ts';

const STARTS = /^# /;
const line = fc
  .string({ unit: 'binary', maxLength: 20 })
  .map((one) => utf8(one.replace(/[\r\n\ufeff]/g, '_').replace(/^# /, '__')));

for (const end of ['\n', '\r\n']) {
  framingConformance({
    name: end === '\n' ? 'blocks' : 'blocks with CRLF',
    open: (options) => new BlockFraming(STARTS, options),
    record: fc
      .array(line, { minLength: 1, maxLength: 4 })
      .map((lines) => `# ${lines.join(end)}`.replace(/[\r\n]+$/, '')),
    write: (records) => records.map((record) => record + end).join(''),
    ofLength: (length) => `# ${'x'.repeat(length - 2)}`,
    prefixes: ['\n', '\r\n', '\n\n'],
    gaps: ['\n', '\r\n\n'],
  });
}

noiseConformance('blocks', (options) => new BlockFraming(STARTS, options), fc.oneof(line, fc.constant('\n# ')));

describe('blocks', () => {
  const texts = (object: string, skip = 0, maxRecordBytes = 1000): string[] =>
    seen(new BlockFraming(STARTS, { skip, maxRecordBytes }), every(latin1(object), 3)).map(({ text }) => text);

  it('start at a line that matches, and what stands before the first is one, too', () => {
    expect(texts('before\nit\n# 1\na\n\nb\n\n# 2\n# 3\n')).toEqual(['before\nit', '# 1\na\n\nb', '# 2', '# 3']);
    expect(texts('before\nit\n# 1\na\n\nb\n\n# 2\n# 3\n', 2)).toEqual(['# 2', '# 3']);
    expect(texts('nothing\nstarts')).toEqual(['nothing\nstarts']);
  });

  it('lose a byte order mark, before a start and before anything else', () => {
    expect(texts('\xef\xbb\xbf# 1\n# 2')).toEqual(['# 1', '# 2']);
    expect(texts('\xef\xbb\xbfa\n# 2')).toEqual(['a', '# 2']);
    expect(texts('\xef\xbb\xbf')).toEqual([]);
  });

  it('that are too large are cut, all their lines, and the next one is whole', () => {
    const object = `# 1\n${'y\n'.repeat(100)}z\n# 2\n`;
    for (const chunks of [[latin1(object)], every(latin1(object), 1), every(latin1(object), 50)]) {
      const got = seen(new BlockFraming(STARTS, { skip: 0, maxRecordBytes: 20 }), chunks);
      expect(got.map(({ text }) => text)).toEqual([object.slice(0, 20), '# 2']);
      expect(got.map(({ problem }) => problem)).toEqual(['TF-RECORD-TOO-LARGE', undefined]);
    }
  });

  it('followed by any number of blank lines are whole, unless something comes behind those', () => {
    const blank = '\r\n'.repeat(5000);
    for (const size of [1, 64, 20_000]) {
      const open = (): BlockFraming => new BlockFraming(STARTS, { skip: 0, maxRecordBytes: 20 });
      const whole = seen(open(), every(latin1(`# 1${blank}# 2${blank}`), size));
      expect(whole.map(({ text, problem }) => [text, problem])).toEqual([
        ['# 1', undefined],
        ['# 2', undefined],
      ]);
      const cut = seen(open(), every(latin1(`# 1${blank}x\n# 2`), size));
      expect(cut.map(({ text, problem }) => [text, problem])).toEqual([
        [`# 1${blank}`.slice(0, 20), 'TF-RECORD-TOO-LARGE'],
        ['# 2', undefined],
      ]);
    }
  });

  it('may have a line before their first that leads up to it; alone it is a record', () => {
    const object = '# t 1\n# 1\na\n# 2\n# t 2\n# t 3\n# 3\n# t 4\n\n# t 5\nb\n# 4\n';
    const expected = ['# t 1\n# 1\na', '# 2', '# t 2\n# t 3\n# 3', '# t 4\n\n# t 5\nb', '# 4'];
    for (const size of [1, 3, 100]) {
      const framing = new BlockFraming(STARTS, { skip: 0, maxRecordBytes: 1000 }, /^# t/);
      expect(seen(framing, every(latin1(object), size)).map(({ text }) => text)).toEqual(expected);
    }
  });

  it('of several lines are not printable: a format must look at their line ends', () => {
    const found: boolean[] = [];
    const framing = new BlockFraming(STARTS, { skip: 0, maxRecordBytes: 1000 });
    framing.push(latin1('# 1\n# 2\nb\n# 3\n'), ({ printable }) => found.push(printable));
    framing.end(({ printable }) => found.push(printable));
    expect(found).toEqual([true, false, true]);
  });
});
