import type { DeliveryError } from '../transport.ts';

/**
 * What one block waits for: that its requests are over, and the acknowledgements they brought. The first failure decides
 * for the whole block and ends the request under way.
 */
export class Receipt {
  private readonly answered = Promise.withResolvers<void>();
  private readonly stop = new AbortController();
  private waiting = 0;

  /** Resolves when all that was expected is settled. */
  get done(): Promise<void> {
    return this.answered.promise;
  }

  /** Fires at a failure. */
  get signal(): AbortSignal {
    return this.stop.signal;
  }

  expect(): void {
    this.waiting += 1;
  }

  settle(): void {
    this.waiting -= 1;
    if (this.waiting === 0) this.answered.resolve();
  }

  fail(fault: DeliveryError): void {
    this.stop.abort(fault);
    this.answered.reject(fault);
  }
}
