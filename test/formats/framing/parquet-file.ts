import type { CompressionCodec, SchemaElement } from 'hyparquet/src/types.js';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { parquetRows } from '../../../formats/framing/parquet.ts';
import { inMemory, type RandomAccess } from '../../../formats/framing/random-access.ts';
import { FormatError } from '../../../formats/framing/record.ts';
import { bytesOf } from '../../../formats/framing/row-chunk.ts';

/** A page of the first kind, its levels and values as they are to stand in it. */
export interface PageOfFirstKind {
  readonly entries: number;
  readonly reps?: Buffer;
  readonly defs?: Buffer;
  readonly values: Buffer;
}

export interface ColumnOfPages {
  readonly path: readonly string[];
  readonly element: SchemaElement;
  readonly pages: readonly PageOfFirstKind[];
  /** Says more of the column than is true. */
  readonly lie?: { readonly codec?: CompressionCodec; readonly size?: number };
}

/** Levels in runs, as pages hold them. */
export function levels(values: readonly number[], width: number): Buffer {
  const writer = new ByteWriter();
  writeRleBitPackedHybrid(writer, [...values], width);
  return Buffer.from(writer.getBytes());
}

/** One run of so many equal levels of at most 8 bits: a few bytes, whatever the number. */
export function run(count: number, value: number): Buffer {
  const bytes: number[] = [];
  let header = count * 2;
  for (; header >= 128; header = Math.floor(header / 128)) bytes.push((header % 128) + 128);
  return Buffer.from([...bytes, header, value]);
}

/** Texts one behind the other, each behind its length. */
export function texts(...all: readonly string[]): Buffer {
  return Buffer.concat(
    all.map((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return Buffer.concat([length, bytes]);
    }),
  );
}

function behindLength(bytes: Buffer | undefined): Buffer {
  if (bytes === undefined) return Buffer.alloc(0);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A file of one row group, page by page as another writer would make it: hyparquet-writer knows only the second kind. */
export function fileOf(schema: SchemaElement[], columns: readonly ColumnOfPages[], rows: number | bigint): Buffer {
  const writer = new ByteWriter();
  writer.appendBytes(Buffer.from('PAR1'));
  const parts = columns.map(({ path, element, pages, lie }) => {
    const start = writer.offset;
    for (const page of pages) {
      const bytes = Buffer.concat([behindLength(page.reps), behindLength(page.defs), page.values]);
      writePageHeader(writer, {
        type: 'DATA_PAGE',
        uncompressed_page_size: bytes.length,
        compressed_page_size: bytes.length,
        data_page_header: {
          num_values: page.entries,
          encoding: 'PLAIN',
          definition_level_encoding: 'RLE',
          repetition_level_encoding: 'RLE',
        },
      });
      writer.appendBytes(bytes);
    }
    const size = BigInt(writer.offset - start);
    return {
      file_offset: BigInt(start),
      meta_data: {
        type: element.type ?? 'BYTE_ARRAY',
        encodings: [],
        path_in_schema: [...path],
        codec: lie?.codec ?? ('UNCOMPRESSED' as const),
        num_values: BigInt(pages.reduce((sum, { entries }) => sum + entries, 0)),
        total_uncompressed_size: lie?.size === undefined ? size : BigInt(lie.size),
        total_compressed_size: size,
        data_page_offset: BigInt(start),
      },
    };
  });
  const group = { columns: parts, total_byte_size: 0n, num_rows: BigInt(rows) };
  writeMetadata(writer, { version: 1, schema, num_rows: BigInt(rows), row_groups: [group], metadata_length: 0 });
  writer.appendBytes(Buffer.from('PAR1'));
  return Buffer.from(writer.getBytes());
}

/** Text, and the code of what ended it. */
export async function readParquet(file: Buffer | RandomAccess): Promise<{ text: string; code: string | undefined }> {
  const chunks: Buffer[] = [];
  let code: string | undefined;
  try {
    for await (const chunk of parquetRows(Buffer.isBuffer(file) ? inMemory(file) : file)) chunks.push(bytesOf(chunk));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    code = error.code;
  }
  return { text: Buffer.concat(chunks).toString(), code };
}

/** The rows of a file that can be read whole. */
export async function rowsIn(file: Buffer | RandomAccess): Promise<string[]> {
  const { text, code } = await readParquet(file);
  if (code !== undefined) throw new Error(code);
  return text.split('\n').slice(0, -1);
}
