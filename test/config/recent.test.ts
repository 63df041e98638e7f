import { expect, test } from 'vitest';
import { Recent } from '../../config/recent.ts';

test('keeps what is asked for again, and forgets what is not', () => {
  const recent = new Recent<number, string>(10);
  recent.set(0, 'kept');
  recent.set(1, 'left');
  for (let key = 2; key < 200; key += 1) {
    recent.set(key, 'new');
    expect(recent.get(0)).toBe('kept');
    expect(recent.size).toBeLessThanOrEqual(20);
  }
  expect(recent.get(1)).toBeUndefined();
  recent.clear();
  expect([recent.size, recent.get(0)]).toEqual([0, undefined]);
});
