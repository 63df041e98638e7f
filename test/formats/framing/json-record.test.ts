import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromByteString, toByteString } from '../../../formats/framing/byte-string.ts';
import { JsonFraming } from '../../../formats/framing/json.ts';
import { FormatError, type JsonMembers } from '../../../formats/framing/record.ts';
import { latin1, utf8 } from './conformance.ts';

/** Looks at the one record of a text while it is there. */
function look<T>(text: string, at: (members: JsonMembers) => T): T {
  const found: T[] = [];
  const framing = new JsonFraming([], { skip: 0, maxRecordBytes: 2 ** 24 });
  const keep = (record: { readonly json: JsonMembers | undefined }): void => {
    if (record.json !== undefined) found.push(at(record.json));
  };
  framing.push(latin1(text), keep);
  framing.end(keep);
  expect(found).toHaveLength(1);
  return found[0] as T;
}

/** The same value with every string as a byte string. */
function bytewise(value: unknown): unknown {
  if (typeof value === 'string') return toByteString(value);
  if (Array.isArray(value)) return value.map(bytewise);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [toByteString(name), bytewise(member)]));
}

const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());

describe('a JSON record', () => {
  it('reads like JSON.parse, its strings as UTF-8 bytes', () => {
    fc.assert(
      fc.property(object, (value) => {
        expect(look(utf8(JSON.stringify(value)), (json) => json.value())).toEqual(
          bytewise(JSON.parse(JSON.stringify(value))),
        );
      }),
    );
  });

  it('gives the same for a member whether or not it was parsed before', () => {
    fc.assert(
      fc.property(object, (value) => {
        for (const name of Object.keys(value).map(toByteString)) {
          const text = utf8(JSON.stringify(value));
          const direct = look(text, (json) => json.member(name));
          const parsed = look(text, (json) => [json.value(), json.member(name)][1]);
          expect(direct).toEqual(parsed);
        }
      }),
    );
  });

  it('gives the text of a member as it stands', () => {
    const text = '{ "a" : 1.50 , "b":{ "c" : "}" },"d":"x\\"y", "e":[ 1e5 ],"f":null,"g":true }';
    const raw = (name: string): string | undefined => look(text, (json) => json.raw(name));
    expect(['a', 'b', 'd', 'e', 'f', 'g', 'h'].map(raw)).toEqual([
      '1.50',
      '{ "c" : "}" }',
      '"x\\"y"',
      '[ 1e5 ]',
      'null',
      'true',
      undefined,
    ]);
    expect(look(text, (json) => json.names())).toEqual(['a', 'b', 'd', 'e', 'f', 'g']);
  });

  it('takes the last of two members with one name, like JSON.parse', () => {
    const text = '{"a":"one","b":2,"a":"two"}';
    expect(look(text, (json) => json.member('a'))).toBe('two');
    expect(look(text, (json) => json.raw('a'))).toBe('"two"');
    expect(look(text, (json) => json.value())).toEqual({ a: 'two', b: 2 });
  });

  it('finds its members after a repair, which moves them', () => {
    const text = '{"a\xff":"\xff\xfe","b":{"c":"\xc3"},"d":"e"}';
    expect(look(text, (json) => json.names()).map(fromByteString)).toEqual(['a\ufffd', 'b', 'd']);
    expect(look(text, (json) => fromByteString(json.raw('b') ?? ''))).toBe('{"c":"\ufffd"}');
    expect(look(text, (json) => json.member('d'))).toBe('e');
  });

  it('finds a member whose name is escaped by parsing', () => {
    expect(look('{"a\\u0062":"x"}', (json) => json.member('ab'))).toBe('x');
    expect(look('{"\\u00fc":"x"}', (json) => json.member(toByteString('ü')))).toBe('x');
  });

  it('turns escapes and raw UTF-8 into the same bytes, surrogate pairs and lone surrogates included', () => {
    const cases: [string, string][] = [
      ['\\u00fc', 'ü'],
      [`\\u00fc${utf8('ü')}\\u20ac`, 'üü€'],
      ['\\ud83d\\ude00', '😀'],
      [`${utf8('😀')}\\uD83D\\uDE00`, '😀😀'],
      ['\\ud83d', '\ufffd'],
      ['\\ude00\\ud83d', '\ufffd\ufffd'],
      [`\\ud83d${utf8('😀')}`, '\ufffd😀'],
      ['\\ud83d\\\\ude00', '\ufffd\\ude00'],
      ['\\\\u00fc', '\\u00fc'],
      ['\\\\\\u00fc', '\\ü'],
      ['\\u0041\\u000a\\u0022\\u005c', 'A\n"\\'],
      ['\\u0085\\u2028\\u2029', '\u0085\u2028\u2029'],
    ];
    for (const [written, meant] of cases) {
      const value = look(`{"a":"${written}","b":{"c":"${written}"}}`, (json) => json.value()) as Record<string, string>;
      expect(fromByteString(value['a'] ?? '')).toBe(meant);
    }
  });

  it('takes names that mean something to JavaScript for what they are', () => {
    const text = '{"__proto__":{"a":"b"},"constructor":"c"}';
    expect(look(text, (json) => json.member('__proto__'))).toEqual({ a: 'b' });
    expect(look(text, (json) => json.member('constructor'))).toBe('c');
    expect(look(text, (json) => json.member('a'))).toBeUndefined();
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  it('has numbers too large for a number, and nesting of 8,000 levels', () => {
    expect(look('{"a":1e400,"b":-1e400}', (json) => json.value())).toEqual({ a: Infinity, b: -Infinity });
    const deep = `{"a":${'[{"b":'.repeat(4000)}1${'}]'.repeat(4000)},"c":"d"}`;
    expect(look(deep, (json) => json.raw('a'))?.length).toBe(deep.length - 14);
    expect(look(deep, (json) => json.member('c'))).toBe('d');
    expect(look(deep, (json) => typeof json.value())).toBe('object');
  });

  it('is refused by name when it is not valid, a control character in a string included', () => {
    for (const text of ['{"a":truth}', '{"a":"x\ny"}', '{"a":"x\x00y"}', '{"a":01}', '{"a":"\\x"}', '{"a":"\\u12"}']) {
      const attempt = (): unknown => look(text, (json) => json.value());
      expect(attempt).toThrow(FormatError);
      expect(attempt).toThrow('TF-JSON-INVALID');
    }
  });

  it('is refused by a member alone when a control character stands in that member', () => {
    for (const control of ['\n', '\t', '\x00', '\x1f']) {
      expect(() => look(`{"a":"x${control}y","b":"c"}`, (json) => json.member('a'))).toThrow('TF-JSON-INVALID');
    }
  });
});
