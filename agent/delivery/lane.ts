import type { LaneAccount, ObjectVersion } from './account.ts';
import { type Outcome, Tracker } from './tracker.ts';

/**
 * One object on its way to one destination: settles records as blocks are answered for, and knows when the last one
 * has been. The number of records is known only when the object has been read to its end.
 */
export class Lane {
  readonly object: ObjectVersion;
  readonly destination: string;
  /** Number of records, from the first, that have been handed over: to the outbox, a filter or quarantine. */
  offered: number;
  private readonly tracker: Tracker;
  private readonly onAdvance: (lane: Lane) => void;
  private total: number | undefined;
  private readonly waiters = new Set<() => void>();
  private resends: number;

  constructor(start: LaneAccount, onAdvance: (lane: Lane) => void) {
    this.object = start.object;
    this.destination = start.destination;
    this.offered = start.watermark;
    this.tracker = new Tracker(start.watermark, start);
    this.resends = start.resent;
    this.total = start.complete ? start.watermark : undefined;
    this.onAdvance = onAdvance;
  }

  get watermark(): number {
    return this.tracker.watermark;
  }

  /** Nothing that was handed over is still on its way. */
  get atRest(): boolean {
    return this.tracker.watermark >= this.offered;
  }

  /** The object has been read to its end: there is nothing more to hand over. */
  get readToEnd(): boolean {
    return this.total !== undefined;
  }

  get complete(): boolean {
    return this.total !== undefined && this.tracker.watermark >= this.total;
  }

  settled(first: number, last: number, outcome: Outcome): void {
    this.tracker.settled(first, last, outcome);
    this.onAdvance(this);
    for (const look of this.waiters) look();
  }

  /** These frames are about to be sent once more: the destination may have had them already. */
  resent(frames: number): void {
    this.resends += frames;
  }

  /** The object has been read to its end and held this many records. */
  ended(records: number): void {
    this.total = records;
  }

  /**
   * Resolves when everything that was handed over is settled; after `ended` that is the whole object.
   * @throws the signal's reason when it is aborted first
   */
  rest(signal: AbortSignal): Promise<void> {
    if (this.atRest) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.atRest) end(resolve);
      };
      const abort = (): void => end(() => reject(signal.reason));
      const end = (act: () => void): void => {
        signal.removeEventListener('abort', abort);
        this.waiters.delete(look);
        act();
      };
      this.waiters.add(look);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
    });
  }

  /** The account as it stands: what a checkpoint records. */
  account(): LaneAccount {
    const { object, destination, watermark } = this;
    return { object, destination, watermark, ...this.tracker.outcome, resent: this.resends, complete: this.complete };
  }
}
