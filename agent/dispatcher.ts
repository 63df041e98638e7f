import { Backoff } from '../transports/backoff.ts';
import { QueueError } from './aws/errors.ts';
import type { Lease, Leases } from './aws/lease.ts';
import type { NotificationQueue, QueueMessage } from './aws/queue.ts';
import type { Priority } from './delivery/inlet.ts';
import type { StopSignals } from './pipeline.ts';
import type { Places } from './places.ts';

/** What became of a message: it may be deleted, or it stays in the queue and comes again after a pause. */
export type Verdict =
  | { readonly kind: 'settled' | 'notice'; readonly what: string }
  | { readonly kind: 'return'; readonly code: string; readonly message: string; readonly afterSeconds: number };

/** Does what one message asks for. Never rejects. */
export type HandleMessage = (message: QueueMessage, stop: StopSignals) => Promise<Verdict>;

/** What a dispatcher tells of its messages. Codes and kinds are of bounded sets. */
export interface DispatcherObserver {
  received(messages: readonly QueueMessage[]): void;
  ended(verdict: Verdict): void;
  /** Receiving failed, or works again. */
  receive(error: QueueError | undefined): void;
}

export interface DispatcherParts {
  readonly queue: NotificationQueue;
  readonly leases: Leases;
  readonly handle: HandleMessage;
  /** Messages that may be held at a time. */
  readonly places: Places;
  readonly priorityOf: (message: QueueMessage) => Priority;
  /** Resolves while all destinations of the queue take frames. @throws the signal's reason */
  readonly destinationsUp: (signal: AbortSignal) => Promise<void>;
  readonly observer: DispatcherObserver;
}

/** SQS's longest wait. With `once`, one wait this short tells that a queue is drained. */
const WAIT_SECONDS = 20;
const ONCE_WAIT_SECONDS = 2;
const BATCH = 10;
/** With `once`, so many receives that fail in a row end the run. */
const ONCE_TRIES = 5;

const STOPPED = new Error('the agent is stopping');

/**
 * Messages of one queue in, places of work out. Receives only as many as there are free places, and nothing while a
 * destination is down: each receive counts towards the queue's dead-letter limit.
 */
export class Dispatcher {
  private readonly parts: DispatcherParts;
  private readonly soft = new AbortController();
  private readonly hard = new AbortController();
  private readonly backoff = new Backoff(500, 30_000);
  private readonly work = new Set<Promise<void>>();
  /** Ids of messages that were given back and have not been settled since. */
  private readonly givenBack = new Set<string>();

  constructor(parts: DispatcherParts) {
    this.parts = parts;
  }

  /**
   * Receives until `stop`, or with `once` until the queue gives nothing more and all work is done.
   * @returns how many of the messages it had are in the queue still
   * @throws {QueueError} with `once`, when receiving fails again and again
   */
  async run(once: boolean): Promise<number> {
    if (once) await this.drain();
    else await this.receiveOn();
    await Promise.all(this.work);
    return this.givenBack.size;
  }

  private async receiveOn(): Promise<void> {
    while (!this.soft.signal.aborted) {
      const received = await this.receive(WAIT_SECONDS);
      if (received instanceof QueueError) await this.pause(received);
    }
  }

  private async drain(): Promise<void> {
    let failures = 0;
    while (!this.soft.signal.aborted) {
      const received = await this.receive(ONCE_WAIT_SECONDS);
      failures = received instanceof QueueError ? failures + 1 : 0;
      if (received instanceof QueueError) {
        if (!received.transient || failures >= ONCE_TRIES) throw received;
        await this.pause(received);
      }
      if (received !== 0) continue;
      if (this.work.size === 0) return;
      await Promise.race(this.work);
    }
  }

  /** @returns number of messages, why receiving failed, or undefined when it was stopped or there was no place */
  private async receive(waitSeconds: number): Promise<number | QueueError | undefined> {
    const { places, queue, observer, destinationsUp } = this.parts;
    try {
      await destinationsUp(this.soft.signal);
      const { free } = places;
      if (free <= 0) await places.ended(this.soft.signal);
      if (free <= 0 || this.soft.signal.aborted) return undefined;
      const messages = await queue.receive(Math.min(BATCH, free), waitSeconds, this.soft.signal);
      this.backoff.reset();
      observer.receive(undefined);
      observer.received(messages);
      for (const message of messages) this.begin(message);
      return messages.length;
    } catch (error) {
      if (this.soft.signal.aborted) return undefined;
      if (!(error instanceof QueueError)) throw error;
      observer.receive(error);
      return error;
    }
  }

  private pause({ retryAfterSeconds }: QueueError): Promise<void> {
    return pause(Math.max(this.backoff.next(), retryAfterSeconds * 1000), this.soft.signal);
  }

  private begin(message: QueueMessage): void {
    const lease = this.parts.leases.acquire(message);
    if (lease === undefined) return;
    const { places, priorityOf } = this.parts;
    const work = places.add(priorityOf(message), () => this.one(lease)).finally(() => this.work.delete(work));
    this.work.add(work);
  }

  private async one(lease: Lease): Promise<void> {
    const reading = AbortSignal.any([lease.signal, this.soft.signal]);
    const waiting = AbortSignal.any([lease.signal, this.hard.signal]);
    const verdict = await this.parts.handle(lease.message, { reading, waiting });
    if (verdict.kind === 'return') await lease.release(verdict.afterSeconds);
    const ended = verdict.kind === 'return' ? verdict : await this.delete(lease, verdict);
    if (ended.kind === 'return') this.givenBack.add(lease.message.id);
    else this.givenBack.delete(lease.message.id);
    this.parts.observer.ended(ended);
  }

  /** A delete that fails leaves the message to come again; the ledger then says at once that it is settled. */
  private async delete(lease: Lease, verdict: Verdict): Promise<Verdict> {
    try {
      await lease.settle();
      return verdict;
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      const { code, message } = error;
      return { kind: 'return', code, message, afterSeconds: 0 };
    }
  }

  /** Takes nothing more and reads no further; waits up to `graceMs` for answers, then lets go. Messages go back. */
  async stop(graceMs: number): Promise<void> {
    this.soft.abort(STOPPED);
    const timer = setTimeout(() => this.hard.abort(STOPPED), graceMs);
    await Promise.all(this.work);
    clearTimeout(timer);
  }
}

/** Resolves after `ms`, or as soon as the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
