import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Converter, Dress, type Route } from '../../agent/convert.ts';
import type { ObjectOrigin } from '../../formats/event.ts';
import { type Expression, paths } from '../../formats/expression.ts';
import type { LogType } from '../../formats/log-type.ts';
import { allLogTypes, originOfKey } from '../../formats/log-types/index.ts';
import { plainContents } from '../../formats/reader.ts';
import type { FormatName } from '../../formats/wire/formatter.ts';
import { formatNames, formats } from '../../formats/wire/index.ts';
import { parseCef } from '../cef-parser.ts';
import { parseLeef } from '../leef-parser.ts';
import { origin as anywhere, decoded } from './convert.ts';

/** What formats and readers trip over, and what looks like their syntax. */
const odd = fc.constantFrom(
  ...'|=\\\t\n\r\0\x7f\x1b "\'{}[]^,:%&à\u0085\u00a0\u2028\u2029\ufeff\ud83e漢🦊',
  '%7C',
  '%0A',
  '%0d%0a',
  '%E2%80%A8',
  '%FF',
  '%C3',
  '\\n',
  '\\u000a',
  '\u0000',
  'LEEF:1.0|',
  ' src=10.0.0.1',
  '\tsrc=10.0.0.1',
  '...',
);
const text = fc
  .array(fc.oneof(odd, fc.string({ unit: 'grapheme', maxLength: 5 }), fc.constantFrom('a', '1', '-')), { maxLength: 8 })
  .map((parts) => parts.join(''));
const long = fc.tuple(odd, fc.integer({ min: 200, max: 6000 })).map(([one, times]) => one.repeat(times));
const plausible = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('2026-02-03T04:05:06Z', '1770091506', 'true', '200', '-', '10.0.0.1:80', 'GET http://h/a|b HTTP/1.1'),
);
const value = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: plausible },
  { weight: 1, arbitrary: long },
);

const everyPath = ({ spec }: LogType): string[] => {
  const header = [spec.version, spec.time, spec.signature, spec.scope, spec.label, spec.category, spec.severity];
  const all = [...header.filter((one): one is Expression => one !== undefined), ...Object.values(spec.fields)];
  return [...new Set(all.flatMap(paths))].filter((path) => !/^@(?:account|region|text)$/.test(path));
};

/** JSON with a value at every path that the mapping reads, some of them numbers, lists and objects. */
function jsonObject(type: LogType): fc.Arbitrary<string> {
  const names = everyPath(type).map((path) => path.replace('{}', ''));
  const any = fc.oneof(
    { weight: 6, arbitrary: value },
    { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<unknown> },
  );
  return fc
    .tuple(fc.array(any, { minLength: names.length, maxLength: names.length }), fc.constantFrom(0, 1, 2), fc.boolean())
    .map(([values, indent, escaped]) => {
      const record: Record<string, unknown> = {};
      for (const [index, path] of names.entries()) put(record, path.split('.'), values[index]);
      const json = JSON.stringify(record, undefined, indent === 1 ? '\t' : indent);
      const lone = escaped ? /[^\x20-\x7e\n\t]/g : /[\ud800-\udfff]/g;
      return json.replace(lone, (unit) => (escaped ? escaping(unit) : unit));
    });
}

const escaping = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

function put(record: Record<string, unknown>, path: readonly string[], leaf: unknown): void {
  const [name = '', ...rest] = path;
  record[name] ??= rest.length === 0 ? leaf : {};
  const inner = record[name];
  if (rest.length > 0) {
    if (typeof inner === 'object' && inner !== null) put(inner as Record<string, unknown>, rest, leaf);
  }
}

/** Lines of cells, with and without quotes around them, of about the right number, behind a header where the type has one. */
function lines(type: LogType): fc.Arbitrary<string> {
  const names = everyPath(type);
  const header =
    type.name === 'vpc-flow' ? `${['version', ...names.filter((name) => name !== 'version')].join(' ')}\n` : '';
  const cell = fc.oneof(value, plausible).map((one) => one.replace(/[\n]/g, '\v'));
  const quoted = fc.tuple(cell, fc.boolean()).map(([one, quotes]) => (quotes ? `"${one}"` : one.replace(/ /g, '_')));
  const line = fc
    .array(quoted, { minLength: names.length, maxLength: Math.max(32, names.length + 3) })
    .map((cells) => cells.join(' '));
  return fc.array(line, { minLength: 1, maxLength: 3 }).map((all) => header + all.join('\n'));
}

interface Made {
  readonly ordinal: number;
  readonly text: string;
  readonly id: string;
}

/** Everything an object becomes; refused records as their codes. */
function make(
  type: LogType,
  object: Buffer,
  room: number,
  origin: ObjectOrigin,
): Record<FormatName, [Made[], string[], Dress]> {
  const made = Object.fromEntries(
    formatNames.map((name) => {
      const frames: Made[] = [];
      const frame = (line: string, _time: number, _severity: number, id: string): string => `${id}${line}`;
      return [name, [frames, [], new Dress(formats[name], { bind: () => ({ room, frame }) })]];
    }),
  ) as unknown as Record<FormatName, [Made[], string[], Dress]>;
  const routes = formatNames.map((name): Route => {
    const [frames, refused, dress] = made[name];
    const frame = (ordinal: number, line: string): void => {
      frames.push({ ordinal, id: line.slice(0, 32), text: decoded(line.slice(32)) });
    };
    return { dress, sink: { offered: 0, frame, pass: () => {}, refuse: (_, __, { code }) => void refused.push(code) } };
  });
  const converter = new Converter(plainContents(type, origin), routes);
  converter.push(object);
  converter.end();
  return made;
}

const ONE_LINE = /^[^\0\r\n\u0085\u2028\u2029]*$/;
const rooms = fc.oneof(
  fc.constant(2 ** 30),
  fc.integer({ min: 200, max: 3000 }),
  fc.integer({ min: 200, max: 40_000 }),
);

function expectSound(type: LogType, object: Buffer, room: number, origin = anywhere): void {
  const made = make(type, object, room, origin);
  const again = make(type, object, room, origin);
  for (const name of formatNames) {
    const [frames, refused, { tally }] = made[name];
    expect(frames).toEqual(again[name][0]);
    expect(frames.length + refused.length).toBe(made.raw[0].length + made.raw[1].length);
    expect(new Set(frames.map(({ id }) => id)).size).toBe(frames.length);
    for (const { text: line } of frames) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(room);
      if (name !== 'raw' && name !== 'splunk') expect(line).toMatch(ONE_LINE);
    }
    if (room === 2 ** 30 && name !== 'leef' && name !== 'cef') expect(tally).toEqual({ truncated: 0, replaced: 0 });
  }
  for (const { text: line, id } of made.leef[0]) {
    expect(line.replaceAll('\t', '')).toMatch(/^[^\x00-\x1f\x7f]*$/);
    expect(parseLeef(line).attributes.get('trailferryEventId')).toBe(id);
  }
  for (const { text: line, id } of made.cef[0]) {
    expect(line).toMatch(/^[^\x00-\x1f\x7f]*$/);
    const { extensions } = parseCef(line);
    expect(extensions.get('TrailferryEventId')).toBe(id);
    for (const key of extensions.keys())
      expect(key.endsWith('Label') ? extensions.has(key.slice(0, -5)) : true).toBe(true);
    expect([...extensions.values()].filter((one) => one === '')).toEqual([]);
  }
  for (const { text: line, id } of type.spec.ocsf === 'native' ? [] : made.ocsf[0]) {
    const event = JSON.parse(line) as Ocsf;
    expect(event.unmapped.trailferry_event_id).toBe(id);
    expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id);
  }
  for (const { text: line, id } of made.ecs[0]) expect(JSON.parse(line).labels.trailferry_event_id).toBe(id);
}

interface Ocsf {
  readonly class_uid: number;
  readonly activity_id: number;
  readonly type_uid: number;
  readonly unmapped: { readonly trailferry_event_id: string };
}

describe.each(allLogTypes.map((type) => [`${type.name} (${type.spec.layout.kind})`, type] as const))(
  '%s',
  (_, type) => {
    it('becomes one line of valid UTF-8 within the room in every format, whatever its values are', () => {
      const object = type.spec.layout.kind === 'json' ? jsonObject(type) : lines(type);
      fc.assert(
        fc.property(object, rooms, (one, room) => expectSound(type, Buffer.from(one, 'utf8'), room)),
        { numRuns: 60 },
      );
    });

    it('becomes that, or is refused, whatever its bytes are', () => {
      const syntax = fc.constantFrom(
        '{"',
        '":"',
        '","',
        '"}',
        '{}',
        '[',
        ']',
        ' ',
        '\n',
        '\r',
        '"',
        '\t',
        '\xff',
        '\x80',
        '\xe2\x80\xa8',
        'a',
      );
      const bytes = fc.array(syntax, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''), 'latin1'));
      fc.assert(
        fc.property(bytes, rooms, (one, room) => expectSound(type, one, room)),
        { numRuns: 100 },
      );
    });
  },
);

describe('an object’s key', () => {
  it('brings nothing into an event that would break it', () => {
    const region = fc.oneof(text, fc.constant('eu-west-1')).map((one) => one.replaceAll('/', ''));
    fc.assert(
      fc.property(region, (one) => {
        const path = `aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=${one}/year=2026/month=02/day=03/x.log.gz`;
        const key = `AWSLogs/${Buffer.from(path, 'utf8').toString('latin1')}`;
        for (const type of allLogTypes) {
          const object = Buffer.from(type.spec.layout.kind === 'json' ? '{"a":1}' : 'srcaddr\n10.0.0.1\n');
          expectSound(type, object, 2 ** 30, { ...anywhere, key, ...originOfKey(key) });
        }
      }),
    );
  });
});
