import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLog, type Level } from '../../../agent/health/log.ts';

function written(journald: boolean, ...args: Parameters<ReturnType<typeof createLog>>): string {
  let text = '';
  createLog((line) => {
    text += line;
  }, journald)(...args);
  return text;
}

test.each<[Level, string]>([
  ['error', '<3>'],
  ['warning', '<4>'],
  ['notice', '<5>'],
  ['info', '<6>'],
])('journald reads the level %s from the beginning of the line', (level, prefix) => {
  expect(written(true, level, 'words', { queue: 'q', count: 2 })).toBe(`${prefix}words queue=q count=2\n`);
  expect(written(false, level, 'words')).toBe(`${level}: words\n`);
});

test('whatever strangers put into a name, a line stays one line and a terminal is not moved', () => {
  const strange = fc.string({ unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), hostile) });
  fc.assert(
    fc.property(strange, strange, (message, value) => {
      const line = written(true, 'error', message, { key: value });
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069\u200e\u200f]/u);
    }),
  );
});

const hostile = fc.constantFrom('\n', '\r', '\u001b[2J', '\u0085', '\u009b', '\u2028', '\u202e', '\u2066', '\0', '<0>');
