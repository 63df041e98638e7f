import { parquetSchema } from 'hyparquet';
import type { RowGroup, SchemaTree } from 'hyparquet/src/types.js';
import { flowHeaderOf } from '../flow-fields.ts';
import { Chunks } from './parquet/chunks.ts';
import type { Column } from './parquet/column.ts';
import { damaged } from './parquet/damage.ts';
import { footerOf } from './parquet/footer.ts';
import { lineTable } from './parquet/lines.ts';
import { Pieces } from './parquet/pieces.ts';
import { type Rows, rowsOf } from './parquet/rows.ts';
import { jsonTable } from './parquet/slots.ts';
import { Words } from './parquet/words.ts';
import type { RandomAccess } from './random-access.ts';
import { FormatError } from './record.ts';
import type { Chunk } from './row-chunk.ts';

/** How a Parquet file begins and ends. */
export const PARQUET_MAGIC = 'PAR1';

/** Packed bytes of a row group held at a time, all columns together. */
const PACKED_BYTES = 16 * 1024 * 1024;
const LEAST_PIECE_BYTES = 64 * 1024;

/** Waits until this many bytes of memory may be used; disposing gives them back. */
export type Claim = (bytes: number) => Promise<Disposable>;

const NO_CLAIM: Claim = async () => ({ [Symbol.dispose]: () => undefined });

/**
 * The rows of a Parquet file, whose text is a JSON object a line, in the order of the rows. Members that are null are left out.
 * Integers and decimals are written with all their digits; times in ISO 8601; bytes as text, or in base64 where they are
 * no UTF-8; lists and maps as such, whatever the writer's dialect. Flow logs become the lines that AWS writes elsewhere. See
 * docs/decisions/0005-parquet.md.
 *
 * Memory: packed bytes of 16 MiB, and of each column a page or two and its dictionary.
 * @throws {FormatError} TF-PARQUET-* for what is damaged or not read
 * @throws what `file` or `claim` throws
 */
export async function* parquetRows(file: RandomAccess, claim: Claim = NO_CLAIM): AsyncGenerator<Chunk, void, void> {
  const source = new Source(file);
  try {
    const metadata = await footerOf(source);
    const schema = parquetSchema(metadata);
    const rows = rowsOf(schema);
    const header = isFlat(schema) ? flowHeaderOf(schema.children.map(({ element }) => element.name)) : undefined;
    if (header !== undefined) yield Buffer.from(`${header}\n`);
    const words = new Words(rows.columns);
    const reader = header === undefined ? jsonTable(rows, words) : lineTable(rows.columns, header.split(' '), words);
    const chunks = new Chunks(reader);
    for (const group of metadata.row_groups) {
      using _room = await source.watch(claim(sizeOf(group)));
      await begin(group, rows.columns, source);
      yield* chunksOf(group, rows, chunks, words);
    }
  } catch (error) {
    if (source.failure !== undefined) throw source.failure.error;
    throw error instanceof FormatError ? error : damaged(String(error), error);
  }
}

function isFlat({ children }: SchemaTree): boolean {
  return children.every((child) => child.children.length === 0 && child.element.repetition_type !== 'REPEATED');
}

/** A file whose own failures can be told from those of its content. */
class Source implements RandomAccess {
  failure: { readonly error: unknown } | undefined;
  private readonly file: RandomAccess;

  constructor(file: RandomAccess) {
    this.file = file;
  }

  get byteLength(): number {
    return this.file.byteLength;
  }

  slice(start: number, end: number): Promise<ArrayBuffer> {
    if (!(start >= 0 && start <= end && end <= this.byteLength)) throw damaged('a part that lies outside of the file');
    return this.watch(this.file.slice(start, end));
  }

  async watch<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}

function sizeOf(group: RowGroup): number {
  return group.columns.reduce((sum, { meta_data: column }) => sum + Number(column?.total_uncompressed_size), 0);
}

/** Points all columns at a row group. */
async function begin(group: RowGroup, columns: readonly Column[], file: RandomAccess): Promise<void> {
  if (group.columns.length !== columns.length) throw damaged('a row group with other columns than the schema');
  const parts = group.columns.map(partOf);
  const start = Math.min(...parts.map((part) => part.start));
  const end = Math.max(...parts.map((part) => part.end));
  const whole = end - start <= PACKED_BYTES ? Buffer.from(await file.slice(start, end)) : undefined;
  const pieceBytes = Math.max(LEAST_PIECE_BYTES, Math.floor(PACKED_BYTES / columns.length));
  for (const [at, column] of columns.entries()) {
    const part = parts[at] as Part;
    const held = whole?.subarray(part.start - start, part.end - start);
    column.begin(part.meta, new Pieces(file, part.start, part.end, pieceBytes, held));
  }
}

interface Part {
  readonly meta: NonNullable<RowGroup['columns'][number]['meta_data']>;
  readonly start: number;
  readonly end: number;
}

/** Where a column's pages stand in the file, dictionary first. Some writers say 0 where there is none. */
function partOf({ meta_data: meta }: RowGroup['columns'][number]): Part {
  if (meta === undefined) throw damaged('a column without metadata');
  const { dictionary_page_offset: dictionary = 0n, data_page_offset: data } = meta;
  const start = Number(dictionary > 0n && dictionary < data ? dictionary : data);
  return { meta, start, end: start + Number(meta.total_compressed_size) };
}

/** Rows of the group at hand, in slices of those that are loaded whole. */
async function* chunksOf(
  { num_rows }: RowGroup,
  { columns, begin }: Rows,
  chunks: Chunks,
  words: Words,
): AsyncGenerator<Chunk, void, void> {
  for (let left = Number(num_rows); left > 0; ) {
    let whole = left;
    for (const column of columns) whole = Math.min(whole, await column.load(words));
    for (let row = 0; row < whole; row += 1) {
      begin();
      if (chunks.add()) yield* handOn(chunks, words);
    }
    for (const column of columns) column.passed(whole);
    left -= whole;
  }
  if (!chunks.isEmpty) yield* handOn(chunks, words);
}

function* handOn(chunks: Chunks, words: Words): Generator<Chunk, void, void> {
  yield chunks.chunk();
  chunks.clear();
  words.begin();
}
