import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFraming } from '../../../formats/framing/json.ts';
import { ownTime } from '../../own-time.ts';
import { cutAt, every, framingConformance, latin1, noiseConformance, type Seen, seen, utf8 } from './conformance.ts';

const MANY = 2 ** 20;
const filled = (length: number): string => `{"a":"${'x'.repeat(length - 8)}"}`;
const object = fc.dictionary(fc.string({ unit: 'binary', maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 4,
});
/** Objects as text, compact or pretty, that no wrapper could be taken for. */
const record = fc
  .tuple(object, fc.boolean())
  .map(([value, pretty]) => utf8(JSON.stringify(value, undefined, pretty ? 2 : 0)))
  .filter((text) => !text.includes('"Records"'));

const BOM = '\xef\xbb\xbf';
const common = {
  record,
  ofLength: filled,
  prefixes: ['\n', ' \t\r\n', BOM, `${BOM}\n`],
  gaps: ['\n', '\r\n', ' ', '\n\n\t', ',\n'],
};
const values = (options: ConstructorParameters<typeof JsonFraming>[1]): JsonFraming => new JsonFraming([], options);
const wrapped = (options: ConstructorParameters<typeof JsonFraming>[1]): JsonFraming =>
  new JsonFraming(['Records'], options);

for (const [kind, open] of [
  ['no wrapper', values],
  ['wrapper', wrapped],
] as const) {
  const forms: Record<string, (records: readonly string[]) => string> = {
    'one a line': (records) => records.map((text) => `${text}\n`).join(''),
    glued: (records) => records.join(''),
    'top-level array': (records) => `[${records.join(',')}]`,
    'pretty array': (records) => `[\n  ${records.join(',\r\n  ')}\n]\n`,
  };
  for (const [form, write] of Object.entries(forms)) {
    framingConformance({ ...common, name: `JSON ${form} (${kind})`, open, write });
  }
}

framingConformance({
  ...common,
  name: 'JSON wrapper array',
  open: wrapped,
  write: (records) => `{"Records":[${records.join(',')}]}`,
});
framingConformance({
  ...common,
  name: 'JSON wrapper with members around the array',
  open: wrapped,
  write: (records) =>
    `{ "n" : -1.5e3, "Record":["]"], "o":{"Records":[1,{}]},"s":"\\"}]", "Records" : [ ${records.join(' ,\n ')} ] ,` +
    ` "t": [{"a":"\\\\"}], "z" : "]}" }\n`,
});

noiseConformance('JSON values', values, record);
noiseConformance(
  'JSON in a wrapper',
  wrapped,
  fc.oneof(record, fc.constantFrom('{"Records":[', '{"n":1,"Records":[{}]')),
);

const all = (text: string): Seen[] => seen(wrapped({ skip: 0, maxRecordBytes: MANY }), [latin1(text)]);
const brief = (text: string, open = wrapped): string[] => {
  const options = { skip: 0, maxRecordBytes: MANY };
  const got = seen(open(options), [latin1(text)]).map((one) => `${one.problem ?? 'ok'} ${one.text}`);
  const slow = seen(open(options), every(latin1(text), 1)).map((one) => `${one.problem ?? 'ok'} ${one.text}`);
  expect(slow).toEqual(got);
  return got;
};

describe('JSON documents', () => {
  it('of no records', () => {
    for (const text of ['{"Records":[]}', '{"Records": [ ] }\n', '[]', '', '\n', BOM]) expect(brief(text)).toEqual([]);
  });

  it('of one object is one record, a member of the wrapper’s name that is no array included', () => {
    expect(brief('{"a":1}')).toEqual(['ok {"a":1}']);
    expect(brief('{}')).toEqual(['ok {}']);
    expect(brief('{"Records":null}')).toEqual(['ok {"Records":null}']);
    expect(brief('{"detail":{"Records":[{"a":1}]}}')).toEqual(['ok {"detail":{"Records":[{"a":1}]}}']);
  });

  it('without a wrapper, an object that looks like one is a record', () => {
    expect(brief('{"Records":[{"a":1}]}', values)).toEqual(['ok {"Records":[{"a":1}]}']);
  });

  it('glued together, with and without their wrappers', () => {
    expect(brief('{"Records":[{"a":1}]}{"Records":[{"a":2}]}{"a":3}[{"a":4}]')).toEqual([
      'ok {"a":1}',
      'ok {"a":2}',
      'ok {"a":3}',
      'ok {"a":4}',
    ]);
  });

  it('that end too early end in a problem, whatever place they were cut at, and all records before it come out', () => {
    const records = [filled(30), '{"b":[1,{"c":"}"}]}', filled(20)];
    const whole = `{"x":1,"Records":[${records.join(',')}],"y":"]}"}`;
    for (let length = 1; length < whole.length; length += 1) {
      const got = all(whole.slice(0, length));
      expect(got.map(({ problem }) => problem)).toEqual([...got.slice(1).map(() => undefined), 'TF-JSON-TRUNCATED']);
      expect(got.slice(0, -1).map(({ text }) => text)).toEqual(records.slice(0, got.length - 1));
    }
    expect(all(whole).every(({ problem }) => problem === undefined)).toBe(true);
  });

  it('cut in the middle of a line keep what is there of it', () => {
    expect(brief('{"a":1}\n{"a":2,"b')).toEqual(['ok {"a":1}', 'TF-JSON-TRUNCATED {"a":2,"b']);
    expect(brief('[{"a":1},')).toEqual(['ok {"a":1}', 'TF-JSON-TRUNCATED ']);
  });

  it('lose nothing when a too large record is the last and is cut', () => {
    const got = seen(wrapped({ skip: 0, maxRecordBytes: 50 }), every(latin1(`{"Records":[${filled(500)}`), 9));
    expect(got.map(({ problem }) => problem)).toEqual(['TF-RECORD-TOO-LARGE', 'TF-JSON-TRUNCATED']);
  });

  it('may have garbage between their values: a record of its own, by line outside of an array', () => {
    expect(brief('{"a":1}\nwhat is this {"b":2}\n{"a":3}\n')).toEqual([
      'ok {"a":1}',
      'TF-JSON-NO-OBJECT what is this {"b":2}',
      'ok {"a":3}',
    ]);
    expect(brief('[{"a":1},7,"x,]",[{"b":2}],null,{"a":3}]')).toEqual([
      'ok {"a":1}',
      'TF-JSON-NO-OBJECT 7',
      'TF-JSON-NO-OBJECT "x,]"',
      'TF-JSON-NO-OBJECT [{"b":2}]',
      'TF-JSON-NO-OBJECT null',
      'ok {"a":3}',
    ]);
    expect(brief('{"a":1}\nno end of line')).toEqual(['ok {"a":1}', 'TF-JSON-NO-OBJECT no end of line']);
  });

  it('may hold an object with broken syntax: it is a problem alone', () => {
    expect(brief('{"Records":[{"a":1},{a:2},{"a" 3},{"a":4,},{"a":5 "b":6},{"a":7}]}')).toEqual([
      'ok {"a":1}',
      'TF-JSON-INVALID {a:2}',
      'TF-JSON-INVALID {"a" 3}',
      'TF-JSON-INVALID {"a":4,}',
      'TF-JSON-INVALID {"a":5 "b":6}',
      'ok {"a":7}',
    ]);
  });

  it('go on behind any too large thing, also one that is no object, and in any chunking', () => {
    const long = 'y'.repeat(300);
    const cases: [string, string[]][] = [
      [`["${long}",{"a":1}]`, ['TF-RECORD-TOO-LARGE', 'ok']],
      [`["\\"${long}\\\\",{"a":1}]`, ['TF-RECORD-TOO-LARGE', 'ok']],
      [`[1${'0'.repeat(300)},{"a":1}]`, ['TF-RECORD-TOO-LARGE', 'ok']],
      [`[[["${long}"]],{"a":1}]`, ['TF-RECORD-TOO-LARGE', 'ok']],
      [`{"a":{"b":"}${long}"}}{"a":1}`, ['TF-RECORD-TOO-LARGE', 'ok']],
      [`oh {"${long}\n{"a":1}`, ['TF-RECORD-TOO-LARGE', 'ok']],
      [`{"Records":[{"a":1}],"${long}":"${long}]}"}{"a":1}`, ['ok', 'ok']],
      [`{"Records":[{"a":1}],"x":{"y":["${long}]}"]}}\n{"a":1}`, ['ok', 'ok']],
    ];
    for (const [text, expected] of cases) {
      for (const chunks of [
        [latin1(text)],
        every(latin1(text), 1),
        every(latin1(text), 11),
        cutAt(latin1(text), [97]),
      ]) {
        const got = seen(wrapped({ skip: 0, maxRecordBytes: 100 }), chunks);
        expect(got.map(({ problem }) => problem ?? 'ok')).toEqual(expected);
        expect(got.every((one) => one.text.length <= 100)).toBe(true);
      }
    }
  });

  it('need no second look at what is far from complete', () => {
    const bytes = latin1(`{"Records":[${filled(8 * MANY)},{"a":1}]}`);
    const start = ownTime();
    const got = seen(wrapped({ skip: 0, maxRecordBytes: 16 * MANY }), every(bytes, 4096));
    expect(got.map(({ text }) => text.length)).toEqual([8 * MANY, 7]);
    // Each of 2,048 chunks scanned from the start again would be 8 GiB to look at.
    expect(ownTime() - start).toBeLessThan(2000);
  });
});
