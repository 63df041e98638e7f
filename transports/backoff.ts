/**
 * Full-jitter backoff: a random wait below a bound that doubles from `firstMs` to `mostMs`. Two thirds of the bound at
 * least, so that a dead destination is never hammered.
 * https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export class Backoff {
  private readonly firstMs: number;
  private readonly mostMs: number;
  private readonly random: () => number;
  private failures = 0;

  constructor(firstMs: number, mostMs: number, random: () => number = Math.random) {
    this.firstMs = firstMs;
    this.mostMs = mostMs;
    this.random = random;
  }

  /** The wait before the next try, in milliseconds. There is no limit of tries. */
  next(): number {
    const bound = Math.min(this.mostMs, this.firstMs * 2 ** Math.min(this.failures, 30));
    this.failures += 1;
    return Math.round(bound * (2 / 3 + this.random() / 3));
  }

  reset(): void {
    this.failures = 0;
  }
}
