import type { FrameBlock } from '../../transports/transport.ts';
import type { Lane } from './lane.ts';

/** A run of records of one lane whose frames are in one block: what an acknowledgement settles. */
export interface Span {
  readonly lane: Lane;
  readonly first: number;
  last: number;
  /** Index in the block of the span's first frame. */
  readonly firstFrame: number;
  /** Frames of the span, one for each record that was not filtered. */
  frames: number;
}

/** Bytes of a block: small enough to pass through V8 and OpenSSL at full speed, large enough to be rare. */
export const BLOCK_BYTES = 256 * 1024;
const MOST_FRAMES = 2048;

/**
 * A pooled buffer of ready frames for one destination, with the spans that say whose they are. The unit that travels:
 * nothing between the conversion and the acknowledgement is done record by record.
 */
export class Block implements FrameBlock {
  private bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  ends = new Uint32Array(MOST_FRAMES);
  /** Ordinal of each frame's record within its lane. */
  private ordinals = new Uint32Array(MOST_FRAMES);
  private readonly spans: Span[] = [];
  private used = 0;
  count = 0;
  /** Place in the order in which a destination's blocks were closed. */
  sequence = 0;
  /** How often it has been handed to the transport. */
  tries = 0;

  get data(): Buffer {
    return this.bytes.subarray(0, this.used);
  }

  get length(): number {
    return this.used;
  }

  /** Whether a frame of this many bytes still goes in. A frame larger than a block has a block to itself. */
  takes(length: number): boolean {
    return this.count === 0 || (this.used + length <= this.bytes.length && this.count < MOST_FRAMES);
  }

  /** Puts a frame behind the others. `frame` is a byte string for which `takes` said true. */
  append(lane: Lane, ordinal: number, frame: string): void {
    if (frame.length > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(frame.length);
    this.used += this.bytes.write(frame, this.used, 'latin1');
    this.ends[this.count] = this.used;
    this.ordinals[this.count] = ordinal;
    this.extend(lane, ordinal, 1);
    this.count += 1;
  }

  /** Lets records without frames settle together with the frame before them; false when the last frame is not their lane's. */
  join(lane: Lane, first: number, last = first): boolean {
    const span = this.spans.at(-1);
    if (span?.lane !== lane || span.last !== first - 1) return false;
    span.last = last;
    return true;
  }

  private extend(lane: Lane, ordinal: number, frames: number): void {
    const span = this.spans.at(-1);
    if (span?.lane === lane && span.last === ordinal - 1) {
      span.last = ordinal;
      span.frames += frames;
    } else this.spans.push({ lane, first: ordinal, last: ordinal, firstFrame: this.count, frames });
  }

  /** Calls back once for each span. */
  settle(each: (span: Span) => void): void {
    for (const span of this.spans) each(span);
  }

  /** Whose frame this is, and which record of the lane. */
  owner(frame: number): { lane: Lane; ordinal: number; text: Buffer } | undefined {
    const span = this.spans.find(({ firstFrame, frames }) => frame >= firstFrame && frame < firstFrame + frames);
    const ordinal = this.ordinals[frame];
    if (span === undefined || ordinal === undefined) return undefined;
    return {
      lane: span.lane,
      ordinal,
      text: this.data.subarray(frame === 0 ? 0 : this.ends[frame - 1], this.ends[frame]),
    };
  }

  /** Makes the block as new. A buffer that had to grow for one huge frame is given back. */
  reset(): void {
    if (this.bytes.length > BLOCK_BYTES) this.bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.spans.length = 0;
    this.used = 0;
    this.count = 0;
    this.tries = 0;
  }
}
