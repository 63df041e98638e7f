import type { Outbox } from './delivery/outbox.ts';

/** How long work that has not begun waits for a destination that is down, before its message is given back. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 250;

/** A destination has been down for so long that messages are better kept in the queue. */
export class DestinationDown extends Error {
  override readonly name = 'DestinationDown';
}

/** Whether the destinations of one queue take frames. While one does not, nothing is received. */
export class Gate {
  private readonly outboxes: readonly Outbox[];
  private patience = new AbortController();
  private downSince: number | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(outboxes: readonly Outbox[]) {
    this.outboxes = outboxes;
    this.timer = setInterval(() => this.look(), LOOK_MS);
    this.timer.unref();
  }

  get open(): boolean {
    return this.outboxes.every((outbox) => outbox.state.state === 'up');
  }

  /** Aborts when a destination has been down for a minute: what has not begun by then need not be held. */
  get patienceEnds(): AbortSignal {
    return this.patience.signal;
  }

  private look(): void {
    if (this.open) {
      this.downSince = undefined;
      if (this.patience.signal.aborted) this.patience = new AbortController();
      return;
    }
    this.downSince ??= performance.now();
    if (performance.now() - this.downSince >= PATIENCE_MS && !this.patience.signal.aborted) {
      this.patience.abort(new DestinationDown('a destination has been down for a minute'));
    }
  }

  /** Resolves while all destinations take frames. @throws the signal's reason */
  async passable(signal: AbortSignal): Promise<void> {
    while (!this.open) {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    signal.throwIfAborted();
  }

  close(): void {
    clearInterval(this.timer);
  }
}
