import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitQuoted, splitSpaces, splitTabs } from '../../../formats/layout/split.ts';
import { placesOfCells } from '../../../formats/redaction/cell-places.ts';
import { jsonText, placesOf } from '../../../formats/redaction/json-places.ts';
import { replaced } from '../../../formats/redaction/replace.ts';

const valuesAt = (text: string, path: string): string[] =>
  placesOf(jsonText(text), path.split('.')).map(({ start, end }) => text.slice(start, end));

describe('values of a path in JSON', () => {
  test.each([
    ['{"a":1,"b":{"c":"x,}"}}', 'b.c', ['"x,}"']],
    ['{"a":1.0e3, "b" : -0 }', 'a', ['1.0e3']],
    ['{"a":[{"b":1},{"b":[2]},3]}', 'a.*.b', ['1', '[2]']],
    ['{"a":[{"b":1},{"b":2}]}', 'a.1.b', ['2']],
    ['{"a":{"x":1,"y":{"x":2}}}', 'a.*', ['1', '{"x":2}']],
    ['{"a":"1","a":"2"}', 'a', ['"1"', '"2"']],
    ['{"p\\u0061ss":"x"}', 'pass', ['"x"']],
    ['{"a":[]}', 'a.*', []],
    ['{"a":{}}', 'a.*', []],
    ['{"a":"text"}', 'a.b', []],
    ['{"b":1}', 'a', []],
    [' {"a": "x" }', 'a', ['"x"']],
    ['{"a":{"b":1}}', 'a', ['{"b":1}']],
    ['"text"', 'a', []],
  ])('%s at %s', (text, path, values) => {
    expect(valuesAt(text, path)).toEqual(values);
  });

  test.each(['{"a":[1,2', '{"a":[1 2]}', '{"a":[,]}', '{"a":{"b" 1}}', '{"a', '{"\\u00z":1}'])(
    '%s is no JSON, so nobody can say that nothing is left',
    (text) => {
      expect(() => valuesAt(text, 'a.*.b')).toThrow('TF-REDACT-PLACE');
    },
  );

  test('what is replaced is the value and nothing else', () => {
    const key = fc.constantFrom('a', 'b', 'é"\\', '');
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(null, true, 1.5, 'x', 'é\n"', '}]'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    const property = fc.property(tree, fc.constantFrom(0, 1), (value, indent) => {
      const text = Buffer.from(JSON.stringify({ a: value, z: 1 }, null, indent)).toString('latin1');
      const places = placesOf(jsonText(text), ['a', '*', 'b']);
      const hidden = replaced(
        text,
        places.map((place) => ({ ...place, text: '"***"' })),
      );
      const expected = JSON.parse(text);
      for (const one of Object.values(isObject(expected.a) ? expected.a : {})) {
        if (isObject(one) && !Array.isArray(one) && Object.hasOwn(one, 'b')) one['b'] = '***';
      }
      expect(JSON.parse(hidden)).toEqual(expected);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

describe('cells of a line', () => {
  test.each([
    ['by spaces', splitSpaces],
    ['in quotes', splitQuoted],
    ['by tabs', splitTabs],
  ])('%s stand where they are read', (_, split) => {
    const part = fc.constantFrom('a', 'bb', '"', '[', ']', '-', ' ', '\t', '" "', '[::1]:80', 'é');
    const line = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
    const property = fc.property(line, (text) => {
      const cells: string[] = [];
      cells.length = split(text, cells);
      const places = placesOfCells(text, cells);
      expect(places.map(({ start, end }) => text.slice(start, end))).toEqual(cells);
      for (const [index, { start }] of places.entries())
        expect(start).toBeGreaterThanOrEqual(places[index - 1]?.end ?? 0);
    });
    fc.assert(property, { numRuns: 5000 });
  });

  test('each can be replaced without moving another', () => {
    const cell = fc.constantFrom('a', '"b c"', '-', '[d e]', '"Mozilla "x" y"');
    const property = fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), fc.nat(5), (parts, at) => {
      const text = parts.join(' ');
      const cells: string[] = [];
      cells.length = splitQuoted(text, cells);
      const place = placesOfCells(text, cells)[at];
      if (place === undefined) return;
      const again: string[] = [];
      again.length = splitQuoted(replaced(text, [{ ...place, text: '***' }]), again);
      expect(again).toEqual(cells.with(at, '***'));
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test('a value that is not a part of the text is not passed over', () => {
    expect(() => placesOfCells('a b', ['a', 'c'])).toThrow('TF-REDACT-PLACE');
  });
});
