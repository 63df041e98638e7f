import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { schedule } from '../../agent/schedule.ts';
import { held } from './rig.ts';

const EACH_SECOND = '* * * * * *';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 24, 12, 0, 0) });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('a chore runs at its times, until the schedule is stopped', async () => {
  const run = vi.fn(async () => {});
  const chores = schedule([{ name: 'each second', at: EACH_SECOND, run }], () => {});
  await vi.advanceTimersByTimeAsync(3500);
  expect(run).toHaveBeenCalledTimes(3);
  await chores.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(run).toHaveBeenCalledTimes(3);
});

test('never runs twice at a time, and says what was left out', async () => {
  const failed = vi.fn();
  const terminal = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
  const work = held();
  const run = vi.fn(() => work.until);
  const chores = schedule([{ name: 'slow', at: EACH_SECOND, run }], failed);
  await vi.advanceTimersByTimeAsync(5000);
  expect(run).toHaveBeenCalledTimes(1);
  expect(failed).toHaveBeenCalledTimes(4);
  expect(failed).toHaveBeenCalledWith('slow', expect.objectContaining({ message: expect.stringContaining('running') }));
  for (const spy of terminal) expect(spy).not.toHaveBeenCalled();
  work.go();
  await vi.advanceTimersByTimeAsync(2000);
  expect(run.mock.calls.length).toBeGreaterThan(1);
  await chores.stop();
});

test('a failure is told by name, and the next time comes', async () => {
  const failed = vi.fn();
  const run = vi.fn().mockRejectedValueOnce(new Error('no')).mockResolvedValue(undefined);
  const chores = schedule([{ name: 'depth', at: EACH_SECOND, run }], failed);
  await vi.advanceTimersByTimeAsync(2500);
  expect(failed.mock.calls).toEqual([['depth', new Error('no')]]);
  expect(run).toHaveBeenCalledTimes(2);
  await chores.stop();
});
