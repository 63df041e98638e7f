/** One indexer behind a HEC stub: its channels, the ids on them, and the events it has indexed or lost. */
import type { HecEvent } from './hec-events.ts';

interface StubChannel {
  nextId: number;
  /** False until indexed; an id is forgotten when it has been confirmed. */
  readonly ids: Map<number, boolean>;
  usedMs: number;
}

export interface Batch {
  readonly events: readonly HecEvent[];
  readonly channel: string | undefined;
  readonly ackId: number | undefined;
}

export class HecNode {
  private channels = new Map<string, StubChannel>();
  private epoch = 0;
  private readonly idleMs: number;

  constructor(idleMs = Number.POSITIVE_INFINITY) {
    this.idleMs = idleMs;
  }

  /** Takes the next id of a channel, which must be one of `confirm`'s later questions. */
  nextId(name: string): number {
    const channel = this.channel(name);
    channel.ids.set(channel.nextId, false);
    return channel.nextId++;
  }

  /** Ids that a channel holds: confirmed ones are forgotten. */
  held(name: string): number {
    return this.channel(name).ids.size;
  }

  /** Indexes a batch after a while, unless the node has been restarted: what it held in memory is gone then. */
  index(batch: Batch, delayMs: number, indexed: (batch: Batch) => void): void {
    const { epoch } = this;
    const finish = (): void => {
      if (this.epoch !== epoch) return;
      indexed(batch);
      if (batch.channel !== undefined && batch.ackId !== undefined) {
        this.channels.get(batch.channel)?.ids.set(batch.ackId, true);
      }
    };
    if (delayMs === 0) finish();
    else setTimeout(finish, delayMs);
  }

  /** True once for each indexed id; false for pending, unknown, other and already confirmed ones. Measured on 10.4.3. */
  confirm(name: string, ids: readonly unknown[]): Record<string, boolean> {
    const channel = this.channel(name);
    return Object.fromEntries(
      ids.map((id) => {
        const done = typeof id === 'number' && channel.ids.get(id) === true;
        if (done) channel.ids.delete(id);
        return [String(id), done];
      }),
    );
  }

  /** Channels and ids are memory only: after a restart they begin anew, and events not yet indexed are lost. */
  restart(): void {
    this.epoch += 1;
    this.channels = new Map();
  }

  private channel(name: string): StubChannel {
    const known = this.channels.get(name);
    const fresh = known === undefined || Date.now() - known.usedMs > this.idleMs;
    const channel = fresh ? { nextId: 0, ids: new Map<number, boolean>(), usedMs: 0 } : known;
    channel.usedMs = Date.now();
    this.channels.set(name, channel);
    return channel;
  }
}
