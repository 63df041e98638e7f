import { parquetMetadata } from 'hyparquet';
import type { FileMetaData, RowGroup } from 'hyparquet/src/types.js';
import type { RandomAccess } from '../random-access.ts';
import { FormatError } from '../record.ts';
import { mustBeRead } from './codec.ts';
import { damaged } from './damage.ts';
import { structEnd } from './thrift.ts';

/** Enough for most footers: one request for all of it. */
const TAIL_BYTES = 64 * 1024;
const MOST_FOOTER_BYTES = 16 * 1024 * 1024;
/** Length of the footer and the magic bytes. */
const END_BYTES = 8;
/** What pages of a row group take unpacked, at most: they may all be one page a column. */
const MOST_GROUP_BYTES = 512 * 1024 * 1024;
/** A few bytes can stand for any number of rows. */
const MOST_ROWS = 100_000_000;

/**
 * What a file says of itself, at its end.
 * @throws {FormatError} TF-PARQUET-TRUNCATED, -ENCRYPTED, -CODEC, -TOO-LARGE or -DAMAGED for what is not read
 */
export async function footerOf(file: RandomAccess): Promise<FileMetaData> {
  const footer = await footerBytes(file);
  if (structEnd(footer.subarray(0, -END_BYTES), 0) === undefined) throw damaged('its footer has no end');
  const metadata = parquetMetadata(footer, { geoparquet: false });
  let rows = 0;
  for (const group of metadata.row_groups) {
    mustFit(group);
    rows += Number(group.num_rows);
  }
  if (rows > MOST_ROWS) throw tooLarge(`${rows} rows, more than ${MOST_ROWS}`);
  return metadata;
}

/** The footer, its length and the magic bytes. */
async function footerBytes(file: RandomAccess): Promise<Buffer> {
  const { byteLength } = file;
  const tail = await slice(file, Math.max(0, byteLength - TAIL_BYTES), byteLength);
  const magic = tail.toString('latin1', tail.length - 4);
  if (magic === 'PARE') throw encrypted();
  if (magic !== 'PAR1' || tail.length < END_BYTES)
    throw new FormatError(
      'TF-PARQUET-TRUNCATED',
      'the Parquet file has lost its end, without which none of it is read',
    );
  const length = tail.readUInt32LE(tail.length - END_BYTES) + END_BYTES;
  if (length > byteLength) throw damaged('its footer is longer than the file');
  if (length > MOST_FOOTER_BYTES) throw tooLarge(`a footer of ${length} bytes`);
  return length <= tail.length ? tail.subarray(-length) : slice(file, byteLength - length, byteLength);
}

async function slice(file: RandomAccess, start: number, end: number): Promise<Buffer> {
  return Buffer.from(await file.slice(start, end));
}

function mustFit({ columns, num_rows }: RowGroup): void {
  let size = 0;
  for (const { meta_data: column, crypto_metadata: crypto } of columns) {
    if (column === undefined || crypto !== undefined) throw encrypted();
    mustBeRead(column.codec);
    mustBeCounts(column.num_values, column.total_uncompressed_size, column.total_compressed_size);
    mustBeCounts(column.data_page_offset, column.dictionary_page_offset ?? 0n);
    size += Number(column.total_uncompressed_size);
  }
  if (size > MOST_GROUP_BYTES) throw tooLarge(`a row group of ${size} bytes, more than ${MOST_GROUP_BYTES}`);
  mustBeCounts(num_rows);
}

/** hyparquet believes what it reads, whatever its type. */
function mustBeCounts(...counts: readonly unknown[]): void {
  if (counts.every((count) => typeof count === 'bigint' && count >= 0n)) return;
  throw damaged('a row group that does not say how large it is');
}

function encrypted(): FormatError {
  return new FormatError(
    'TF-PARQUET-ENCRYPTED',
    'the Parquet file is encrypted by itself; trailferry has no keys for that',
  );
}

function tooLarge(what: string): FormatError {
  return new FormatError('TF-PARQUET-TOO-LARGE', `the Parquet file has ${what}`);
}
