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
  /** Log type of all its records. */
  readonly logType: string;
}

/** Frames and their bytes. */
export interface Volume {
  readonly events: number;
  readonly bytes: number;
}

/** Most that a block may hold. */
export interface BlockSize {
  readonly frames: number;
  readonly bytes: number;
}

/** Bytes of a block: small enough to pass through V8 and OpenSSL at full speed, large enough to be rare. */
export const BLOCK_BYTES = 256 * 1024;
const MOST_FRAMES = 2048;
/** Buffers of blocks that hold few frames begin with this much for each, and grow. */
const BYTES_PER_FRAME = 1024;

/** As much as pays; less only where a destination may be given less at a time. */
export const WHOLE_BLOCK: BlockSize = { frames: MOST_FRAMES, bytes: BLOCK_BYTES };

/**
 * A pooled buffer of ready frames for one destination, with the spans that say whose they are. The unit that travels:
 * nothing between the conversion and the acknowledgement is done record by record.
 */
export class Block implements FrameBlock {
  readonly ends: Uint32Array;
  private readonly most: BlockSize;
  private bytes: Buffer;
  /** Ordinal of each frame's record within its lane. */
  private readonly ordinals: Uint32Array;
  private readonly spans: Span[] = [];
  private used = 0;
  count = 0;
  /** Place in the order in which a destination's blocks were closed. */
  sequence = 0;
  /** How often it has been handed to the transport. */
  tries = 0;

  constructor(most: BlockSize = WHOLE_BLOCK) {
    this.most = most;
    this.ends = new Uint32Array(most.frames);
    this.ordinals = new Uint32Array(most.frames);
    this.bytes = Buffer.allocUnsafeSlow(Math.min(most.bytes, most.frames * BYTES_PER_FRAME));
  }

  get data(): Buffer {
    return this.bytes.subarray(0, this.used);
  }

  get length(): number {
    return this.used;
  }

  /** Whether a frame of this many bytes still goes in. A frame larger than a block has a block to itself. */
  takes(length: number): boolean {
    return this.count === 0 || (this.used + length <= this.most.bytes && this.count < this.most.frames);
  }

  /** Puts a frame behind the others. `frame` is a byte string for which `takes` said true. */
  append(lane: Lane, ordinal: number, frame: string, logType = ''): void {
    if (this.used + frame.length > this.bytes.length) this.grow(this.used + frame.length);
    this.used += this.bytes.write(frame, this.used, 'latin1');
    this.ends[this.count] = this.used;
    this.ordinals[this.count] = ordinal;
    this.extend(lane, ordinal, logType);
    this.count += 1;
  }

  /** To what is needed, and in larger steps as long as the block may be filled further. */
  private grow(needed: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.most.bytes, 2 * this.bytes.length)));
    this.bytes.copy(bytes, 0, 0, this.used);
    this.bytes = bytes;
  }

  /** Lets records without frames settle together with the frame before them; false when the last frame is not their lane's. */
  join(lane: Lane, first: number, last = first): boolean {
    const span = this.spans.at(-1);
    if (span?.lane !== lane || span.last !== first - 1) return false;
    span.last = last;
    return true;
  }

  private extend(lane: Lane, ordinal: number, logType: string): void {
    const span = this.spans.at(-1);
    if (span?.lane === lane && span.last === ordinal - 1 && span.logType === logType) {
      span.last = ordinal;
      span.frames += 1;
    } else this.spans.push({ lane, first: ordinal, last: ordinal, firstFrame: this.count, frames: 1, logType });
  }

  /** Calls back once for each span. */
  settle(each: (span: Span) => void): void {
    for (const span of this.spans) each(span);
  }

  /** What the block holds by log type, without these frames. */
  volumes(without: ReadonlySet<number>): ReadonlyMap<string, Volume> {
    const volumes = new Map<string, Volume>();
    for (const { logType, firstFrame, frames } of this.spans) {
      let { events, bytes } = volumes.get(logType) ?? { events: 0, bytes: 0 };
      events += frames;
      bytes += this.start(firstFrame + frames) - this.start(firstFrame);
      for (const frame of without) {
        if (frame < firstFrame || frame >= firstFrame + frames) continue;
        events -= 1;
        bytes -= this.start(frame + 1) - this.start(frame);
      }
      volumes.set(logType, { events, bytes });
    }
    return volumes;
  }

  private start(frame: number): number {
    return frame === 0 ? 0 : (this.ends[frame - 1] ?? 0);
  }

  /** Whose frame this is, and which record of the lane. */
  owner(frame: number): { lane: Lane; ordinal: number; text: Buffer } | undefined {
    const span = this.spans.find(({ firstFrame, frames }) => frame >= firstFrame && frame < firstFrame + frames);
    const ordinal = this.ordinals[frame];
    if (span === undefined || ordinal === undefined) return undefined;
    return {
      lane: span.lane,
      ordinal,
      text: this.data.subarray(this.start(frame), this.ends[frame]),
    };
  }

  /** Makes the block as new. A buffer that had to grow for one huge frame is given back. */
  reset(): void {
    if (this.bytes.length > this.most.bytes) this.bytes = Buffer.allocUnsafeSlow(this.most.bytes);
    this.spans.length = 0;
    this.used = 0;
    this.count = 0;
    this.tries = 0;
  }
}
