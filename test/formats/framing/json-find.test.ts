import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JsonFinder, ODD, UNFINISHED } from '../../../formats/framing/json-find.ts';
import { JsonPaths } from '../../../formats/framing/json-paths.ts';
import type { LogRecord } from '../../../formats/framing/record.ts';
import { json, type Layout } from '../../../formats/layout.ts';
import { origin } from '../layout/read.ts';
import { latin1, utf8 } from './conformance.ts';

const PATHS = [
  'a',
  'b',
  'é',
  '0',
  'a.b',
  'a.0',
  'a.b.a',
  'a.1.b',
  'b.0.0',
  '0.0',
  'a{}',
  'b{}',
  'a.length',
  '__proto__',
];

/** Values as they stand in texts. */
const SCALARS = [
  ...['""', '"x"', '"-"', '"a\\"b\\\\"', '"\\u00e9"', '"é"', '"\\ud83d\\ude00"', '"\\ud83d"', '0', '-0', '1.50', '1e5'],
  ...['-1E-7', '18446744073709551615', '1e400', 'true', 'false', 'null'],
].map(utf8);
/** What JSON does not allow. */
const BROKEN = ['"\t"', '"\\x"', '"\\u00"', '"\\u00zz"', '01', '1.', '-', '+1', '.5', '1e', 'nul', 'True', '', 'x'];
const NAMES = ['"a"', '"a"', '"b"', '"b"', '"c"', '"0"', '"é"', '"__proto__"', '""'].map(utf8);
const plainly = { withCrossShrink: true, depthSize: 'small' } as const;
const space = fc.constantFrom('', '', '', ' ', '\n\t', '\r');

/** Mostly the first, and once in a while something else. */
function mostly(texts: readonly string[], others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: fc.constantFrom(...texts), weight: 40 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  );
}

const mark = mostly([','], ['', ';', ',,']);
const colon = mostly([':'], ['', '=']);
const name = mostly(NAMES, ['"\\u0061"', 'a']);

const { object } = fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
  value: fc.oneof(plainly, mostly(SCALARS, BROKEN), tie('object'), tie('list')),
  object: fc.array(fc.tuple(name, colon, tie('value'), space, mark), { maxLength: 4 }).map((members) =>
    wrapped(
      '{',
      members.map(([key, is, value, gap, and]) => [`${key}${gap}${is}${gap}${value}${gap}`, and]),
      '}',
    ),
  ),
  list: fc.array(fc.tuple(tie('value'), space, mark), { maxLength: 3 }).map((items) =>
    wrapped(
      '[',
      items.map(([value, gap, and]) => [`${gap}${value}${gap}`, and]),
      ']',
    ),
  ),
}));

function wrapped(open: string, parts: readonly (readonly [string, string])[], close: string): string {
  return `${open}${parts.map(([text, and], at) => (at === parts.length - 1 ? text : text + and)).join('')}${close}`;
}

/** What all paths give in each record, or how that fails. */
function readings(reads: ReturnType<typeof readsOf>, layout: Layout, text: string): unknown[] {
  const all: unknown[] = [];
  const { framing } = layout.open(origin, { skip: 0, maxRecordBytes: 1000 });
  const keep = (record: LogRecord): void => {
    all.push(record.text, record.problem?.code);
    for (const read of reads) all.push(attempt(() => read(record)));
  };
  framing.push(latin1(text), keep);
  framing.end(keep);
  return all;
}

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const readsOf = (layout: Layout) => PATHS.map((path) => layout.resolve(path, []));

it('what is found on the way is what parsing the whole record gives, whatever the record', () => {
  const quick = json();
  const reads = readsOf(quick);
  // Paths of another layout find nothing here: every record is parsed.
  const slow = json();
  let found = 0;
  fc.assert(
    fc.property(object, (text) => {
      const got = readings(reads, quick, text);
      expect(got).toEqual(readings(reads, slow, text));
      if (got.length === PATHS.length + 2 && isValid(text)) found += 1;
    }),
    { numRuns: 1500 },
  );
  expect(found).toBeGreaterThan(500);
});

function isValid(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

it('takes what JSON.parse takes, and ends where the object does', () => {
  const paths = new JsonPaths();
  paths.placeOf(['a', 'b']);
  const finder = new JsonFinder(paths);
  fc.assert(
    fc.property(object, (text) => {
      const bytes = Buffer.from(`${text}{}`, 'latin1');
      const after = finder.scan(bytes, 0, bytes.length);
      if (after >= 0) expect(isValid(text) && after).toBe(text.length);
      // What is valid and yet odd has a name with an escape, or one twice.
      else if (isValid(text)) expect([after, /\\u0061|"(\w)"[\s\S]*"\1"/.test(text)]).toEqual([ODD, true]);
    }),
    { numRuns: 3000 },
  );
});

it('asks for more bytes wherever an object is cut', () => {
  const text = '{"a":{"b":[1.5e-3,true,null,"x\\u00e9\\n"]},"c":-0}';
  const finder = new JsonFinder(new JsonPaths());
  const bytes = latin1(text);
  for (let end = 1; end < text.length; end += 1) expect(finder.scan(bytes, 0, end)).toBe(UNFINISHED);
  expect(finder.scan(bytes, 0, text.length)).toBe(text.length);
});
