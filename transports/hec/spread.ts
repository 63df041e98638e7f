import type { DeliveryError, FrameBlock } from '../transport.ts';
import type { Indexer } from './indexer.ts';

/**
 * Spreads blocks over indexers: each to the one that has the fewest under way, so that a slow one gets fewer. A block that
 * one does not take goes to the next at once; only when none takes it is that the caller's to know.
 */
export class Spread {
  private readonly indexers: readonly Indexer[];
  private turn = 0;
  private closed = false;

  /** @param indexers at least one */
  constructor(indexers: readonly Indexer[]) {
    this.indexers = indexers;
  }

  /** @throws {DeliveryError} of an indexer that time heals, where there is one; `aborted` when `signal` fires */
  async send(block: FrameBlock, signal: AbortSignal, aborted: DeliveryError): Promise<void> {
    const left = new Set(this.indexers);
    let failure: DeliveryError | undefined;
    for (let next = this.choose(left) ?? this.idlest(left); next !== undefined; next = this.choose(left)) {
      left.delete(next);
      const error = await next.send(block, signal, aborted).then(
        () => undefined,
        (thrown: DeliveryError) => thrown,
      );
      if (error === undefined) return;
      if (error.fault.kind === 'rejected' || signal.aborted || this.closed) throw error;
      failure = failure?.fault.kind === 'retry' ? failure : error;
    }
    throw failure ?? aborted;
  }

  close(fault: DeliveryError): void {
    this.closed = true;
    for (const indexer of this.indexers) indexer.close(fault);
  }

  private choose(left: ReadonlySet<Indexer>): Indexer | undefined {
    return this.idlest([...left].filter(({ isOpen }) => isOpen));
  }

  /** In turn where they have the same to do, so that all get their share of few events, too. */
  private idlest(indexers: Iterable<Indexer>): Indexer | undefined {
    const list = [...indexers];
    const from = list.length === 0 ? 0 : this.turn++ % list.length;
    const inTurn = [...list.slice(from), ...list.slice(0, from)];
    return inTurn.reduce<Indexer | undefined>(
      (least, next) => (least === undefined || next.load < least.load ? next : least),
      undefined,
    );
  }
}
