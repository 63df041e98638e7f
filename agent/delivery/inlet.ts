import { unlessAborted } from './abort.ts';
import { BLOCK_BYTES, Block, type BlockSize } from './block.ts';
import type { Lane } from './lane.ts';

/** How urgent the events of an object are. It counts only where a destination gets less than there is to send. */
export type Priority = 'high' | 'normal' | 'low';

/** Shares of the budget while all have something to send: nobody waits for ever. What one does not use the others get. */
export const SHARES: Readonly<Record<Priority, number>> = { high: 6, normal: 3, low: 1 };

/** All of them, the most urgent first. */
export const PRIORITIES = Object.keys(SHARES) as readonly Priority[];

export interface InletOptions {
  readonly priority: Priority;
  /** Bytes of closed blocks that wait at which lanes are held back. */
  readonly windowBytes: number;
  /** Whether all inlets together hold as much as they may. */
  readonly full: () => boolean;
  /** How long a block that is not full waits for more. Milliseconds. */
  readonly lingerMs: number;
  readonly blockSize: BlockSize;
  /** A block was closed. */
  readonly ready: () => void;
}

/**
 * The way into an outbox for all lanes of one priority: their one open block, and the closed ones that wait. Because the
 * open block is shared, small objects fill blocks together and a bounded pool cannot deadlock.
 */
export class Inlet {
  readonly priority: Priority;
  /** What it was given of the budget, in its own share's time. */
  served = 0;
  private readonly options: InletOptions;
  private block: Block;
  /** Blocks to use again: a window full, since a buffer thrown away lingers until the collector looks at it. */
  private readonly pool: Block[] = [];
  /** Closed blocks that wait, by sequence. */
  private readonly queue: Block[] = [];
  private sequence = 0;
  private heldBytes = 0;
  private waitingBytes = 0;
  private linger: NodeJS.Timeout | undefined;
  private readonly roomWaiters: (() => void)[] = [];

  constructor(options: InletOptions) {
    this.options = options;
    this.priority = options.priority;
    this.block = new Block(options.blockSize);
  }

  /** The block that goes next. */
  get next(): Block | undefined {
    return this.queue[0];
  }

  /** Bytes of closed blocks that have not been answered for. */
  get pendingBytes(): number {
    return this.heldBytes;
  }

  /** Closed blocks that have not been sent. */
  get waiting(): readonly Block[] {
    return this.queue;
  }

  /** Adds a frame to the open block. Never waits; `room` is what holds a lane back. */
  put(lane: Lane, ordinal: number, frame: string, logType = ''): void {
    if (!this.block.takes(frame.length)) this.flush();
    this.block.append(lane, ordinal, frame, logType);
    this.linger ??= setTimeout(() => this.flush(), this.options.lingerMs);
  }

  /** Records that make no frames: they settle with the frame before them, or at once. */
  pass(lane: Lane, first: number, last = first): void {
    if (this.block.join(lane, first, last)) return;
    lane.settled(first, last, { delivered: 0, filtered: last - first + 1, quarantined: 0 });
  }

  /**
   * Undefined when there is room; else resolves when there is. Call between chunks, not between records.
   * @throws the signal's reason when it aborts first
   */
  room(signal: AbortSignal): Promise<void> | undefined {
    if (this.roomy) return undefined;
    return unlessAborted(new Promise((resolve) => this.roomWaiters.push(resolve)), signal);
  }

  private get roomy(): boolean {
    return this.waitingBytes < this.options.windowBytes && !this.options.full();
  }

  /** Lets lanes go on if there is room. */
  wake(): void {
    if (this.roomWaiters.length > 0 && this.roomy) for (const resume of this.roomWaiters.splice(0)) resume();
  }

  /** Closes the open block. */
  flush(): void {
    this.rest();
    if (this.block.count === 0) return;
    this.block.sequence = this.sequence++;
    this.heldBytes += this.block.length;
    this.waitingBytes += this.block.length;
    this.queue.push(this.block);
    this.block = this.pool.pop() ?? new Block(this.options.blockSize);
    this.options.ready();
  }

  /** The open block waits for no clock any more. */
  rest(): void {
    clearTimeout(this.linger);
    this.linger = undefined;
  }

  /** Takes the next block out, to be sent. */
  shift(): Block | undefined {
    const block = this.queue.shift();
    this.waitingBytes -= block?.length ?? 0;
    this.wake();
    return block;
  }

  /** A block that has to be sent again goes to its old place. */
  putBack(block: Block): void {
    const at = this.queue.findIndex((other) => other.sequence > block.sequence);
    this.queue.splice(at < 0 ? this.queue.length : at, 0, block);
    this.waitingBytes += block.length;
  }

  /** A block is answered for, and all of it settled: its room is free. */
  recycle(block: Block): void {
    this.heldBytes -= block.length;
    block.reset();
    if (this.pool.length * BLOCK_BYTES < this.options.windowBytes) this.pool.push(block);
  }
}
