import { type Chunk, type Out, RowChunk } from '../row-chunk.ts';
import { BROKEN } from '../text-traits.ts';
import type { RowReader } from './slots.ts';

/** Rows are handed on in chunks of about so much text. */
const CHUNK_BYTES = 64 * 1024;
/** Most slots held at a time: rows of many columns may have little text. */
const MOST_SLOTS = 64 * 1024;

/** Gathers rows to chunks. */
export class Chunks {
  private readonly reader: RowReader;
  private readonly rows: RowChunk;
  private readonly reading: Parameters<RowReader['read']>[0];
  /** Text of rows that came before those in `rows`. */
  private readonly out: Out = { text: '' };

  constructor(reader: RowReader) {
    this.reader = reader;
    this.rows = new RowChunk(reader.table);
    this.reading = { slots: this.rows.slots, base: 0, length: 0, traits: 0 };
  }

  /** Takes the row at hand out of the columns. @returns whether it is time to hand on what was gathered */
  add(): boolean {
    const { reader, rows, reading, out } = this;
    reading.length = 0;
    reading.traits = reader.table.traits;
    reader.read(reading);
    rows.add(reading.length, reading.traits);
    reading.base += reader.table.width;
    if (reading.base > MOST_SLOTS) this.spill();
    return out.text.length + rows.length >= CHUNK_BYTES;
  }

  get isEmpty(): boolean {
    return this.out.text === '' && this.rows.count === 0;
  }

  /** What was gathered, as bytes where it must be looked at byte by byte. `clear` must follow. */
  chunk(): Chunk {
    const { rows, out } = this;
    if (out.text === '' && (rows.allTraits & BROKEN) === 0) return rows;
    this.spill();
    return Buffer.from(out.text, 'latin1');
  }

  clear(): void {
    this.out.text = '';
    this.rows.clear();
    this.reading.base = 0;
  }

  private spill(): void {
    this.rows.writeAll(this.out);
    this.rows.clear();
    this.reading.base = 0;
  }
}
