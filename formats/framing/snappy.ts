import { crc32c } from './crc32c.ts';
import type { Input } from './input.ts';
import { FormatError } from './record.ts';
import { unpackBlock } from './snappy-block.ts';

/** The beginning of a stream, and of each that was put behind it. */
const IDENTIFIER = '\xff\x06\x00\x00sNaPpY';

const COMPRESSED = 0x00;
const PLAIN = 0x01;
/** Chunks from here on may be passed over by who does not know them; padding is one. Others may not. */
const SKIPPABLE = 0x80;
const HEAD_BYTES = 4;
const CRC_BYTES = 4;
/** Bytes of a chunk before compression. */
const MOST_PLAIN = 65_536;
/** As long as that may become by compression: 32 + n + n / 6. */
const MOST_PACKED = 76_490;

/**
 * All chunks of Snappy's framing format (framing_format.txt of google/snappy), each held against its CRC-32C.
 * @throws {FormatError} TF-SNAPPY-TRUNCATED, TF-SNAPPY-CORRUPT
 */
export async function* unsnap(input: Input): AsyncGenerator<Buffer, void, void> {
  while (!(await input.ended())) {
    const head = await bytes(input, HEAD_BYTES);
    const kind = head[0] as number;
    const length = head.readUIntLE(1, 3);
    if (kind === PLAIN || kind === COMPRESSED) yield await data(input, kind, length);
    else if (kind === 0xff) await identifier(input, length);
    else if (kind < SKIPPABLE) throw corrupt(`chunk type ${kind} is not known`);
    else if (!(await input.skip(length))) throw truncated();
  }
}

async function identifier(input: Input, length: number): Promise<void> {
  const name = IDENTIFIER.substring(HEAD_BYTES);
  if (length !== name.length || (await bytes(input, length)).toString('latin1') !== name)
    throw corrupt('no identifier');
}

async function data(input: Input, kind: number, length: number): Promise<Buffer> {
  const most = kind === PLAIN ? MOST_PLAIN : MOST_PACKED;
  if (length < CRC_BYTES || length > CRC_BYTES + most) throw corrupt(`a chunk has ${length} bytes`);
  const crc = (await bytes(input, CRC_BYTES)).readUInt32LE(0);
  const held = await bytes(input, length - CRC_BYTES);
  const plain = kind === PLAIN ? held : unpackBlock(held, MOST_PLAIN);
  if (plain === undefined) throw corrupt('a chunk cannot be unpacked');
  if (mask(crc32c(plain)) !== crc) throw corrupt('a checksum is wrong');
  return plain;
}

/** A checksum of data that holds checksums would be weak: it is turned and moved. */
function mask(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0;
}

async function bytes(input: Input, count: number): Promise<Buffer> {
  const taken = await input.take(count);
  if (taken === undefined) throw truncated();
  return taken;
}

function truncated(): FormatError {
  return new FormatError('TF-SNAPPY-TRUNCATED', 'the snappy data ends before it is complete');
}

function corrupt(why: string): FormatError {
  return new FormatError('TF-SNAPPY-CORRUPT', `the snappy data is corrupt: ${why}`);
}
