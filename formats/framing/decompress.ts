import { gunzip, unzstd } from './inflate.ts';
import { Input } from './input.ts';
import { FormatError } from './record.ts';
import type { Chunk } from './row-chunk.ts';
import { unsnap } from './snappy.ts';
import { type Access, unparquet } from './unparquet.ts';
import { unzip } from './unzip.ts';

type Decompressor = (input: Input) => AsyncIterable<Buffer>;
type Rows = (input: Input, access: Access) => AsyncIterable<Chunk>;

/** Compressions by their magic bytes, never by a key's ending. Those without a decompressor are refused by name. */
const COMPRESSIONS: readonly {
  readonly name: string;
  readonly magic: string;
  readonly open?: Decompressor;
  readonly rows?: Rows;
}[] = [
  { name: 'gzip', magic: '\x1f\x8b', open: gunzip },
  { name: 'zstd', magic: '\x28\xb5\x2f\xfd', open: unzstd },
  // A skippable frame, which parallel compressors write before the first of the others.
  ...Array.from({ length: 16 }, (_, kind) => ({
    name: 'zstd',
    magic: `${String.fromCharCode(0x50 + kind)}\x2a\x4d\x18`,
    open: unzstd,
  })),
  { name: 'zip', magic: 'PK\x03\x04', open: unzip },
  // An archive of nothing, and a part of a split one.
  { name: 'zip', magic: 'PK\x05\x06', open: unzip },
  { name: 'zip', magic: 'PK\x07\x08' },
  { name: 'snappy', magic: '\xff\x06\x00\x00sNaPpY', open: unsnap },
  { name: 'xerial', magic: '\x82SNAPPY\x00' },
  { name: 'bzip2', magic: 'BZh' },
  { name: 'xz', magic: '\xfd7zXZ\x00' },
  { name: 'lz4', magic: '\x04\x22\x4d\x18' },
  { name: 'compress', magic: '\x1f\x9d' },
  { name: '7z', magic: '7z\xbc\xaf\x27\x1c' },
  { name: 'parquet', magic: 'PAR1', rows: unparquet },
  // Encrypted, footer and all.
  { name: 'parquet', magic: 'PARE', rows: unparquet },
];

/** Names of the compressions that are known and not read, or not in all their forms. */
export const unreadCompressions: readonly string[] = COMPRESSIONS.flatMap(({ name, open, rows }) =>
  open || rows ? [] : [name],
);

const LONGEST_MAGIC = 10;
/** Firehose compresses once more what CloudWatch Logs had compressed; deeper than that is a bomb. */
const MOST_LAYERS = 2;

/**
 * The plain bytes of an object, whatever it is wrapped in; of a Parquet file, its rows.
 * @throws {FormatError} TF-COMPRESSION-* for a compression that is not read; TF-GZIP-*, TF-ZSTD-*, TF-ZIP-*, TF-SNAPPY-*
 *   and TF-PARQUET-* for damaged data, behind all that came before the damage
 */
export async function* decompress(
  source: AsyncIterable<Buffer>,
  access: Access = {},
): AsyncGenerator<Chunk, void, void> {
  yield* layer(source, 0, access);
}

async function* layer(source: AsyncIterable<Buffer>, depth: number, access: Access): AsyncGenerator<Chunk, void, void> {
  await using input = new Input(source);
  const head = await input.peek(LONGEST_MAGIC);
  const found = COMPRESSIONS.find(({ magic }) => head.startsWith(magic));
  if (found === undefined) yield* input.rest();
  else if (found.rows !== undefined && depth < MOST_LAYERS) yield* found.rows(input, access);
  else if (found.open !== undefined && depth < MOST_LAYERS)
    yield* layer(found.open(input), depth + 1, { ...access, file: undefined });
  else throw refusal(found);
}

function refusal({ name, open, rows }: (typeof COMPRESSIONS)[number]): FormatError {
  if (open !== undefined || rows !== undefined)
    return new FormatError('TF-COMPRESSION-DEPTH', 'the object is compressed more than twice');
  return new FormatError(`TF-COMPRESSION-${name.toUpperCase()}`, `the object is ${name} data, which is not read`);
}
