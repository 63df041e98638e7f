import type { QueueError } from './errors.ts';

/** One delivery of a message. The same message may be delivered again, with another receipt. */
export interface QueueMessage {
  /** Stays the same over all deliveries. */
  readonly id: string;
  /** Names this delivery to SQS. The newest one counts. */
  readonly receipt: string;
  readonly body: string;
  /** How often the message was delivered, this time included; at the limit of the queue it goes to the dead letters. */
  readonly receiveCount: number;
  /** When it was sent to the queue, epoch milliseconds by the clock of SQS. */
  readonly sentAtMs: number;
  /** When it came here, epoch milliseconds by the clock of this host. Its visibility timeout began at or before. */
  readonly receivedAtMs: number;
}

/** What became of one message in a batch: `error` is missing when SQS did what was asked. */
export interface Outcome {
  readonly message: QueueMessage;
  readonly error?: QueueError;
}

/** Approximate numbers of messages, as SQS keeps them. */
export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** How the queue is set up, for the audit at the start. */
export interface QueuePolicy {
  readonly arn: string;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  /** Where messages go that were delivered too often; undefined when they are delivered for ever. */
  readonly deadLetters: { readonly arn: string; readonly maxReceiveCount: number } | undefined;
}

/**
 * An SQS standard queue of notifications. Delivery is at least once and in no order.
 *
 * `extend`, `remove` and `release` take any number of messages, never reject, and answer for each one, in the order
 * given: a call that failed as a whole is a failure of each of its messages.
 */
export interface NotificationQueue {
  readonly url: string;
  /** Seconds for which a received message is hidden from other receivers. */
  readonly visibilitySeconds: number;
  /**
   * Waits up to `waitSeconds` (at most 20) for a message and takes at most `max` (at most 10).
   * @throws {QueueError}
   * @throws the signal's reason when it aborts
   */
  receive(max: number, waitSeconds: number, signal: AbortSignal): Promise<readonly QueueMessage[]>;
  /** Hides messages for `seconds` from now, 12 hours after the receive at most. */
  extend(messages: readonly QueueMessage[], seconds: number): Promise<readonly Outcome[]>;
  /** Deletes messages. The only act of the agent that cannot be undone. */
  remove(messages: readonly QueueMessage[]): Promise<readonly Outcome[]>;
  /** Gives messages back, to be delivered again after `afterSeconds`. */
  release(messages: readonly QueueMessage[], afterSeconds: number): Promise<readonly Outcome[]>;
  /** @throws {QueueError} */
  depth(signal: AbortSignal): Promise<QueueDepth>;
  /** @throws {QueueError} */
  policy(signal: AbortSignal): Promise<QueuePolicy>;
}
