import { describe, expect, it } from 'vitest';
import {
  absent,
  compile,
  type Expression,
  isFresh,
  NOTHING,
  paths,
  describe as say,
  trace,
} from '../../formats/expression.ts';
import type { LogRecord } from '../../formats/framing/record.ts';
import { computed, constant, first, percentDecoded, tail, wholeText } from '../../formats/functions.ts';

const record = {} as LogRecord;
const resolver = (values: Readonly<Record<string, unknown>>) => (path: string) => (): unknown => values[path];

describe('expressions', () => {
  it('count undefined, null, nothing and AWS’s dash as absent, and nothing else', () => {
    expect([undefined, null, '', '-'].every(absent)).toBe(true);
    expect([0, false, ' ', '--', 'null', {}, [], Number.NaN].some(absent)).toBe(false);
  });

  it('say what they read and how', () => {
    const expression = first('a', tail(first('b.c', 'd'), '/'), constant('e'));
    expect(paths(expression)).toEqual(['a', 'b.c', 'd']);
    expect(say(expression)).toBe('first of a, first of b.c, d behind the last "/", "e"');
    expect(say('a.b')).toBe('a.b');
  });

  it('tell the paths that a value came from', () => {
    const expression = first('a', tail('b', '/'), 'c');
    const from = (values: Readonly<Record<string, unknown>>): string[] => trace(expression, resolver(values), record);
    expect(from({ a: 'x', b: 'y' })).toEqual(['a']);
    expect(from({ a: '-', b: 'x/y', c: 'z' })).toEqual(['b']);
    expect(from({ c: 0 })).toEqual(['c']);
    expect(from({})).toEqual([]);
    expect(
      trace(
        computed('both', ['a', 'b'], () => 1),
        resolver({ a: 1, b: 2 }),
        record,
      ),
    ).toEqual(['a', 'b']);
  });

  it('are worked out once for what is said of the object, until it is another', () => {
    const values: Record<string, unknown> = { '@key': 'a/b', own: 'c/d' };
    const seen: string[] = [];
    const last = (path: string): Expression =>
      computed(`last part of ${path}`, [path], (value) => {
        seen.push(path);
        return String(value).split('/').at(-1);
      });
    const ofObject = compile(last('@key'), (path) => () => values[path]);
    const ofRecord = compile(last('own'), (path) => () => values[path]);
    const read = (): unknown[] => [ofObject(record), ofRecord(record)];
    expect([read(), read()]).toEqual([
      ['b', 'd'],
      ['b', 'd'],
    ]);
    expect(seen).toEqual(['@key', 'own', 'own']);
    values['@key'] = 'a/c';
    expect(read()).toEqual(['c', 'd']);
    values['@key'] = undefined;
    expect(read()).toEqual(['undefined', 'd']);
  });

  it('are nothing when no record of the layout can give them a value', () => {
    const nothing = (): typeof NOTHING => NOTHING;
    for (const expression of ['a', first('a', 'b'), tail('a', '/'), first('a', tail('b', '/'))] as Expression[]) {
      expect(compile(expression, nothing)).toBe(NOTHING);
    }
    expect(compile(first('a', constant(1)), nothing)(record)).toBe(1);
    expect(
      compile(
        computed('otherwise', ['a'], (value) => String(value)),
        nothing,
      )(record),
    ).toBe('undefined');
    const some = (path: string) => (path === 'b' ? () => 'value' : NOTHING);
    expect(compile(first('a', 'b'), some)(record)).toBe('value');
    expect(
      compile(
        computed('both', ['a', 'b'], (...values) => values.join()),
        some,
      )(record),
    ).toBe(',value');
  });

  it('know whether they give bytes that the record does not show', () => {
    expect([percentDecoded('a'), wholeText, first('b', tail(percentDecoded('a'), '/'))].every(isFresh)).toBe(true);
    expect(['a', first('a', 'b'), constant('c'), tail('a', '/')].some(isFresh)).toBe(false);
  });
});
