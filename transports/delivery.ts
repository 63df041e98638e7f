import type { FrameBlock } from './transport.ts';

/** A block on its way, not yet answered for. */
export interface Delivery {
  /** All its frames. */
  readonly bytes: Buffer;
  /** Answers the caller: delivered, or the fault. Only the first call counts. */
  settle(fault?: Error): void;
}

/** Who takes a delivery over. */
export interface Carrier {
  start(delivery: Delivery): void;
  /** The caller gave it up: from now on its bytes may be overwritten. */
  abandon(delivery: Delivery): void;
}

/** Makes a delivery of a block and hands it over. Resolves or rejects when it is settled. @throws the signal's reason */
export function deliver(block: FrameBlock, signal: AbortSignal, carrier: Carrier): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = () => {
      carrier.abandon(delivery);
      delivery.settle(signal.reason);
    };
    const delivery: Delivery = {
      bytes: block.data.subarray(0, block.ends[block.count - 1]),
      settle: (fault) => {
        signal.removeEventListener('abort', onAbort);
        if (fault === undefined) resolve();
        else reject(fault);
      },
    };
    signal.addEventListener('abort', onAbort, { once: true });
    carrier.start(delivery);
  });
}
