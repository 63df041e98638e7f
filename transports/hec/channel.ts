import { randomUUID } from 'node:crypto';
import type { DeliveryError } from '../transport.ts';
import type { Receipt } from './receipt.ts';

interface Outstanding {
  readonly receipt: Receipt;
  /** Epoch milliseconds from when on we no longer wait for it. */
  dueMs: number;
}

/**
 * One HEC channel: a GUID, and the acknowledgement ids that Splunk has given on it and not yet confirmed. Splunk counts
 * ids from 0 on each channel, keeps them in memory only, and confirms each of them once.
 * https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/about-http-event-collector-indexer-acknowledgment
 */
export class Channel {
  readonly id = randomUUID();
  private readonly outstanding = new Map<number, Outstanding>();
  private lastId = -1;

  get waiting(): number {
    return this.outstanding.size;
  }

  /** Whether an id should have been confirmed by now. */
  overdue(nowMs: number): boolean {
    return [...this.outstanding.values()].some(({ dueMs }) => dueMs <= nowMs);
  }

  /** Waits for what is outstanding until `dueMs` at most: it may never be confirmed. */
  doubt(dueMs: number): void {
    for (const entry of this.outstanding.values()) entry.dueMs = Math.min(entry.dueMs, dueMs);
  }

  ids(): number[] {
    return [...this.outstanding.keys()];
  }

  /**
   * Keeps an id until it is confirmed. False, and not kept, when the id does not follow the earlier ones while some of
   * them are outstanding: the indexer has begun to count anew, and its ids now mean other events than ours.
   */
  expect(ackId: number, receipt: Receipt, dueMs: number): boolean {
    if (ackId <= this.lastId && this.outstanding.size > 0) return false;
    this.lastId = ackId;
    this.outstanding.set(ackId, { receipt, dueMs });
    receipt.expect();
    return true;
  }

  /** Settles the ids that the ack endpoint says `true` for; anything but `true` is no confirmation. */
  confirm(acks: Readonly<Record<string, unknown>>): number {
    const before = this.outstanding.size;
    for (const [ackId, { receipt }] of this.outstanding) {
      if (acks[String(ackId)] !== true) continue;
      this.outstanding.delete(ackId);
      receipt.settle();
    }
    return before - this.outstanding.size;
  }

  /** Fails all that is outstanding. */
  abandon(fault: DeliveryError): void {
    for (const { receipt } of this.outstanding.values()) receipt.fail(fault);
    this.outstanding.clear();
  }
}
