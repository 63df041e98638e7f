import { damaged } from './damage.ts';

/** Deeper than any structure of Parquet. */
const MOST_DEPTH = 32;

const [STOP, TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, STRUCT] = [0, 1, 2, 3, 7, 8, 9, 10, 12];

/**
 * Walks over a structure in Thrift's compact protocol, before hyparquet reads it: that believes every length it is told.
 * @returns offset behind the structure; undefined when the bytes end before it does
 * @throws {FormatError} TF-PARQUET-DAMAGED
 */
export function structEnd(bytes: Buffer, start: number): number | undefined {
  const walk = new Walk(bytes, start);
  walk.struct(0);
  return walk.at <= bytes.length ? walk.at : undefined;
}

class Walk {
  at: number;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Reading goes on behind the end for a while, with zeros: they stop everything. */
  private byte(): number {
    this.at += 1;
    return this.bytes[this.at - 1] ?? 0;
  }

  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw damaged('a number of more than 64 bits');
  }

  struct(depth: number): void {
    if (depth > MOST_DEPTH) throw damaged('a structure without a bottom');
    for (let field = this.byte(); (field & 0x0f) !== STOP; field = this.byte()) {
      if (field >> 4 === 0) this.varint();
      this.value(field & 0x0f, depth, true);
    }
  }

  private value(type: number, depth: number, isField: boolean): void {
    if (type === TRUE || type === FALSE) this.at += isField ? 0 : 1;
    else if (type === BYTE) this.at += 1;
    else if (type === DOUBLE) this.at += 8;
    else if (type === BINARY) this.skip(this.varint());
    else if (type === LIST || type === SET) this.list(depth);
    else if (type === STRUCT) this.struct(depth + 1);
    else if (type > BYTE && type < DOUBLE) this.varint();
    else throw damaged(`a value of type ${type}`);
  }

  private skip(count: number): void {
    this.at += count;
  }

  private list(depth: number): void {
    const header = this.byte();
    const count = header >> 4 === 15 ? this.varint() : header >> 4;
    // Each element takes a byte at least.
    if (count > this.bytes.length - this.at) this.at = Number.POSITIVE_INFINITY;
    for (let left = count; left > 0 && this.at <= this.bytes.length; left -= 1)
      this.value(header & 0x0f, depth + 1, false);
  }
}
