import type { Input } from './input.ts';
import { type Claim, parquetRows } from './parquet.ts';
import { inMemory, type RandomAccess } from './random-access.ts';
import { FormatError } from './record.ts';
import type { Chunk } from './row-chunk.ts';

/** How an object can be read besides from its first byte to its last. */
export interface Access {
  /** The object's bytes as stored. Without it, an object that needs it is collected in memory. */
  readonly file?: RandomAccess | undefined;
  readonly claim?: Claim | undefined;
}

/** Up to here the one request that is open already is better than several more. */
const SMALL_BYTES = 8 * 1024 * 1024;
const MOST_COLLECTED_BYTES = 64 * 1024 * 1024;

/** The rows of a Parquet file. @param access how to reach its end, where `input` is not inside something else */
export async function* unparquet(input: Input, { file, claim }: Access = {}): AsyncGenerator<Chunk, void, void> {
  if (file === undefined || file.byteLength <= SMALL_BYTES) yield* parquetRows(inMemory(await collect(input)), claim);
  else {
    await input[Symbol.asyncDispose]();
    yield* parquetRows(file, claim);
  }
}

async function collect(input: Input): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let held = 0;
  for await (const chunk of input.rest()) {
    chunks.push(chunk);
    held += chunk.length;
    if (held > MOST_COLLECTED_BYTES)
      throw new FormatError('TF-PARQUET-TOO-LARGE', 'a Parquet file of over 64 MiB that cannot be read from its end');
  }
  return Buffer.concat(chunks);
}
