import type { Delivery } from '../delivery.ts';
import type { FrameBlock } from '../transport.ts';
import { syslogFrameLength } from './frame.ts';

/** A block on its way over one session: how much of it is written, and what has been answered. */
export class Batch {
  readonly block: FrameBlock;
  readonly delivery: Delivery;
  /** Frames written, from the first. */
  written = 0;
  /** Place in the session of its first frame, once that is written. */
  firstPlace = 0;
  /** Frames that the server refused, in the order of its answers. */
  readonly refused: number[] = [];
  /** What the server said to the first one. */
  refusal = '';
  private readonly known: Uint8Array;
  private answered = 0;

  constructor(block: FrameBlock, delivery: Delivery) {
    this.block = block;
    this.delivery = delivery;
    this.known = new Uint8Array(block.count);
  }

  get begun(): boolean {
    return this.written > 0;
  }

  get whole(): boolean {
    return this.written === this.block.count;
  }

  /** Every frame has its answer. */
  get done(): boolean {
    return this.answered === this.block.count;
  }

  /** Notes the answer to a frame. Returns false when that frame was not written, or has been answered. */
  answer(frame: number): boolean {
    if (frame >= this.written || this.known[frame] === 1) return false;
    this.known[frame] = 1;
    this.answered += 1;
    return true;
  }

  refuse(frame: number, words: string): void {
    if (this.refused.length === 0) this.refusal = words;
    this.refused.push(frame);
  }

  start(frame: number): number {
    return this.block.ends[frame - 1] ?? 0;
  }

  end(frame: number): number {
    return this.block.ends[frame] ?? 0;
  }

  /** Octets of a frame on the wire. */
  length(frame: number, txnr: number): number {
    return syslogFrameLength(txnr, this.end(frame) - this.start(frame));
  }
}
