import { crc32 } from 'node:zlib';
import { inflateRaw } from './inflate.ts';
import type { Input } from './input.ts';
import { FormatError } from './record.ts';

/** Signatures of PKWARE's APPNOTE.TXT 6.3.10, which its sections number. */
const LOCAL = 'PK\x03\x04';
const DESCRIPTOR = 'PK\x07\x08';
const DIRECTORY = 'PK\x01\x02';
const DIRECTORY64 = 'PK\x06\x06';
const LOCATOR64 = 'PK\x06\x07';
const END = 'PK\x05\x06';

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x01;
/** CRC and sizes follow the data: the writer could not go back. */
const FOLLOWED = 0x08;
const LONGEST_DESCRIPTOR = 24;
/** A size that stands in the extra field. */
const SEE_EXTRA = 0xffff_ffff;

interface Entry {
  readonly method: number;
  /** What the header says of the data; undefined when a descriptor behind it does. Lengths in bytes. */
  readonly said: Sums | undefined;
}

interface Sums {
  readonly crc: number;
  readonly packed: number;
  readonly plain: number;
}

/**
 * The one file of a zip archive, as its bytes come: the directory at the end is only held against it. Deflated or stored,
 * ZIP64 or not, checked to the last byte.
 * @throws {FormatError} TF-ZIP-ENTRIES when there is not exactly one file, behind the bytes of the first;
 *   TF-ZIP-ENCRYPTED, TF-ZIP-METHOD, TF-ZIP-TRUNCATED, TF-ZIP-CORRUPT
 */
export async function* unzip(input: Input): AsyncGenerator<Buffer, void, void> {
  if ((await input.peek(4)) === END) throw entries('none');
  const { method, said } = await localHeader(input);
  const start = input.offset;
  let crc = 0;
  let plain = 0;
  for await (const chunk of method === STORED ? stored(input, said?.packed ?? 0) : inflateRaw(input)) {
    crc = crc32(chunk, crc);
    plain += chunk.length;
    yield chunk;
  }
  const found = { crc, packed: input.offset - start, plain };
  if (said === undefined) await descriptor(input, found);
  else if (!isSame(said, found)) throw corrupt();
  await directory(input);
}

/** Section 4.3.7. */
async function localHeader(input: Input): Promise<Entry> {
  const head = await bytes(input, 30);
  const flags = head.readUInt16LE(6);
  const method = head.readUInt16LE(8);
  if ((flags & ENCRYPTED) !== 0) throw new FormatError('TF-ZIP-ENCRYPTED', 'the file in the zip archive is encrypted');
  // Without its size nobody knows where stored data ends.
  if (method !== DEFLATED && !(method === STORED && (flags & FOLLOWED) === 0)) {
    throw new FormatError(
      'TF-ZIP-METHOD',
      `the file in the zip archive is packed by method ${method}, which is not read`,
    );
  }
  const name = (await bytes(input, head.readUInt16LE(26))).toString('latin1');
  const extra = await bytes(input, head.readUInt16LE(28));
  if (name.endsWith('/')) throw entries('a folder');
  return { method, said: (flags & FOLLOWED) === 0 ? sums(head, extra) : undefined };
}

function sums(head: Buffer, extra: Buffer): Sums {
  const plain = head.readUInt32LE(22);
  const packed = head.readUInt32LE(18);
  const large = largeSizes(extra);
  return {
    crc: head.readUInt32LE(14),
    plain: plain === SEE_EXTRA ? (large.shift() ?? plain) : plain,
    packed: packed === SEE_EXTRA ? (large.shift() ?? packed) : packed,
  };
}

/** The sizes in the extra field of ZIP64, section 4.5.3. */
function largeSizes(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const end = Math.min(extra.length, at + 4 + extra.readUInt16LE(at + 2));
    const sizes: number[] = [];
    for (let next = at + 4; next + 8 <= end; next += 8) sizes.push(Number(extra.readBigUInt64LE(next)));
    return sizes;
  }
  return [];
}

async function* stored(input: Input, length: number): AsyncGenerator<Buffer, void, void> {
  let left = length;
  while (left > 0) {
    const chunk = await input.nextUpTo(left);
    if (chunk === undefined) throw truncated();
    left -= chunk.length;
    yield chunk;
  }
}

/** Section 4.3.9: with or without a signature, its sizes of four bytes or eight. Which it is, only the values tell. */
async function descriptor(input: Input, found: Sums): Promise<void> {
  const next = await input.peek(LONGEST_DESCRIPTOR + 2);
  const forms = ['', DESCRIPTOR].flatMap((mark) => [mark + numbers(found, 4), mark + numbers(found, 8)]);
  const form = forms.find((one) => next.startsWith(one) && next.startsWith('PK', one.length));
  if (form !== undefined) await input.skip(form.length);
  else throw next.length < LONGEST_DESCRIPTOR + 2 ? truncated() : corrupt();
}

function numbers({ crc, packed, plain }: Sums, width: 4 | 8): string {
  const out = Buffer.alloc(4 + 2 * width);
  out.writeUInt32LE(crc, 0);
  for (const [index, size] of [packed, plain].entries()) {
    if (width === 8) out.writeBigUInt64LE(BigInt(size), 4 + 8 * index);
    else out.writeUInt32LE(size % 2 ** 32, 4 + 4 * index);
  }
  return out.toString('latin1');
}

/** What follows the data, section 4.3.6: it must name one file, and be whole. What stands behind it is nothing of ours. */
async function directory(input: Input): Promise<void> {
  const first = await signature(input);
  if (first === LOCAL) throw entries('more');
  if (first !== DIRECTORY) throw corrupt();
  const head = await bytes(input, 42);
  await pass(input, head.readUInt16LE(24) + head.readUInt16LE(26) + head.readUInt16LE(28));
  let next = await signature(input);
  if (next === DIRECTORY) throw entries('more');
  if (next === DIRECTORY64) {
    await pass(input, Number((await bytes(input, 8)).readBigUInt64LE(0)));
    next = await signature(input);
  }
  if (next === LOCATOR64) {
    await pass(input, 16);
    next = await signature(input);
  }
  if (next !== END) throw corrupt();
  const end = await bytes(input, 18);
  await pass(input, end.readUInt16LE(16));
  for await (const _ of input.rest());
}

async function signature(input: Input): Promise<string> {
  return (await bytes(input, 4)).toString('latin1');
}

async function bytes(input: Input, count: number): Promise<Buffer> {
  const taken = await input.take(count);
  if (taken === undefined) throw truncated();
  return taken;
}

async function pass(input: Input, count: number): Promise<void> {
  if (!(await input.skip(count))) throw truncated();
}

function isSame(one: Sums, other: Sums): boolean {
  return one.crc === other.crc && one.packed === other.packed && one.plain === other.plain;
}

function entries(what: string): FormatError {
  return new FormatError('TF-ZIP-ENTRIES', `the zip archive must hold exactly one file, not ${what}`);
}

function truncated(): FormatError {
  return new FormatError('TF-ZIP-TRUNCATED', 'the zip data ends before it is complete');
}

function corrupt(): FormatError {
  return new FormatError('TF-ZIP-CORRUPT', 'the zip data is corrupt');
}
