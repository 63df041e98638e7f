import { Backoff } from '../../transports/backoff.ts';
import { deletions } from './deletions.ts';
import { named, QueueError } from './errors.ts';
import type { Lease, LeaseObserver, Leases } from './lease.ts';
import type { NotificationQueue, Outcome, QueueMessage } from './queue.ts';

const HOUR_MS = 3_600_000;
/** Counted from the receive; SQS refuses what would go past it. */
const LONGEST_MS = 12 * HOUR_MS;
/** Room to end the work in, before the longest hold is over. */
const LAST_CALL_MS = HOUR_MS / 2;
const UNDECIDED_SECONDS = 30;
const DELETE_TRIES = 5;

/** Times are those of the monotonic clock: a host clock that is set back must not stop the heartbeat. */
interface Hold {
  message: QueueMessage;
  receivedAtMs: number;
  extendedAtMs: number;
  settling: Promise<void> | undefined;
  readonly lost: AbortController;
}

/**
 * Keeps the messages of one queue hidden, by one timer. It beats nine times in a visibility timeout and extends what was
 * not extended for two beats: each lease every third of its timeout, in batches, and after a failure six times more.
 */
export function createLeases(queue: NotificationQueue, observer: LeaseObserver): Leases {
  const holds = new Map<string, Hold>();
  const remove = deletions(queue);
  const beatMs = (queue.visibilitySeconds * 1_000) / 9;
  const oldestMs = LONGEST_MS - Math.max(LAST_CALL_MS, queue.visibilitySeconds * 1_000);
  let timer: NodeJS.Timeout | undefined;

  /** A little at random, so that agents that started together do not beat together. */
  function arm(): void {
    timer ??= setTimeout(beat, beatMs * (0.9 + Math.random() / 10));
  }

  function beat(): void {
    timer = undefined;
    const now = performance.now();
    for (const hold of holds.values()) {
      if (now - hold.receivedAtMs >= oldestMs && !hold.settling) lose(hold, tooOld(queue.url));
    }
    void extend([...holds.values()].filter((hold) => now - hold.extendedAtMs >= 2 * beatMs));
    if (holds.size > 0) arm();
  }

  async function extend(due: readonly Hold[]): Promise<void> {
    const askedAtMs = performance.now();
    const outcomes = await queue.extend(
      due.map((hold) => hold.message),
      queue.visibilitySeconds,
    );
    for (const [index, outcome] of outcomes.entries()) {
      const hold = due[index];
      if (hold !== undefined) judge(hold, outcome, askedAtMs);
    }
  }

  /** An answer counts only for the receipt that it was asked for, and only while the lease still waits for one. */
  function judge(hold: Hold, { message, error }: Outcome, askedAtMs: number): void {
    if (holds.get(message.id) !== hold || hold.message.receipt !== message.receipt || hold.settling) return;
    if (error === undefined) hold.extendedAtMs = askedAtMs;
    else if (error.code === 'TF-SQS-LEASE') lose(hold, error);
    else observer.failed('extend', error);
  }

  function lose(hold: Hold, reason: QueueError): void {
    drop(hold);
    hold.lost.abort(reason);
    observer.lost(hold.message, reason);
  }

  function drop(hold: Hold): void {
    holds.delete(hold.message.id);
    if (holds.size > 0) return;
    clearTimeout(timer);
    timer = undefined;
  }

  async function settle(hold: Hold): Promise<void> {
    hold.lost.signal.throwIfAborted();
    if (holds.get(hold.message.id) !== hold) return;
    try {
      await removeSurely(hold);
    } finally {
      drop(hold);
    }
  }

  async function removeSurely(hold: Hold): Promise<void> {
    const backoff = new Backoff(250, 5_000);
    for (let tries = 1; ; tries += 1) {
      const { message, error } = await remove(hold.message);
      if (error === undefined) return;
      const renewed = hold.message.receipt !== message.receipt;
      if (tries === DELETE_TRIES || !(error.transient || renewed)) throw error;
      await new Promise((resolve) => setTimeout(resolve, backoff.next()));
    }
  }

  async function release(hold: Hold, afterSeconds: number): Promise<void> {
    if (holds.get(hold.message.id) !== hold || hold.settling) return;
    drop(hold);
    const left = (LONGEST_MS - (performance.now() - hold.receivedAtMs)) / 1_000;
    const outcomes = await queue.release([hold.message], Math.floor(Math.min(afterSeconds, left)));
    for (const { error } of outcomes) if (error !== undefined) observer.failed('release', error);
  }

  function leaseOf(hold: Hold): Lease {
    return {
      get message() {
        return hold.message;
      },
      signal: hold.lost.signal,
      settle() {
        hold.settling ??= settle(hold);
        return hold.settling;
      },
      release: (afterSeconds) => release(hold, afterSeconds),
      [Symbol.asyncDispose]: () => release(hold, UNDECIDED_SECONDS),
    };
  }

  return {
    acquire(message) {
      const now = performance.now();
      const delivery = { message, receivedAtMs: now, extendedAtMs: now };
      const hold = holds.get(message.id);
      if (hold !== undefined) {
        Object.assign(hold, delivery);
        return undefined;
      }
      const fresh: Hold = { ...delivery, settling: undefined, lost: new AbortController() };
      holds.set(message.id, fresh);
      arm();
      return leaseOf(fresh);
    },
  };
}

function tooOld(url: string): QueueError {
  return new QueueError(`holding a message of ${url}`, named('LeaseTooOld', 'its 12 hours are nearly over'));
}
