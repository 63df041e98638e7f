import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet/src/types.js';
import { FormatError } from '../record.ts';
import { unpackBlock } from '../snappy-block.ts';
import { damaged } from './damage.ts';

/** Unpacks a page of a known size, which is not exceeded. */
type Unpack = (bytes: Buffer, size: number) => Buffer | undefined;

const limited = (size: number): { readonly maxOutputLength: number } => ({ maxOutputLength: Math.max(1, size) });

const CODECS: Readonly<Partial<Record<CompressionCodec, Unpack>>> = {
  UNCOMPRESSED: (bytes) => bytes,
  SNAPPY: unpackBlock,
  GZIP: (bytes, size) => gunzipSync(bytes, limited(size)),
  BROTLI: (bytes, size) => brotliDecompressSync(bytes, limited(size)),
  ZSTD: (bytes, size) => zstdDecompressSync(bytes, limited(size)),
};

/** @throws {FormatError} TF-PARQUET-CODEC when pages compressed like this are not read */
export function mustBeRead(codec: CompressionCodec): void {
  if (CODECS[codec] === undefined)
    throw new FormatError('TF-PARQUET-CODEC', `Parquet pages compressed with ${codec} are not read`);
}

/** The bytes of a page, unpacked. @throws {FormatError} TF-PARQUET-DAMAGED when they are not `size` bytes */
export function unpackPage(bytes: Buffer, codec: CompressionCodec, size: number): Buffer {
  if (size === 0) return Buffer.alloc(0);
  const page = CODECS[codec]?.(bytes, size);
  if (page?.length !== size) throw damaged(`a page does not unpack to the ${size} bytes it says`);
  return page;
}
