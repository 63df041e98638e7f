import type { CompressionCodec, Encoding, PageHeader } from 'hyparquet/src/types.js';
import { FormatError } from '../record.ts';
import { unpackPage } from './codec.ts';
import { damaged } from './damage.ts';
import { bitsFor, Hybrid } from './hybrid.ts';
import { type TextReading, type Texts, textsOf } from './texts.ts';

/** What a column needs to know to read its pages. */
export interface PageReading extends TextReading {
  readonly maxDef: number;
  readonly maxRep: number;
  readonly codec: CompressionCodec;
}

/** A data page, read entry by entry: nothing in it is unfolded before it is asked for. */
export interface Page {
  readonly entries: number;
  /** Rows that begin in it. */
  readonly rows: number;
  /** Undefined where the schema leaves one level only. */
  readonly reps: Hybrid | undefined;
  readonly defs: Hybrid | undefined;
  readonly texts: Texts;
}

interface Parts {
  readonly entries: number;
  readonly reps: Buffer;
  readonly defs: Buffer;
  readonly values: Buffer;
  readonly encoding: Encoding;
}

/** @throws {FormatError} */
export function pageOf(header: PageHeader, packed: Buffer, reading: PageReading): Page {
  const { entries, reps, defs, values, encoding } =
    header.type === 'DATA_PAGE' ? firstKind(header, packed, reading) : secondKind(header, packed, reading);
  if (!(entries >= 0)) throw damaged(`a page of ${entries} entries`);
  const { maxRep, maxDef } = reading;
  const levels = (bytes: Buffer, most: number): Hybrid | undefined =>
    most > 0 ? new Hybrid(bytes, bitsFor(most)) : undefined;
  return {
    entries,
    rows: levels(reps, maxRep)?.zeros(entries) ?? entries,
    reps: levels(reps, maxRep),
    defs: levels(defs, maxDef),
    texts: textsOf(values, encoding, reading),
  };
}

/** Levels and values packed together, each kind of level behind its length. */
function firstKind(header: PageHeader, packed: Buffer, { maxRep, maxDef, codec }: PageReading): Parts {
  const { data_page_header: page } = header;
  if (page === undefined) throw damaged('a data page without its header');
  if (maxRep > 0) mustBeHybrid(page.repetition_level_encoding);
  if (maxDef > 0) mustBeHybrid(page.definition_level_encoding);
  const bytes = unpackPage(packed, codec, header.uncompressed_page_size);
  const reps = maxRep > 0 ? behindLength(bytes) : bytes.subarray(0, 0);
  const rest = maxRep > 0 ? bytes.subarray(reps.length + 4) : bytes;
  const defs = maxDef > 0 ? behindLength(rest) : rest.subarray(0, 0);
  const values = maxDef > 0 ? rest.subarray(defs.length + 4) : rest;
  return { entries: page.num_values, reps, defs, values, encoding: page.encoding };
}

function mustBeHybrid(encoding: Encoding): void {
  if (encoding !== 'RLE') throw new FormatError('TF-PARQUET-ENCODING', `levels encoded as ${encoding} are not read`);
}

function behindLength(bytes: Buffer): Buffer {
  const length = bytes.readUInt32LE(0);
  if (length > bytes.length - 4) throw damaged('levels reach beyond their page');
  return bytes.subarray(4, 4 + length);
}

/** Levels as they are, and values packed by themselves. */
function secondKind(header: PageHeader, packed: Buffer, { codec }: PageReading): Parts {
  const { data_page_header_v2: page } = header;
  if (page === undefined) throw damaged('a data page without its header');
  const { repetition_levels_byte_length: reps, definition_levels_byte_length: defs } = page;
  const levels = reps + defs;
  if (!(reps >= 0 && defs >= 0 && levels <= packed.length)) throw damaged('levels reach beyond their page');
  const rest = packed.subarray(levels);
  return {
    entries: page.num_values,
    reps: packed.subarray(0, reps),
    defs: packed.subarray(reps, levels),
    values: page.is_compressed === false ? rest : unpackPage(rest, codec, header.uncompressed_page_size - levels),
    encoding: page.encoding,
  };
}
