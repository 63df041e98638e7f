import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readConfig } from '../../config/load.ts';
import { ConfigError } from '../../config/report.ts';
import { read } from './faults.ts';
import { GOOD, known } from './known.ts';

const NAMES = [
  'version',
  'aws',
  'queues',
  'destinations',
  'region',
  'name',
  'type',
  'relay',
  'tls',
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'token',
];
const key = fc.oneof(fc.constantFrom(...NAMES), fc.string());
const scalar = fc.oneof(
  fc.constantFrom(null, true, 1, 'no', '10s', 'relay', 'archive'),
  fc.string(),
  fc.double(),
  fc.integer(),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
  ),
}));

/** A usable configuration, or faults with a place each: nothing else comes out, and nothing else is touched. */
function expectVerdict(text: string): void {
  try {
    expect(readConfig(text, 'x.yaml', known).config.version).toBe(1);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.faults.length).toBeGreaterThan(0);
    const lines = text.split('\n');
    for (const { line, column, path, message } of error.faults) {
      expect(lines[line - 1]?.length ?? -1).toBeGreaterThanOrEqual(column - 1);
      expect(path + message).not.toMatch(/[\n\r\u001b]/);
    }
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}

test('any value', () => {
  fc.assert(
    fc.property(tree, (value) => expectVerdict(stringify(value))),
    { numRuns: 1000 },
  );
});

test('any text', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab:-{}[]\'"#&*!|>%@?,\n\t 1\u001b'.split('')) });
  fc.assert(fc.property(text, expectVerdict), { numRuns: 1000 });
});

test('a place behind a line is on the next one, also where the parser loses count', () => {
  expectVerdict('{[}a\na');
});

test('any value in any place of a good file', () => {
  const spots = [...GOOD.matchAll(/: ([^\s]+)$/gm)].map(
    ({ index, 1: value = '' }) => [index + 2, value.length] as const,
  );
  const property = fc.property(fc.constantFrom(...spots), tree, ([at, length], value) => {
    expectVerdict(
      GOOD.slice(0, at) + stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim() + GOOD.slice(at + length),
    );
  });
  fc.assert(property, { numRuns: 1000 });
});

test('names of JavaScript are names like any other', () => {
  for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
    for (const path of ['', 'aws.', 'destinations[0].tls.']) {
      const line = `${name}: {polluted: true, prototype: {polluted: true}}`;
      const text =
        path === ''
          ? `${GOOD}${line}\n`
          : GOOD.replace(
              path === 'aws.' ? 'aws:\n' : 'tls:\n',
              (at) => `${at}${path === 'aws.' ? '  ' : '      '}${line}\n`,
            );
      expect(() => read(text)).toThrow(`${path}${name}: unknown setting`);
      expectVerdict(text);
    }
  }
});
