import { Backoff } from '../../transports/backoff.ts';
import type { DeliveryError } from '../../transports/transport.ts';

/** Whether a destination takes frames. `blocked`: it will not until a person acts. */
export interface CircuitState {
  readonly state: 'up' | 'down' | 'blocked';
  /** Epoch milliseconds since when. */
  readonly since: number;
  /** Why it is not up, with the remedy where there is one. */
  readonly reason?: string;
}

/** How often a blocked destination is tried again, in case the person has acted. Milliseconds. */
const BLOCKED_MS = 30_000;
/** Whatever a destination asks for; a timer forgets waits beyond 24 days altogether. Milliseconds. */
const LONGEST_MS = 300_000;

/** Opens at the first failure and closes at the first success. Waits grow with jitter; there is no limit of tries. */
export class Circuit {
  private readonly backoff: Backoff;
  private readonly now: () => number;
  private current: CircuitState;
  private timer: NodeJS.Timeout | undefined;

  constructor(now: () => number = Date.now, backoff: Backoff = new Backoff(250, 30_000)) {
    this.now = now;
    this.backoff = backoff;
    this.current = { state: 'up', since: now() };
  }

  get state(): CircuitState {
    return this.current;
  }

  /** True while a failed destination is left in peace. */
  get waiting(): boolean {
    return this.timer !== undefined;
  }

  succeeded(): void {
    this.backoff.reset();
    if (this.current.state !== 'up') this.current = { state: 'up', since: this.now() };
  }

  /** Takes a failure; `retry` is called once when the destination may be tried again. */
  failed(error: DeliveryError, retry: () => void): void {
    const { fault } = error;
    const state = fault.kind === 'blocked' ? 'blocked' : 'down';
    const reason = fault.kind === 'blocked' ? `${error.message}; ${fault.remedy}` : error.message;
    // The same failure again is no news: whoever listens for changes hears of it once.
    if (this.current.state !== state) this.current = { state, since: this.now(), reason };
    else if (this.current.reason !== reason) this.current = { ...this.current, reason };
    if (this.timer !== undefined) return;
    const wait =
      fault.kind === 'blocked'
        ? BLOCKED_MS
        : Math.max(this.backoff.next(), fault.kind === 'retry' ? (fault.afterMs ?? 0) : 0);
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        retry();
      },
      Math.min(wait, LONGEST_MS),
    );
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
