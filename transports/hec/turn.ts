/** Lets one task at a time use a connection, in the order they came; an urgent one goes first. */
export class Turn {
  private readonly queue: (() => void)[] = [];
  private taken = false;

  /** Tasks that wait or run. */
  get load(): number {
    return this.queue.length + (this.taken ? 1 : 0);
  }

  /** Resolves when it is our turn; `release` must follow. */
  take(urgency?: 'urgent'): Promise<void> {
    if (!this.taken) {
      this.taken = true;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      if (urgency === 'urgent') this.queue.unshift(resolve);
      else this.queue.push(resolve);
    });
  }

  release(): void {
    const next = this.queue.shift();
    if (next === undefined) this.taken = false;
    else next();
  }
}
