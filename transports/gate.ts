import { Backoff } from './backoff.ts';

/** Why nobody may try now, and after how many milliseconds a try makes sense. */
export interface Refusal {
  readonly error: Error;
  readonly afterMs?: number;
}

/** Keeps a destination that is down from being hammered: shut for a while after each failure, ever longer. */
export class Gate {
  private readonly backoff = new Backoff(1_000, 30_000);
  private until = Number.NEGATIVE_INFINITY;
  private shutBy: Error | undefined;

  /** `undefined` when the way is free. */
  refusal(): Refusal | undefined {
    const afterMs = this.until - performance.now();
    return this.shutBy !== undefined && afterMs > 0 ? { error: this.shutBy, afterMs } : undefined;
  }

  /** Nobody was let in. Returns the milliseconds until the next try. */
  refused(error: Error): number {
    this.shutBy = error;
    return this.broke();
  }

  /** Somebody was let in. */
  entered(): void {
    this.shutBy = undefined;
  }

  /**
   * A connection broke after it was let in; the next may be made at once. Returns the milliseconds until a resend makes
   * sense. All that fails within that time is one failure: a peer that dies breaks several connections, and refuses more.
   */
  broke(): number {
    const now = performance.now();
    if (now >= this.until) this.until = now + this.backoff.next();
    return this.until - now;
  }

  delivered(): void {
    this.backoff.reset();
  }
}
