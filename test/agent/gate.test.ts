import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CircuitState } from '../../agent/delivery/circuit.ts';
import type { Outbox } from '../../agent/delivery/outbox.ts';
import { DestinationDown, Gate } from '../../agent/gate.ts';

type State = CircuitState['state'];

let states: State[];
let gate: Gate;
beforeEach(() => {
  vi.useFakeTimers();
  states = ['up', 'up'];
  const outboxes = states.map((_, index) => ({
    get state() {
      return { state: states[index], since: 0 };
    },
  }));
  gate = new Gate(outboxes as unknown as Outbox[]);
});
afterEach(() => {
  gate.close();
  vi.useRealTimers();
});

const never = new AbortController().signal;

test.each<[State, State, boolean]>([
  ['up', 'up', true],
  ['up', 'down', false],
  ['blocked', 'up', false],
])('is open only while all destinations take frames: %s, %s', (first, second, open) => {
  [states[0], states[1]] = [first, second];
  expect(gate.open).toBe(open);
});

test('who waits goes on when the last destination is up again', async () => {
  states[1] = 'down';
  let passed = false;
  void gate.passable(never).then(() => {
    passed = true;
  });
  await vi.advanceTimersByTimeAsync(5000);
  expect(passed).toBe(false);
  states[1] = 'up';
  await vi.advanceTimersByTimeAsync(250);
  expect(passed).toBe(true);
});

test('who waits is let go by the signal, with its reason', async () => {
  states[0] = 'blocked';
  const stop = new AbortController();
  const waiting = expect(gate.passable(stop.signal)).rejects.toThrow('stop');
  stop.abort(new Error('stop'));
  await vi.advanceTimersByTimeAsync(250);
  await waiting;
  states[0] = 'up';
  await expect(gate.passable(stop.signal)).rejects.toThrow('stop');
});

test('patience ends after a minute without a break, and begins anew when all are up', async () => {
  states[0] = 'down';
  await vi.advanceTimersByTimeAsync(50_000);
  states[0] = 'up';
  await vi.advanceTimersByTimeAsync(250);
  states[1] = 'down';
  const { patienceEnds } = gate;
  await vi.advanceTimersByTimeAsync(59_000);
  expect(patienceEnds.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1500);
  expect(patienceEnds.aborted).toBe(true);
  expect(patienceEnds.reason).toBeInstanceOf(DestinationDown);
  states[1] = 'up';
  await vi.advanceTimersByTimeAsync(250);
  expect(gate.patienceEnds.aborted).toBe(false);
});

test('a clock that jumps does not end it', async () => {
  states[0] = 'down';
  await vi.advanceTimersByTimeAsync(1000);
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(gate.patienceEnds.aborted).toBe(false);
});

test('leaves no timer behind', () => {
  gate.close();
  expect(vi.getTimerCount()).toBe(0);
});
