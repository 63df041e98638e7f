import { expect, test } from 'vitest';
import { Slice } from '../../../transports/syslog/slice.ts';

test('quick answers make a slice larger up to its bound, slow ones smaller', () => {
  const slice = new Slice(8, 20);
  slice.answered(10);
  expect(slice.limit).toBe(16);
  slice.answered(10);
  expect(slice.limit).toBe(20);
  slice.answered(1_500);
  expect(slice.limit).toBe(20);
  slice.answered(3_000);
  expect(slice.limit).toBe(10);
});

test('no answer makes it much smaller, but never nothing', () => {
  const slice = new Slice(1_000, 2_000);
  slice.unanswered();
  expect(slice.limit).toBe(125);
  for (let times = 0; times < 10; times += 1) slice.unanswered();
  expect(slice.limit).toBe(1);
});
