import { damaged } from './damage.ts';

/**
 * Small integers in Parquet's hybrid of run lengths and bit packing, read one by one: a run of half a million takes no
 * more room than a run of two. https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
export class Hybrid {
  private readonly bytes: Buffer;
  private readonly width: number;
  private at = 0;
  /** Values left in the run at hand. */
  private left = 0;
  private packed = false;
  private value = 0;
  /** Where the next packed value begins. */
  private packedAt = 0;
  private packedBit = 0;

  constructor(bytes: Buffer, width: number) {
    if (width > 32) throw damaged(`a value of ${width} bits`);
    this.bytes = bytes;
    this.width = width;
  }

  /** @throws {FormatError} where there is none */
  next(): number {
    while (this.left === 0) this.startRun();
    this.left -= 1;
    return this.packed ? this.unpack() : this.value;
  }

  /** Passes over values that are the same as the last one, at most so many. @returns their number */
  passSame(most: number): number {
    if (this.packed) return 0;
    const passed = Math.min(most, this.left);
    this.left -= passed;
    return passed;
  }

  /** How many of the next `count` values are zero. */
  zeros(count: number): number {
    let found = 0;
    let rest = count;
    while (rest > 0) {
      while (this.left === 0) this.startRun();
      if (this.packed) {
        if (this.next() === 0) found += 1;
        rest -= 1;
      } else {
        const taken = Math.min(rest, this.left);
        if (this.value === 0) found += taken;
        this.left -= taken;
        rest -= taken;
      }
    }
    return found;
  }

  private startRun(): void {
    const header = this.varint();
    const size = Math.floor(header / 2);
    this.packed = header % 2 === 1;
    if (this.packed) {
      this.left = size * 8;
      this.packedAt = this.at;
      this.packedBit = 0;
      this.at += size * this.width;
    } else {
      this.left = size;
      this.value = 0;
      for (let shift = 1; shift < 2 ** this.width; shift *= 256) this.value += this.byte() * shift;
    }
  }

  private unpack(): number {
    const { bytes, width, packedAt, packedBit } = this;
    const bits = packedBit + width;
    this.packedAt = packedAt + (bits >> 3);
    this.packedBit = bits & 7;
    // A last group may be cut short where nothing but its padding is missing: behind the end there are zeros.
    if (bits > 31) return this.unpackWide(packedAt, packedBit);
    let value = bytes[packedAt] ?? 0;
    if (bits > 8) value |= (bytes[packedAt + 1] ?? 0) << 8;
    if (bits > 16) value |= (bytes[packedAt + 2] ?? 0) << 16;
    if (bits > 24) value |= (bytes[packedAt + 3] ?? 0) << 24;
    return (value >>> packedBit) & (2 ** width - 1);
  }

  /** A value that four bytes do not hold. */
  private unpackWide(at: number, bit: number): number {
    let value = 0;
    for (let byte = 0; byte < 5; byte += 1) value += (this.bytes[at + byte] ?? 0) * 256 ** byte;
    return Math.floor(value / 2 ** bit) % 2 ** this.width;
  }

  private varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw damaged('a run without a length');
  }

  private byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw damaged('fewer values than the page says');
    this.at += 1;
    return byte;
  }
}

/** Bits that hold any number from 0 to `most`. */
export function bitsFor(most: number): number {
  return 32 - Math.clz32(most);
}
