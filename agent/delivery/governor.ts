/** How much a destination may be given. At least one of them. */
export interface RateLimit {
  readonly eventsPerSecond?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
}

/** What is given at a time: this much of a second, or one event. QRadar holds a licence against each half second. */
const SLICE_MS = 50;
/** Lateness that is made up for. A timer comes late by a few milliseconds, and under load by more. */
const CATCH_UP_MS = 100;

/**
 * Paces what a destination is given; drops nothing. A token bucket that works by debt: whatever was given is paid for
 * in time before the next may go, so the rate is exact however large a block is. In any one second a destination gets
 * 15 % more than its limit at most, in ten seconds 1.5 %.
 */
export class Governor {
  /** Most that one block should hold. */
  readonly slice: { readonly frames: number; readonly bytes: number };
  private readonly msPerEvent: number;
  private readonly msPerByte: number;
  private readonly now: () => number;
  /** When all that was given is paid for. */
  private paidAt = Number.NEGATIVE_INFINITY;

  /** @param now a monotonic clock, milliseconds */
  constructor({ eventsPerSecond, bytesPerSecond }: RateLimit, now: () => number = () => performance.now()) {
    this.msPerEvent = eventsPerSecond === undefined ? 0 : 1000 / eventsPerSecond;
    this.msPerByte = bytesPerSecond === undefined ? 0 : 1000 / bytesPerSecond;
    this.slice = { frames: amountIn(SLICE_MS, this.msPerEvent), bytes: amountIn(SLICE_MS, this.msPerByte) };
    this.now = now;
  }

  /** Milliseconds until the next block may go; 0 when it may go now. */
  wait(): number {
    return Math.max(0, this.paidAt - this.now());
  }

  /** A block goes. */
  spend(frames: number, bytes: number): void {
    this.paidAt = Math.max(this.paidAt, this.now() - CATCH_UP_MS) + this.cost(frames, bytes);
  }

  /** How long the limit allows for it: the scarcer of the two budgets counts. Milliseconds. */
  cost(frames: number, bytes: number): number {
    return Math.max(frames * this.msPerEvent, bytes * this.msPerByte);
  }
}

/** As much as the time pays for, but one at least. */
function amountIn(ms: number, msEach: number): number {
  return msEach === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(ms / msEach));
}
