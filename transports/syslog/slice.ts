const QUICK_MS = 1_000;
const SLOW_MS = 2_500;

/**
 * How many bytes one connection may carry before it has to be confirmed. A receiver that confirms quickly gets more, so
 * that a fast link stays busy while the other connection is being confirmed; one that is slow gets less, so that it can
 * read all of it before it would be given up.
 */
export class Slice {
  private readonly mostBytes: number;
  private bytes: number;

  constructor(firstBytes: number, mostBytes: number) {
    this.bytes = firstBytes;
    this.mostBytes = mostBytes;
  }

  /** A connection that has carried this many bytes takes no more. One block it takes in any case. */
  get limit(): number {
    return this.bytes;
  }

  /** @param ms from the end of the session to its answer */
  answered(ms: number): void {
    if (ms < QUICK_MS) this.bytes = Math.min(this.mostBytes, this.bytes * 2);
    if (ms > SLOW_MS) this.bytes = Math.ceil(this.bytes / 2);
  }

  unanswered(): void {
    this.bytes = Math.ceil(this.bytes / 8);
  }
}
