import { Backoff } from '../backoff.ts';

/** Why nobody may try now, and after how many milliseconds a try makes sense. */
export interface Refusal {
  readonly error: Error;
  readonly afterMs?: number;
}

/** Keeps a destination that let nobody in from being hammered: shut for a while after each failure, ever longer. */
export class Gate {
  private readonly backoff = new Backoff(1_000, 30_000);
  private shut: { readonly error: Error; readonly until: number } | undefined;

  /** `undefined` when the way is free. */
  refusal(): Refusal | undefined {
    const afterMs = this.shut === undefined ? 0 : this.shut.until - performance.now();
    return this.shut !== undefined && afterMs > 0 ? { error: this.shut.error, afterMs } : undefined;
  }

  /** Nobody was let in. Returns the milliseconds until the next try. */
  refused(error: Error): number {
    const afterMs = this.backoff.next();
    this.shut = { error, until: performance.now() + afterMs };
    return afterMs;
  }

  /** Somebody was let in. */
  entered(): void {
    this.shut = undefined;
  }

  /** A connection broke after it was let in; the next may be made at once. Returns the milliseconds until a resend makes sense. */
  broke(): number {
    return this.backoff.next();
  }

  delivered(): void {
    this.backoff.reset();
  }
}
