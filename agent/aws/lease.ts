import type { QueueError } from './errors.ts';
import type { QueueMessage } from './queue.ts';

/**
 * The hold on one received message: it stays hidden from other receivers until this lease ends. It ends by `settle`, by
 * `release`, or by being lost; what is called after that does nothing, but for `settle` of a lost lease.
 */
export interface Lease extends AsyncDisposable {
  /** The newest delivery of the message. */
  readonly message: QueueMessage;
  /**
   * Aborts when the lease is lost, with the `QueueError` that says why: SQS refused the receipt, or 12 hours are nearly
   * over. The work may end what it has begun and keep its watermark; another delivery will go on from there.
   */
  readonly signal: AbortSignal;
  /**
   * Deletes the message. Call it when all that the message announced is settled and that is durable. A delete waits a
   * few milliseconds for others to share a request with, and is tried again while SQS is busy or out of reach.
   * @throws {QueueError} when the message could not be deleted, or the lease is lost (`TF-SQS-LEASE`). The message will
   *   be delivered again, for the ledger to say that it is complete.
   */
  settle(): Promise<void>;
  /**
   * Gives the message back, to be delivered again after `afterSeconds`; 0 is at once. Never rejects: when SQS cannot be
   * told, the visibility timeout does the same later, and the observer hears of it.
   */
  release(afterSeconds: number): Promise<void>;
  /** Releases what was neither settled nor released, after a pause: whoever left it like that has failed. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** All leases of one queue. */
export interface Leases {
  /**
   * Takes hold of a message that was received just now. Undefined when it is held already, which is a second delivery of the same message:
   * its receipt goes to the lease that runs, and there is nothing to do.
   */
  acquire(message: QueueMessage): Lease | undefined;
}

/** Hears of what happens to leases while nobody waits for an answer. */
export interface LeaseObserver {
  /** SQS did not extend or release a message. Extending is tried again; a release comes about by itself. */
  failed(doing: 'extend' | 'release', error: QueueError): void;
  lost(message: QueueMessage, reason: QueueError): void;
}
