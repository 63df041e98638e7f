import { constants, createGzip, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { allLogTypes, logTypeOfContent, logTypeOfKey } from '../../formats/log-types/index.ts';
import { plainContents } from '../../formats/reader.ts';
import type { FormatName } from '../../formats/wire/formatter.ts';
import { formatNames, formats } from '../../formats/wire/index.ts';
import { parseCef } from '../cef-parser.ts';
import { parseLeef } from '../leef-parser.ts';
import { ownTime } from '../own-time.ts';
import { type Account, Destinations } from './account.ts';
import { convertBytes, origin } from './convert.ts';
import { type CorpusRecord, goldenObjects, recordsOf } from './corpus.ts';

const MIB = 2 ** 20;
/** As syslog has it. */
const ROOM = 32 * 1024;
/** A piece of work that the event loop cannot leave: milliseconds of this thread's own, whatever its neighbours do. */
const LONGEST_STEP = 3000;

/** So many copies of these bytes, compressed. */
async function bomb(chunk: Buffer, copies: number): Promise<Buffer> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  const out: Buffer[] = [];
  gzip.on('data', (packed: Buffer) => out.push(packed));
  for (let count = 0; count < copies; count += 1) await new Promise<void>((done) => gzip.write(chunk, () => done()));
  await new Promise<void>((done) => gzip.on('end', done).end());
  return Buffer.concat(out);
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer, void, void> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** Reads one object the whole way, and holds it to what it may take of memory and time. */
async function within(mib: number, bytes: Buffer, names: readonly FormatName[] = formatNames): Promise<Account> {
  const destinations = new Destinations(ROOM, names);
  let last = ownTime();
  let longest = 0;
  let most = 0;
  const before = process.memoryUsage.rss();
  const account = await destinations.read(pieces(bytes), 'object', () => {
    const now = ownTime();
    longest = Math.max(longest, now - last);
    most = Math.max(most, process.memoryUsage.rss());
    last = now;
  });
  expect(account.faults).toEqual([]);
  expect(most - before).toBeLessThan(mib * MIB);
  expect(longest).toBeLessThan(LONGEST_STEP);
  return account;
}

/** What came of the records: frames and codes of refusals, the same at every destination. */
function summary({ records, sinks }: Account): object {
  const all = sinks.map(({ frames, refused }) => ({ frames, refused: Object.fromEntries(refused) }));
  for (const one of all) expect(one).toEqual(all[0]);
  return { records, ...all[0] };
}

const refusedOnce = (...codes: string[]): object => ({
  records: codes.length,
  frames: 0,
  refused: Object.fromEntries(codes.map((code) => [code, 1])),
});

describe('a bomb', () => {
  let zeros: Buffer;
  beforeAll(async () => {
    zeros = await bomb(Buffer.alloc(MIB), 1024);
  });

  it('of 1 GiB in one line is one refused record', async () => {
    expect(zeros.length).toBeLessThan(8 * MIB);
    expect(summary(await within(192, zeros))).toEqual(refusedOnce('TF-RECORD-TOO-LARGE'));
  });

  it('in a bomb, 80,000 to 1, is one refused record', async () => {
    const twice = gzipSync(await bomb(Buffer.alloc(MIB), 256));
    expect(twice.length).toBeLessThan(4 * 1024);
    expect(summary(await within(192, twice))).toEqual(refusedOnce('TF-RECORD-TOO-LARGE'));
  });

  it('of 1 GiB in short lines is as many records as it has lines', async () => {
    const bytes = await bomb(Buffer.alloc(MIB, `${'0'.repeat(8191)}\n`), 1024);
    const { records, sinks } = await within(128, bytes, ['raw']);
    expect([records, sinks[0]?.frames]).toEqual([MIB / 8, MIB / 8]);
  });

  it('of lines of one byte, of blank ones and of empty objects is accounted for in every format', async () => {
    const lines = await within(128, await bomb(Buffer.alloc(64 * 1024, '0\n'), 1));
    expect(lines.records).toBe(32 * 1024);
    expect(summary(await within(128, await bomb(Buffer.alloc(MIB, '\n'), 32)))).toEqual(refusedOnce());
    expect((await within(128, await bomb(Buffer.alloc(64 * 1024, '{}'), 1))).records).toBe(32 * 1024);
  });

  it.each([
    ['objects that never close', '{"a":', ['TF-RECORD-TOO-LARGE', 'TF-JSON-TRUNCATED']],
    ['lists that never close', '[', ['TF-RECORD-TOO-LARGE', 'TF-JSON-TRUNCATED']],
    ['a string that never ends', '{"a":"\\\\', ['TF-RECORD-TOO-LARGE', 'TF-JSON-TRUNCATED']],
    ['brackets and commas', '[,', ['TF-RECORD-TOO-LARGE']],
  ])('of %s is refused', async (_, text, codes) => {
    const account = await within(192, await bomb(Buffer.alloc(MIB, text), 64));
    for (const { frames, refused } of account.sinks) {
      expect(frames).toBe(0);
      expect(codes).toEqual(expect.arrayContaining([...refused.keys()]));
    }
  });
});

describe('one token of many megabytes', () => {
  const large = (text: string): string => text.repeat(20 * MIB);
  it.each([
    ['a line', large('x')],
    ['a cell', `2 111122223333 eni-0 ${large('9')}`],
    ['a string', `{"a":"${large('x')}"}`],
    ['a string of escapes', `{"a":"${'\\u0041'.repeat(4 * MIB)}"}`],
    ['a number', `{"a":${large('1')}}`],
    ['a name', `{"${large('n')}":1}`],
    ['a string in a wrapper', `{"Records":[{"eventVersion":"1.11","eventName":"${large('x')}"}]}`],
  ])('is refused when it is larger than a record may be: %s', async (_, text) => {
    expect(summary(await within(256, Buffer.from(text)))).toEqual(refusedOnce('TF-RECORD-TOO-LARGE'));
  });

  const fits = (text: string): string => text.repeat(12 * MIB);
  it.each([
    ['a line', fits('x')],
    ['a cell', `2 111122223333 eni-0 ${fits('9')} 192.0.2.1 1 2 6 1 1 1770091506 1770091507 ACCEPT OK`],
    ['a string', `{"Records":[{"eventVersion":"1.11","eventSource":"a","eventName":"${fits('x')}"}]}`],
    ['a number', `{"Records":[{"eventVersion":"1.11","eventSource":"a","eventName":${fits('1')}}]}`],
    ['a name', `{"Records":[{"eventVersion":"1.11","eventSource":"a","${fits('n')}":1}]}`],
    ['nesting', `{"a":${'['.repeat(3 * MIB)}${']'.repeat(3 * MIB)}}`],
    ['members', `{"a":1${',"b":2'.repeat(MIB)}}`],
    [
      'a message in an envelope',
      JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: 'g', logEvents: [{ message: fits('x') }] }),
    ],
  ])('is accounted for when a record may be so large: %s', async (_, text) => {
    const { records } = await within(512, Buffer.from(text));
    expect(records).toBe(1);
  });
});

/** Of every log type, one golden record for each of its layouts and headers. */
const examples: CorpusRecord[] = [];
beforeAll(async () => {
  const known = new Set<string>();
  for (const object of goldenObjects()) {
    for (const record of await recordsOf(object)) {
      const name = `${record.type.name} ${record.type.spec.layout.kind} ${record.header}`;
      if (!known.has(name)) examples.push(record);
      known.add(name);
    }
  }
});

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const PLACE = '\u0001place\u0001';

/** The record with `PLACE` for one of its values after another, and at last for all of them at once. */
function* withPlaces(record: Json): Generator<string, void, void> {
  const paths: string[][] = [];
  const walk = (value: Json, path: string[]): void => {
    if (path.length > 0) paths.push(path);
    if (typeof value === 'object' && value !== null && path.length < 6) {
      for (const [name, inner] of Object.entries(value)) walk(inner, [...path, name]);
    }
  };
  walk(record, []);
  const all = structuredClone(record);
  for (const path of paths) {
    const one = structuredClone(record);
    for (const whole of [one, all]) {
      let at = whole as { [name: string]: Json };
      for (const name of path.slice(0, -1)) {
        if (typeof at[name] !== 'object' || at[name] === null) break;
        at = at[name] as { [name: string]: Json };
      }
      const last = path.at(-1) as string;
      if (whole === one || typeof at[last] !== 'object' || at[last] === null) at[last] = PLACE;
    }
    yield JSON.stringify(one);
  }
  yield JSON.stringify(all);
}

/** The line with `PLACE` for one of its cells after another, and for all of them. */
function* lineWithPlaces(line: string): Generator<string, void, void> {
  const cells = line.split(' ');
  for (const index of cells.keys()) yield cells.map((cell, at) => (at === index ? `"${PLACE}"` : cell)).join(' ');
  yield cells.map(() => PLACE).join(' ');
}

const DEEP = `${'['.repeat(8000)}${']'.repeat(8000)}`;
const DEEP_OBJECT = `${'{"a":'.repeat(8000)}1${'}'.repeat(8000)}`;

/** JSON values, as text. */
const HOSTILE: Readonly<Record<string, string>> = {
  'a list 8,000 deep': DEEP,
  'an object 8,000 deep': DEEP_OBJECT,
  'names of the prototype': '{"__proto__":{"arn":"evil","type":"evil"},"constructor":{"prototype":{"evil":"evil"}}}',
  '1e400': '1e400',
  '-1e400': '-1e400',
  '2^63': '9223372036854775808',
  '2^64 - 1': '18446744073709551615',
  'thirty digits': '123456789012345678901234567890',
  '-0': '-0',
  '1e-400': '1e-400',
  'half a pair': '"\\ud83e"',
  'the other half': '"\\uddca x"',
  'a NUL as an escape': '"a\\u0000b"',
  'a NUL as it is': '"a\0b"',
  'line ends as escapes': '"a\\n\\r\\u0085\\u2028\\u2029b"',
  'a string of line ends of Unicode': '"\u0085\u2028\u2029"',
  null: 'null',
  'an empty list': '[]',
  'lists in lists': '[[],[null],[{}],[[1]]]',
  'a long string': `"${'x'.repeat(20_000)}"`,
  'a string of quotes': `"${'\\"'.repeat(3000)}"`,
};

/** What a JavaScript program says when it has made another number of one, or read what no record holds. */
const INVENTED = /9223372036854776000|18446744073709552000|1\.2345678901234568|Infinity|NaN|undefined|\[object|=evil\b/;

function expectSound(record: CorpusRecord, texts: Iterable<string>): void {
  const { type, header } = record;
  const destinations = new Destinations(ROOM);
  const contents = plainContents(type, origin);
  const start = header === '' ? '' : `${header}\n`;
  for (const text of texts) {
    const account = destinations.convert(contents, [Buffer.from(start, 'latin1'), Buffer.from(text, 'utf8')]);
    expect(account.faults).toEqual([]);
    expect(account.records).toBeGreaterThan(0);
  }
}

describe.each(Object.entries(HOSTILE))('hostile value: %s', (_, value) => {
  it('costs no more than its record, whatever the log type and wherever it stands', () => {
    for (const record of examples) {
      const isJson = record.type.spec.layout.kind === 'json';
      // Golden records are byte strings; which bytes stand beside the hostile value says nothing.
      const places = isJson ? withPlaces(JSON.parse(record.text) as Json) : lineWithPlaces(record.text);
      const inJson = (text: string): string => text.replaceAll(JSON.stringify(PLACE), () => value);
      const inLine = (text: string): string => text.replaceAll(PLACE, () => value.replaceAll('\n', ' '));
      const all = [...places];
      // Of large values a few places are enough, and all at once.
      const step = value.length > 1000 ? Math.max(1, Math.floor(all.length / 3)) : 1;
      const chosen = all.filter((_, index) => index % step === 0 || index === all.length - 1);
      expectSound(record, chosen.map(isJson ? inJson : inLine));
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Reflect.get({}, 'evil')).toBeUndefined();
  });

  // Long values are cut, and what is left of one cannot be told from another.
  const short = value.length <= 1000;
  if (short)
    it('becomes no value that the record does not hold', async () => {
      for (const record of examples) {
        if (record.type.spec.layout.kind !== 'json' || !record.text.startsWith('{')) continue;
        const whole = [...withPlaces(JSON.parse(record.text) as Json)].at(-1) ?? '';
        const text = whole.replaceAll(JSON.stringify(PLACE), () => value);
        const { outputs } = await convertBytes([Buffer.from(text, 'utf8')], { type: record.type.name, room: ROOM });
        for (const { text: line } of outputs.leef.frames) {
          for (const attribute of parseLeef(line).attributes) expect(attribute.join('=')).not.toMatch(INVENTED);
        }
        for (const { text: line } of outputs.cef.frames) {
          for (const extension of parseCef(line).extensions) expect(extension.join('=')).not.toMatch(INVENTED);
        }
        for (const { text: line } of [...outputs.ocsf.frames, ...outputs.ecs.frames])
          expect(line).not.toMatch(INVENTED);
      }
    });
});

describe('duplicate names', () => {
  it('mean their last value, as JSON.parse has it, parsed or not', async () => {
    for (const { type, text } of examples) {
      if (type.spec.layout.kind !== 'json' || !text.startsWith('{')) continue;
      const names = Object.keys(JSON.parse(text) as object);
      const before = names.map((name) => `${JSON.stringify(name)}:"first"`);
      const doubled = `{${[...before, text.trim().slice(1)].join(',')}`;
      const wanted = { type: type.name };
      const [once, twice] = await Promise.all([
        convertBytes([Buffer.from(text, 'latin1')], wanted),
        convertBytes([Buffer.from(doubled, 'latin1')], wanted),
      ]);
      if (type.name === 'generic') continue;
      expect(twice.outputs.leef.frames).toEqual(once.outputs.leef.frames);
      expect(twice.outputs.cef.frames).toEqual(once.outputs.cef.frames);
    }
  });
});

describe('rules that tell log types apart', () => {
  const heads = [
    '0',
    'a',
    ' ',
    'a ',
    '1 ',
    '"',
    '\\',
    '[',
    '{"',
    '- ',
    '=',
    'a=b ',
    ':',
    '/',
    '.',
    '\t',
    '\xe4',
    '-',
    '\n',
    ']',
  ];

  it('take little time over any content', () => {
    const golden = examples.map(({ text }) => text.replaceAll('\n', ' '));
    for (const part of [...heads, ...golden, ...golden.map((text) => text.slice(0, 30))]) {
      const head = part.repeat(Math.ceil(65_536 / part.length)).slice(0, 65_536);
      const started = ownTime();
      logTypeOfContent(head);
      expect(ownTime() - started).toBeLessThan(LONGEST_STEP / 4);
    }
  });

  it('take little time over any key', () => {
    const keys = goldenObjects()
      .map(({ key }) => key)
      .filter((key) => key !== '');
    for (const part of [...heads, 'AWSLogs/', 'aws-account-id=1/', '/2026', ...keys]) {
      const key = part.repeat(Math.ceil(1024 / part.length)).slice(0, 1024);
      const started = ownTime();
      logTypeOfKey(key);
      expect(ownTime() - started).toBeLessThan(LONGEST_STEP / 4);
    }
  });
});

it('all formats and log types have been looked at', () => {
  expect(Object.keys(formats)).toEqual([...formatNames]);
  const seen = new Set(examples.map(({ type }) => type));
  expect(allLogTypes.filter((type) => !seen.has(type)).map(({ name }) => name)).toEqual([]);
});
