import { expect, test } from 'vitest';
import { faultLine, quoted, Report } from '../../config/report.ts';

const report = () => new Report('x.yaml', (offset) => ({ line: 1, column: offset + 1 }));

test('what is not in the file is placed at the nearest section around it', () => {
  const some = report();
  some.mark('a', 10);
  some.mark('a.b[1]', 20);
  for (const path of ['a.b[1].c.d', 'a.b[1]', 'a.b[0]', 'a.c', 'z.z', 'z']) some.fault(path, 'm');
  expect(some.faults.map(faultLine)).toEqual([
    'x.yaml:1:1: z.z: m',
    'x.yaml:1:1: z: m',
    'x.yaml:1:11: a.b[0]: m',
    'x.yaml:1:11: a.c: m',
    'x.yaml:1:21: a.b[1].c.d: m',
    'x.yaml:1:21: a.b[1]: m',
  ]);
});

test('clean is what has no fault at it or below, the whole file included', () => {
  const some = report();
  expect(some.isClean('')).toBe(true);
  some.warn('a', 'm');
  expect(some.isClean('a')).toBe(true);
  some.fault('a.b[1].c', 'm');
  expect(['', 'a', 'a.b', 'a.b[1]', 'a.b[1].c'].filter((path) => some.isClean(path))).toEqual([]);
  expect(['a.b[0]', 'a.bc', 'a.b[1].cd', 'b'].filter((path) => !some.isClean(path))).toEqual([]);
  expect(report().isClean('')).toBe(true);
});

test('quoted text is short and cannot command a terminal', () => {
  expect(quoted('a"b\n\u001b[31m\u009b31m\u007f\u2028')).toBe('"a\\"b\\n\\u001b[31m?31m??"');
  expect(quoted('x'.repeat(1000))).toBe(`"${'x'.repeat(60)}..."`);
});
