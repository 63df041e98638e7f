import { gunzip, unzstd } from './inflate.ts';
import { Input } from './input.ts';
import { FormatError } from './record.ts';

type Decompressor = (input: Input) => AsyncIterable<Buffer>;

/** Compressions by their magic bytes, never by a key's ending. Those without a decompressor are refused by name. */
const COMPRESSIONS: readonly { readonly name: string; readonly magic: string; readonly open?: Decompressor }[] = [
  { name: 'gzip', magic: '\x1f\x8b', open: gunzip },
  { name: 'zstd', magic: '\x28\xb5\x2f\xfd', open: unzstd },
  { name: 'zip', magic: 'PK\x03\x04' },
  { name: 'bzip2', magic: 'BZh' },
  { name: 'snappy', magic: '\xff\x06\x00\x00sNaPpY' },
  { name: 'xz', magic: '\xfd7zXZ\x00' },
  { name: 'parquet', magic: 'PAR1' },
];

const LONGEST_MAGIC = 10;
/** Firehose compresses once more what CloudWatch Logs had compressed; deeper than that is a bomb. */
const MOST_LAYERS = 2;

/**
 * The plain bytes of an object, whatever it is wrapped in.
 * @throws {FormatError} TF-COMPRESSION-* for a compression that is not read, TF-GZIP-* and TF-ZSTD-* for damaged data
 */
export async function* decompress(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  yield* layer(source, 0);
}

async function* layer(source: AsyncIterable<Buffer>, depth: number): AsyncGenerator<Buffer, void, void> {
  await using input = new Input(source);
  const head = await input.peek(LONGEST_MAGIC);
  const found = COMPRESSIONS.find(({ magic }) => head.startsWith(magic));
  if (found === undefined) yield* input.rest();
  else if (found.open !== undefined && depth < MOST_LAYERS) yield* layer(found.open(input), depth + 1);
  else throw refusal(found);
}

function refusal({ name, open }: (typeof COMPRESSIONS)[number]): FormatError {
  if (open !== undefined) return new FormatError('TF-COMPRESSION-DEPTH', 'the object is compressed more than twice');
  return new FormatError(`TF-COMPRESSION-${name.toUpperCase()}`, `the object is ${name} data, which is not read`);
}
