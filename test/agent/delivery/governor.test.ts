import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Governor, type RateLimit } from '../../../agent/delivery/governor.ts';

/** Gives blocks for `ms`, as a pump whose timer comes late by what `late` says; returns when each went. */
function give(limit: RateLimit, ms: number, block: { frames: number; bytes: number }, late: () => number): number[] {
  let now = 1000;
  const governor = new Governor(limit, () => now);
  const times: number[] = [];
  while (now < 1000 + ms) {
    const wait = governor.wait();
    if (wait > 0) now += wait + late();
    else {
      governor.spend(block.frames, block.bytes);
      times.push(now - 1000);
    }
  }
  return times;
}

const onTime = (): number => 0;

/** Most blocks that went within any second. */
function busiest(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
}

describe('a governor', () => {
  test.each([10, 500, 5000, 40_000])('gives %i events a second, exactly, over ten seconds', (eventsPerSecond) => {
    const { frames } = new Governor({ eventsPerSecond }).slice;
    const times = give({ eventsPerSecond }, 10_000, { frames, bytes: 1 }, onTime);
    expect((times.length * frames) / (10 * eventsPerSecond)).toBeCloseTo(1, 1);
    expect(Math.abs(times.length * frames - 10 * eventsPerSecond)).toBeLessThanOrEqual(0.015 * 10 * eventsPerSecond);
  });

  test('makes up for timers that come late, by up to 100 ms', () => {
    const lateness = [0, 3, 17, 99];
    let turn = 0;
    const late = (): number => lateness[turn++ % lateness.length] ?? 0;
    const times = give({ eventsPerSecond: 1000 }, 10_000, { frames: 50, bytes: 1 }, late);
    expect(Math.abs(times.length * 50 - 10_000)).toBeLessThanOrEqual(150);
  });

  test('never gives more than 15 % and one block above its limit in a second, however late timers are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 20_000 }), fc.array(fc.nat(2000), { minLength: 1 }), (rate, lateness) => {
        let turn = 0;
        const late = (): number => lateness[turn++ % lateness.length] ?? 0;
        const { frames } = new Governor({ eventsPerSecond: rate }).slice;
        const times = give({ eventsPerSecond: rate }, 3000, { frames, bytes: 1 }, late);
        expect(busiest(times) * frames).toBeLessThanOrEqual(1.15 * rate + 1);
      }),
    );
  });

  test('saves up nothing while there is nothing to give', () => {
    let now = 0;
    const governor = new Governor({ eventsPerSecond: 1000 }, () => now);
    governor.spend(50, 1);
    now = 60_000;
    let given = 0;
    for (; governor.wait() === 0; given += 50) governor.spend(50, 1);
    expect(given).toBeLessThanOrEqual(150);
  });

  test('has a block that is larger than a second paid for before the next', () => {
    let now = 0;
    const governor = new Governor({ bytesPerSecond: 1000 }, () => now);
    governor.spend(1, 30_000);
    now = 29_000;
    expect(governor.wait()).toBeCloseTo(900, 0);
    now = 30_001;
    expect(governor.wait()).toBe(0);
  });

  test('with two limits keeps the scarcer one', () => {
    const limit = { eventsPerSecond: 1000, bytesPerSecond: 100_000 };
    const governor = new Governor(limit);
    expect(governor.slice).toEqual({ frames: 50, bytes: 5000 });
    expect(give(limit, 10_000, { frames: 50, bytes: 50 * 20 }, onTime)).toHaveLength(10_000 / 50 + 2);
    expect(give(limit, 10_000, { frames: 5, bytes: 5 * 1000 }, onTime)).toHaveLength(1_000_000 / 5000 + 2);
  });

  test('asks for blocks of one event at least', () => {
    expect(new Governor({ eventsPerSecond: 1, bytesPerSecond: 1 }).slice).toEqual({ frames: 1, bytes: 1 });
    expect(new Governor({ eventsPerSecond: 5000 }).slice).toEqual({ frames: 250, bytes: Number.POSITIVE_INFINITY });
  });
});
