import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newAccount } from '../../../agent/delivery/account.ts';
import type { Priority } from '../../../agent/delivery/inlet.ts';
import { Lane } from '../../../agent/delivery/lane.ts';
import { Outbox } from '../../../agent/delivery/outbox.ts';
import { type FakeTransport, fakeTransport } from '../../fakes/transport.ts';

const never = new AbortController().signal;

let transport: FakeTransport;
let outbox: Outbox;
let heldBack: number;
beforeEach(() => {
  vi.useFakeTimers();
  heldBack = 0;
});
afterEach(async () => {
  const stopped = outbox.stop(0);
  await vi.runAllTimersAsync();
  await stopped;
  vi.useRealTimers();
});

function open(eventsPerSecond: number | undefined, windowBytes = 1024 * 1024): void {
  transport = fakeTransport();
  outbox = new Outbox({
    transport,
    windowBytes,
    lingerMs: 100,
    limit: eventsPerSecond === undefined ? undefined : { eventsPerSecond },
    reject: async () => {},
    observer: {
      delivered: () => {},
      retried: () => {},
      circuit: () => {},
      heldBack: (seconds) => {
        heldBack += seconds;
      },
    },
  });
}

function lane(key: string): Lane {
  return new Lane(newAccount({ bucket: 'b', key, version: '1' }, 'siem'), () => {});
}

/** Puts events of a new lane, called by their priority and number. */
function put(priority: Priority, count: number, to = lane(priority)): Lane {
  const inlet = outbox.inlet(priority);
  for (let rest = count; rest > 0; rest -= 1) {
    inlet.put(to, to.offered, `${priority} ${to.offered}\n`);
    to.offered += 1;
  }
  return to;
}

const delivered = (priority: Priority): number =>
  transport.delivered.filter((text) => text.startsWith(priority)).length;

describe('a limit', () => {
  test('is kept in every second, and nothing is dropped', async () => {
    open(1000);
    const one = put('normal', 5000);
    outbox.flush();
    const each: number[] = [];
    for (let second = 0, before = 0; second < 5; second += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      each.push(transport.delivered.length - before);
      before = transport.delivered.length;
    }
    for (const events of each.slice(0, 4)) expect(Math.abs(events - 1000)).toBeLessThanOrEqual(150);
    expect(one.watermark).toBe(5000);
    expect(transport.delivered).toEqual(Array.from({ length: 5000 }, (_, n) => `normal ${n}`));
    expect(heldBack).toBeCloseTo(4.85, 1);
  });

  test('counts what is sent again', async () => {
    open(1000);
    put('normal', 2000);
    outbox.flush();
    transport.script((_, sending) => (sending < 10 ? { kind: 'retry' } : 'ok'));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(transport.delivered).toHaveLength(2000);
    const before = transport.delivered.length;
    put('normal', 3000);
    outbox.flush();
    await vi.advanceTimersByTimeAsync(1000);
    expect(transport.delivered.length - before).toBeLessThanOrEqual(1150);
  });

  test('holds lanes back, each priority by its own window, and says how much waits', async () => {
    open(100, 3 * 4 * 1024);
    put('low', 1000);
    expect(outbox.inlet('low').room(never)).toBeInstanceOf(Promise);
    expect(outbox.inlet('high').room(never)).toBeUndefined();
    const seconds = outbox.backlog.get('low') ?? 0;
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThanOrEqual(10);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(outbox.inlet('low').room(never)).toBeUndefined();
    expect(outbox.backlog.get('low')).toBe(0);
  });

  test('makes blocks small, and their memory too', () => {
    open(100);
    transport.script(() => 'hold');
    put('normal', 10);
    expect(transport.sendings.map(({ texts }) => texts.length)).toEqual([5]);
  });

  test('is what a stop does not wait for', async () => {
    open(1);
    const one = put('normal', 100);
    const stopped = outbox.stop(5000);
    await vi.advanceTimersByTimeAsync(5000);
    await stopped;
    expect(one.watermark).toBeLessThan(10);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('priorities', () => {
  test('high overtakes what waits already, and low goes on', async () => {
    open(1000);
    put('low', 20_000);
    await vi.advanceTimersByTimeAsync(2000);
    const before = delivered('low');
    put('high', 100);
    outbox.flush();
    await vi.advanceTimersByTimeAsync(250);
    expect(delivered('high')).toBe(100);
    expect(delivered('low')).toBeGreaterThan(before);
  });

  test('share six, three and one of ten while all have more than goes', async () => {
    open(1000);
    for (const priority of ['high', 'normal', 'low'] as const) put(priority, 10_000);
    await vi.advanceTimersByTimeAsync(10_000);
    const counts = [delivered('high'), delivered('normal'), delivered('low')];
    for (const [index, share] of [6000, 3000, 1000].entries())
      expect(Math.abs((counts[index] ?? 0) - share)).toBeLessThanOrEqual(0.05 * share + 50);
  });

  test('leave to others what one does not use, and save nothing up', async () => {
    open(1000);
    put('low', 5000);
    await vi.advanceTimersByTimeAsync(3000);
    expect(delivered('low')).toBeGreaterThan(2900);
    put('high', 5000);
    put('low', 5000);
    const before = delivered('low');
    await vi.advanceTimersByTimeAsync(3500);
    expect(delivered('high') / 3500).toBeCloseTo(6 / 7, 1);
    expect((delivered('low') - before) / 3500).toBeCloseTo(1 / 7, 1);
  });

  test('keep the order within an object', async () => {
    open(1000);
    const [high, low] = [lane('high'), lane('low')];
    for (let turn = 0; turn < 40; turn += 1) {
      put('high', 50, high);
      put('low', 50, low);
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(5000);
    for (const priority of ['high', 'low'] as const) {
      const own = transport.delivered.filter((text) => text.startsWith(priority));
      expect(own).toEqual(Array.from({ length: 2000 }, (_, n) => `${priority} ${n}`));
    }
  });

  test('are one where there is no limit', () => {
    open(undefined);
    expect(outbox.inlet('high')).toBe(outbox.inlet('low'));
    expect(outbox.backlog).toEqual(new Map([['normal', 0]]));
  });
});

test('a destination that is back is not run over: one block, then two, then four', async () => {
  open(undefined);
  const one = lane('a');
  const block = (): void => {
    put('normal', 1, one);
    outbox.flush();
  };
  transport.script(() => ({ kind: 'retry' }));
  for (let count = 0; count < 40; count += 1) block();
  await vi.advanceTimersByTimeAsync(0);
  transport.script(() => 'hold');
  const rounds: number[] = [];
  let answered = transport.sendings.length;
  await vi.advanceTimersByTimeAsync(1000);
  while (answered < transport.sendings.length) {
    const round = transport.sendings.slice(answered);
    answered = transport.sendings.length;
    rounds.push(round.length);
    for (const sending of round) sending.ok();
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(one.watermark).toBe(40);
  expect(rounds).toEqual([1, 2, 4, 8, 16, 9]);
});
