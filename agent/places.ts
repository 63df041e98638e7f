import PQueue from 'p-queue';
import type { Priority } from './delivery/inlet.ts';

/**
 * Where priorities count, so many times its places may wait at each priority: only what has been taken shows how urgent
 * it is. A message that waits costs its lease, and 640 leases (64 places) 16 requests in each third of a visibility timeout.
 */
const AHEAD = 10;

/**
 * Places of work. Each priority has as many of its own: work that waits for a destination's limit must not hold the
 * places of what may overtake it.
 */
export class Places {
  private readonly each: number;
  private readonly ahead: number;
  private readonly queues: ReadonlyMap<Priority, PQueue>;

  constructor(each: number, priorities: readonly Priority[] = ['normal']) {
    this.each = each;
    this.ahead = priorities.length > 1 ? AHEAD * each : 0;
    this.queues = new Map(priorities.map((priority) => [priority, new PQueue({ concurrency: each })]));
  }

  /** Places that are taken. */
  get pending(): number {
    return [...this.queues.values()].reduce((sum, { pending }) => sum + pending, 0);
  }

  /** Places that are free at the priority that has most of them; none while too much work waits for its place. */
  get free(): number {
    const queues = [...this.queues.values()];
    if (queues.some(({ size }) => size > this.ahead)) return 0;
    return Math.max(...queues.map(({ pending }) => this.each - pending));
  }

  /** Does some work as soon as there is a place for its priority. @throws the signal's reason when it aborts before that */
  async add(priority: Priority, act: () => Promise<void>, options: { signal?: AbortSignal } = {}): Promise<void> {
    const queue = this.queues.get(priority) ?? this.queues.get('normal');
    await queue?.add(act, options);
  }

  /** Resolves when any work has ended, whoever added it, or as soon as the signal aborts. */
  ended(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        for (const queue of this.queues.values()) queue.removeEventListener('next', end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      for (const queue of this.queues.values()) queue.addEventListener('next', end);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  }
}
