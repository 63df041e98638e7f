import { decompress } from '../formats/framing/decompress.ts';
import type { Chunk } from '../formats/framing/row-chunk.ts';
import type { OpenObject } from './aws/objects.ts';
import { unlessAborted } from './delivery/abort.ts';

/**
 * What row groups of Parquet may take in memory, all objects together. One that takes more has all of it to itself, and
 * while its destination takes nothing, others wait behind it.
 */
const ROOM_BYTES = 256 * 1024 * 1024;

/** Memory that is given out in the order in which it was asked for. */
export class Room {
  private free: number;
  private readonly size: number;
  private readonly waiting: { readonly bytes: number; readonly go: () => void }[] = [];

  constructor(size: number) {
    this.size = size;
    this.free = size;
  }

  /** Waits for this much, or all there is. @throws the signal's reason when it aborts */
  async take(wanted: number, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const bytes = Math.min(wanted, this.size);
    const turn = Promise.withResolvers<void>();
    const place = { bytes, go: turn.resolve };
    this.waiting.push(place);
    this.next();
    try {
      await unlessAborted(turn.promise, signal);
    } catch (error) {
      this.leave(place);
      throw error;
    }
    return { [Symbol.dispose]: () => this.give(bytes) };
  }

  private leave(place: (typeof this.waiting)[number]): void {
    const at = this.waiting.indexOf(place);
    if (at < 0) this.give(place.bytes);
    else this.waiting.splice(at, 1);
    this.next();
  }

  private give(bytes: number): void {
    this.free += bytes;
    this.next();
  }

  private next(): void {
    for (let first = this.waiting[0]; first !== undefined && first.bytes <= this.free; first = this.waiting[0]) {
      this.waiting.shift();
      this.free -= first.bytes;
      first.go();
    }
  }
}

/** Memory is the process's, whatever the queue. */
const room = new Room(ROOM_BYTES);

/**
 * The plain bytes of an object, whatever it is wrapped in: read from its first byte to its last, or, where its format
 * begins at its end, in ranges.
 * @throws {FormatError} as `decompress`
 * @throws {ObjectError} as `OpenObject.stream`
 */
export function plainBytes(object: OpenObject, signal: AbortSignal): AsyncGenerator<Chunk, void, void> {
  return decompress(object.stream(signal), {
    file: { byteLength: object.size, slice: (start, end) => object.range(start, end, signal) },
    claim: (bytes) => room.take(bytes, signal),
  });
}
