import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import type { Encoding, SchemaElement } from 'hyparquet/src/types.js';
import { FormatError } from '../record.ts';
import { damaged } from './damage.ts';
import { bitsFor, Hybrid } from './hybrid.ts';

/** A value as Parquet stores it: INT96 and byte arrays as bytes. */
export type Stored = number | bigint | boolean | Buffer;

/** Values of one page, one after another. @throws what reading behind the end throws */
export interface Values<V> {
  next(): V;
}

/** More deltas than this in one page are worked out by nobody: their lengths alone would fill the memory. */
const MOST_DELTAS = 2 ** 24;

/** Values of a data page that does not refer to a dictionary. @throws {FormatError} TF-PARQUET-ENCODING */
export function valuesOf(bytes: Buffer, encoding: Encoding | undefined, element: SchemaElement): Values<Stored> {
  const { type } = element;
  if (encoding === 'PLAIN') return plain(bytes, element);
  if (encoding === 'RLE' && type === 'BOOLEAN') return bits(new Hybrid(bytes.subarray(4), bitsFor(1)));
  if (encoding === 'DELTA_BINARY_PACKED') return listed(deltas(bytes, type === 'INT32').numbers);
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') return deltaLengths(bytes);
  if (encoding === 'DELTA_BYTE_ARRAY') return deltaBytes(bytes);
  if (encoding === 'BYTE_STREAM_SPLIT') return plain(joinStreams(bytes, widthOf(element)), element);
  throw new FormatError('TF-PARQUET-ENCODING', `values encoded as ${encoding} are not read`);
}

function bits(levels: Hybrid): Values<boolean> {
  return { next: () => levels.next() === 1 };
}

/** Byte arrays as they are, each behind its length: where they stand in the page. */
export class Slices {
  readonly bytes: Buffer;
  start = 0;
  end = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Goes on to the next one. @throws {FormatError} when there is none */
  next(): void {
    const { bytes, end } = this;
    const start = end + 4;
    if (start > bytes.length) throw damaged('fewer values than the page says');
    const [a, b, c, d] = [bytes[end] ?? 0, bytes[end + 1] ?? 0, bytes[end + 2] ?? 0, bytes[end + 3] ?? 0];
    const size = ((d << 24) | (c << 16) | (b << 8) | a) >>> 0;
    if (size > bytes.length - start) throw damaged('a value reaches beyond its page');
    this.start = start;
    this.end = start + size;
  }
}

/** Values as they are, one behind the other. */
export function plain(bytes: Buffer, element: SchemaElement): Values<Stored> {
  let at = 0;
  const step = (size: number): number => {
    at += size;
    return at - size;
  };
  const slice = (size: number): Buffer => {
    if (size > bytes.length - at) throw damaged('a value reaches beyond its page');
    return bytes.subarray(step(size), at);
  };
  switch (element.type) {
    case 'BOOLEAN':
      return bits(new Hybrid(Buffer.concat([packedHeader(bytes.length), bytes]), 1));
    case 'INT32':
      return { next: () => bytes.readInt32LE(step(4)) };
    case 'INT64':
      return { next: () => int64(bytes, step(8)) };
    case 'FLOAT':
      return { next: () => bytes.readFloatLE(step(4)) };
    case 'DOUBLE':
      return { next: () => bytes.readDoubleLE(step(8)) };
    case 'BYTE_ARRAY':
      return { next: () => slice(bytes.readUInt32LE(step(4))) };
    default: {
      const width = widthOf(element);
      return { next: () => slice(width) };
    }
  }
}

/** A number where it is not negative and JavaScript can hold it: that is much cheaper than a BigInt. */
function int64(bytes: Buffer, at: number): number | bigint {
  const high = bytes.readInt32LE(at + 4);
  if (high < 0 || high > MOST_SAFE_HIGH) return bytes.readBigInt64LE(at);
  return high * 2 ** 32 + bytes.readUInt32LE(at);
}

const MOST_SAFE_HIGH = 2 ** 21 - 1;

/** The header that makes one run of packed bits out of plain ones. */
function packedHeader(groups: number): Buffer {
  const header: number[] = [];
  let rest = groups * 2 + 1;
  for (; rest >= 128; rest = Math.floor(rest / 128)) header.push((rest % 128) + 128);
  return Buffer.from([...header, rest]);
}

function widthOf({ type, type_length: length = 0 }: SchemaElement): number {
  if (type === 'INT96') return 12;
  if (type === 'INT32' || type === 'FLOAT') return 4;
  if (type === 'INT64' || type === 'DOUBLE') return 8;
  if (type !== 'FIXED_LEN_BYTE_ARRAY' || !(length > 0)) throw damaged('a column of values without a width');
  return length;
}

/** The first bytes of all values, then all second ones: put together again. */
function joinStreams(bytes: Buffer, width: number): Buffer {
  const count = Math.floor(bytes.length / width);
  const joined = Buffer.alloc(count * width);
  for (let stream = 0; stream < width; stream += 1) {
    for (let at = 0; at < count; at += 1) joined[at * width + stream] = bytes[stream * count + at] as number;
  }
  return joined;
}

function listed(numbers: Int32Array | BigInt64Array): Values<number | bigint> {
  let at = 0;
  return {
    next() {
      const value = numbers[at];
      if (value === undefined) throw damaged('fewer values than the page says');
      at += 1;
      return value;
    },
  };
}

/** Numbers kept as differences, and the offset behind them. */
function deltas(bytes: Buffer, narrow: boolean): { numbers: Int32Array | BigInt64Array; end: number } {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
  const block = readVarInt(reader);
  const miniblocks = readVarInt(reader);
  const count = readVarInt(reader);
  const divides = miniblocks > 0 && block > 0 && block % miniblocks === 0;
  if (count < 0 || count > MOST_DELTAS || !divides) throw damaged(`a page of ${count} differences in odd blocks`);
  reader.offset = 0;
  const numbers = narrow ? new Int32Array(count) : new BigInt64Array(count);
  deltaBinaryUnpack(reader, count, numbers);
  return { numbers, end: reader.offset };
}

function deltaLengths(bytes: Buffer): Values<Buffer> {
  const { numbers, end } = deltas(bytes, true);
  const lengths = listed(numbers);
  let at = end;
  return {
    next() {
      const start = at;
      at += Number(lengths.next());
      if (at < start || at > bytes.length) throw damaged('a value reaches beyond its page');
      return bytes.subarray(start, at);
    },
  };
}

/** Each value begins with so many bytes of the one before it. */
function deltaBytes(bytes: Buffer): Values<Buffer> {
  const prefixes = deltas(bytes, true);
  const shared = listed(prefixes.numbers);
  const rest = deltaLengths(bytes.subarray(prefixes.end));
  let before: Buffer = Buffer.alloc(0);
  return {
    next() {
      const length = Number(shared.next());
      if (length < 0 || length > before.length) throw damaged('a value begins with more than the one before it');
      const suffix = rest.next();
      before = length === 0 ? suffix : Buffer.concat([before.subarray(0, length), suffix]);
      return before;
    },
  };
}
