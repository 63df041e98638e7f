import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { named, QueueError } from '../../../agent/aws/errors.ts';
import type { Lease, LeaseObserver } from '../../../agent/aws/lease.ts';
import { createLeases } from '../../../agent/aws/leases.ts';
import type { NotificationQueue, Outcome, QueueMessage } from '../../../agent/aws/queue.ts';

const VISIBILITY = 90;
const BEAT_MS = 10_000;
const HOUR_MS = 3_600_000;

interface Call {
  readonly ids: readonly string[];
  readonly receipts: readonly string[];
  readonly seconds?: number;
  readonly atMs: number;
}

/** A queue on the fake clock: it notes what it is asked, and refuses as told. */
function scriptedQueue() {
  const calls = { extend: [] as Call[], remove: [] as Call[], release: [] as Call[] };
  const refusals = { extend: [] as string[], remove: [] as string[], release: [] as string[] };
  const answer = async (kind: keyof typeof calls, messages: readonly QueueMessage[], seconds?: number) => {
    if (messages.length === 0) return [];
    const receipts = messages.map(({ receipt }) => receipt);
    calls[kind].push({
      ids: messages.map(({ id }) => id),
      receipts,
      ...(seconds !== undefined && { seconds }),
      atMs: Date.now(),
    });
    const refusal = refusals[kind].shift();
    return messages.map((message): Outcome => (refusal ? { message, error: queueError(refusal) } : { message }));
  };
  const queue: NotificationQueue = {
    url: 'https://sqs/q',
    visibilitySeconds: VISIBILITY,
    receive: () => Promise.reject(new Error('not used')),
    depth: () => Promise.reject(new Error('not used')),
    policy: () => Promise.reject(new Error('not used')),
    extend: (messages, seconds) => answer('extend', messages, seconds),
    remove: (messages) => answer('remove', messages),
    release: (messages, seconds) => answer('release', messages, seconds),
  };
  return { queue, calls, refusals };
}

const queueError = (code: string) => new QueueError('asking', named(code, code));

const message = (id: string, receipt = `${id}#1`): QueueMessage => ({
  id,
  receipt,
  body: '{}',
  receiveCount: 1,
  sentAtMs: Date.now(),
  receivedAtMs: Date.now(),
});

let scripted: ReturnType<typeof scriptedQueue>;
let observer: {
  failed: ReturnType<typeof vi.fn<LeaseObserver['failed']>>;
  lost: ReturnType<typeof vi.fn<LeaseObserver['lost']>>;
};
let acquire: (id: string, receipt?: string) => Lease;

beforeEach(() => {
  vi.useFakeTimers();
  scripted = scriptedQueue();
  observer = { failed: vi.fn(), lost: vi.fn() };
  const leases = createLeases(scripted.queue, observer);
  acquire = (id, receipt) => {
    const lease = leases.acquire(message(id, receipt));
    if (lease === undefined) throw new Error(`${id} is held already`);
    return lease;
  };
  acquireAgain = (id, receipt) => leases.acquire(message(id, receipt));
});

let acquireAgain: (id: string, receipt: string) => Lease | undefined;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the heartbeat', () => {
  it('extends every lease once in a third of the visibility timeout', async () => {
    acquire('a');
    await vi.advanceTimersByTimeAsync(10 * VISIBILITY * 1_000);
    const times = scripted.calls.extend.map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual((VISIBILITY * 1_000) / 3);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual((VISIBILITY * 1_000) / 5);
    expect(scripted.calls.extend.every(({ seconds }) => seconds === VISIBILITY)).toBe(true);
  });

  it('extends all leases by one timer, together', async () => {
    for (let number = 0; number < 30; number += 1) acquire(`m${number}`);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(3 * BEAT_MS);
    expect(scripted.calls.extend).toHaveLength(1);
    expect(scripted.calls.extend[0]?.ids).toHaveLength(30);
  });

  it('is tried at least twice more before the message becomes visible', async () => {
    const lease = acquire('a');
    scripted.refusals.extend.push('InternalError', 'InternalError', 'InternalError');
    await vi.advanceTimersByTimeAsync(VISIBILITY * 1_000);
    expect(scripted.calls.extend.length).toBeGreaterThanOrEqual(4);
    expect(observer.failed.mock.calls.map(([doing, { code }]) => [doing, code])).toEqual(
      Array(3).fill(['extend', 'TF-SQS-503']),
    );
    expect(lease.signal.aborted).toBe(false);
    expect(observer.lost).not.toHaveBeenCalled();
  });

  it('goes on when the clock of the host is set back', async () => {
    acquire('a');
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    vi.setSystemTime(Date.now() - HOUR_MS);
    await vi.advanceTimersByTimeAsync(VISIBILITY * 1_000);
    expect(scripted.calls.extend.length).toBeGreaterThanOrEqual(3);
  });

  it('rests when nothing is held', async () => {
    const lease = acquire('a');
    await lease.release(0);
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(VISIBILITY * 1_000);
    expect(scripted.calls.extend).toEqual([]);
  });
});

describe('a lease is lost', () => {
  it.each(['ReceiptHandleIsInvalid', 'MessageNotInflight'])('when SQS answers %s', async (code) => {
    const lease = acquire('a');
    scripted.refusals.extend.push(code);
    await vi.advanceTimersByTimeAsync(4 * BEAT_MS);
    expect(lease.signal.reason).toMatchObject({ name: 'QueueError', code: 'TF-SQS-LEASE' });
    expect(observer.lost).toHaveBeenCalledExactlyOnceWith(lease.message, lease.signal.reason);
    await expect(lease.settle()).rejects.toBe(lease.signal.reason);
    await lease.release(0);
    expect(scripted.calls.remove).toEqual([]);
    expect(scripted.calls.release).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('after eleven and a half hours, and never asks for more than twelve', async () => {
    const lease = acquire('a');
    const startMs = Date.now();
    await vi.advanceTimersByTimeAsync(11.5 * HOUR_MS - 1_000);
    expect(lease.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(2 * BEAT_MS);
    expect(lease.signal.reason).toMatchObject({ code: 'TF-SQS-LEASE' });
    const last = scripted.calls.extend.at(-1);
    expect((last?.atMs ?? 0) - startMs + VISIBILITY * 1_000).toBeLessThan(12 * HOUR_MS);
  });

  it('and the message may be acquired anew', async () => {
    acquire('a');
    scripted.refusals.extend.push('MessageNotInflight');
    await vi.advanceTimersByTimeAsync(4 * BEAT_MS);
    const lease = acquire('a', 'a#2');
    await vi.advanceTimersByTimeAsync(4 * BEAT_MS);
    expect(scripted.calls.extend.at(-1)?.receipts).toEqual(['a#2']);
    expect(lease.signal.aborted).toBe(false);
  });
});

describe('a second delivery of a held message', () => {
  it('gives its receipt to the lease that runs', async () => {
    const lease = acquire('a');
    expect(acquireAgain('a', 'a#2')).toBeUndefined();
    expect(lease.message.receipt).toBe('a#2');
    await vi.advanceTimersByTimeAsync(4 * BEAT_MS);
    expect(scripted.calls.extend.at(-1)?.receipts).toEqual(['a#2']);
    void lease.settle();
    await vi.advanceTimersByTimeAsync(100);
    expect(scripted.calls.remove.map(({ receipts }) => receipts)).toEqual([['a#2']]);
  });

  it('outweighs a refusal of the old receipt that comes after it', async () => {
    const lease = acquire('a');
    const { extend } = scripted.queue;
    scripted.refusals.extend.push('MessageNotInflight');
    scripted.queue.extend = async (messages, seconds) => {
      const outcomes = await extend(messages, seconds);
      if (outcomes.length > 0) acquireAgain('a', 'a#2');
      return outcomes;
    };
    await vi.advanceTimersByTimeAsync(4 * BEAT_MS);
    expect(scripted.calls.extend.length).toBeGreaterThan(0);
    expect(lease.signal.aborted).toBe(false);
  });

  it('saves a delete that the old receipt could not do', async () => {
    const lease = acquire('a');
    const { remove } = scripted.queue;
    scripted.refusals.remove.push('ReceiptHandleIsInvalid');
    scripted.queue.remove = async (messages) => {
      const outcomes = await remove(messages);
      acquireAgain('a', 'a#2');
      return outcomes;
    };
    const settled = lease.settle();
    await vi.advanceTimersByTimeAsync(1_000);
    await settled;
    expect(scripted.calls.remove.map(({ receipts }) => receipts)).toEqual([['a#1'], ['a#2']]);
  });
});

describe('settle', () => {
  it('waits a little for others and deletes them together', async () => {
    const leases = ['a', 'b', 'c'].map((id) => acquire(id));
    const settled = Promise.all(leases.map((lease) => lease.settle()));
    await vi.advanceTimersByTimeAsync(19);
    expect(scripted.calls.remove).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await settled;
    expect(scripted.calls.remove.map(({ ids }) => ids)).toEqual([['a', 'b', 'c']]);
  });

  it('goes at once when ten are together', async () => {
    const leases = Array.from({ length: 12 }, (_, number) => acquire(`m${number}`));
    const settled = Promise.all(leases.map((lease) => lease.settle()));
    await vi.advanceTimersByTimeAsync(0);
    expect(scripted.calls.remove.map(({ ids }) => ids.length)).toEqual([10]);
    await vi.advanceTimersByTimeAsync(20);
    await settled;
    expect(scripted.calls.remove.map(({ ids }) => ids.length)).toEqual([10, 2]);
  });

  it('is tried again, and the message stays hidden meanwhile', async () => {
    const lease = acquire('a');
    scripted.refusals.remove.push('InternalError', 'TimeoutError', 'InternalError');
    const settled = lease.settle();
    await vi.advanceTimersByTimeAsync(30_000);
    await settled;
    expect(scripted.calls.remove).toHaveLength(4);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says so when the message could not be deleted, and leaves it to be delivered again', async () => {
    const lease = acquire('a');
    scripted.refusals.remove.push(...Array(5).fill('InternalError'));
    const settled = expect(lease.settle()).rejects.toMatchObject({ code: 'TF-SQS-503' });
    await vi.advanceTimersByTimeAsync(60_000);
    await settled;
    expect(scripted.calls.remove).toHaveLength(5);
    expect(vi.getTimerCount()).toBe(0);
    expect(acquire('a', 'a#2').message.receipt).toBe('a#2');
  });

  it('does not try again what a person must mend', async () => {
    const lease = acquire('a');
    scripted.refusals.remove.push('AccessDenied');
    const settled = expect(lease.settle()).rejects.toMatchObject({ code: 'TF-SQS-403' });
    await vi.advanceTimersByTimeAsync(1_000);
    await settled;
    expect(scripted.calls.remove).toHaveLength(1);
  });

  it('happens once', async () => {
    const lease = acquire('a');
    const settled = Promise.all([lease.settle(), lease.settle(), lease.release(0)]);
    await vi.advanceTimersByTimeAsync(100);
    await settled;
    await lease.settle();
    await lease.release(0);
    expect(scripted.calls.remove).toHaveLength(1);
    expect(scripted.calls.release).toEqual([]);
  });

  it('is not undone by a heartbeat that finds the message gone', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const lease = acquire('a');
    scripted.refusals.remove.push(...Array(4).fill('InternalError'));
    scripted.refusals.extend.push('MessageNotInflight');
    await vi.advanceTimersByTimeAsync(2 * BEAT_MS - 500);
    const settled = lease.settle();
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    await settled;
    expect(scripted.calls.extend).toHaveLength(1);
    expect(scripted.calls.remove).toHaveLength(5);
    expect(lease.signal.aborted).toBe(false);
    expect(observer.lost).not.toHaveBeenCalled();
  });
});

describe('release', () => {
  it('gives the message back after the seconds asked for', async () => {
    await acquire('a').release(60);
    expect(scripted.calls.release).toMatchObject([{ ids: ['a'], seconds: 60 }]);
  });

  it('never asks for more than the rest of the twelve hours', async () => {
    const lease = acquire('a');
    await vi.advanceTimersByTimeAsync(11 * HOUR_MS);
    await lease.release(2 * 3_600);
    expect(scripted.calls.release).toMatchObject([{ seconds: 3_600 }]);
  });

  it('never rejects, but is heard of', async () => {
    scripted.refusals.release.push('InternalError');
    await acquire('a').release(0);
    expect(observer.failed).toHaveBeenCalledExactlyOnceWith('release', expect.objectContaining({ code: 'TF-SQS-503' }));
  });

  it('comes by itself at the end of a scope that decided nothing', async () => {
    {
      await using _undecided = acquire('a');
    }
    {
      await using settled = acquire('b');
      void settled.settle();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(scripted.calls.release).toMatchObject([{ ids: ['a'], seconds: 30 }]);
  });
});
