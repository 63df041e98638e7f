import type { JsonPaths } from './json-paths.ts';

/** The text that rows are written into, a byte string. */
export interface Out {
  text: string;
}

/** Where in a row a path leads. */
export interface Place {
  /** Undefined where a value is made of several: then `write` says it. */
  readonly slot: number | undefined;
  /** Whether the slot holds text as it is; else it is JSON. */
  readonly isText: boolean;
  /** Names that lead on from there, inside of the JSON. */
  readonly rest: readonly string[];
  /** Writes the JSON text of a value that is made of several. @returns whether there is one */
  write(rows: RowChunk, out: Out): boolean;
}

/** What all rows of a file have in common. */
export interface Table {
  /** Whether a row is a JSON object; else it is a line of cells, one in each slot. */
  readonly isJson: boolean;
  /** Number of slots a row has. */
  readonly width: number;
  /** Names of the members of a row. */
  readonly names: ReadonlySet<string>;
  /** Traits of what stands around the values. */
  readonly traits: number;
  /** Writes the text of the row at hand. */
  write(rows: RowChunk, out: Out): void;
  /** Undefined where no row has such a value. */
  placeOf(path: readonly string[]): Place | undefined;
  /** Whether it is known that no text of the rows at hand holds this word, which JSON and cells hold as it is. */
  lacks(word: string): boolean;
}

/**
 * Rows that stand in memory as values: their text is put together where somebody asks for it. All of it means something
 * only until the next chunk is asked for.
 */
export class RowChunk {
  readonly table: Table;
  /** A text for each slot of each row; where there is none, the definition level that says how much of it is null. */
  readonly slots: (string | number)[] = [];
  /** Bytes of each row's text. */
  readonly lengths: number[] = [];
  /** What each row's text holds: see `text-traits.ts`. */
  readonly traits: number[] = [];
  /** Bytes of text of all rows, with a line feed behind each. */
  length = 0;
  count = 0;
  /** What all rows hold together. */
  allTraits = 0;
  /** Bytes of the longest one. */
  longest = 0;
  /** The row at hand, and its first slot. */
  at = 0;
  base = 0;
  /** Words that somebody asked for together, and whether no row holds any. */
  private words: readonly string[] | undefined;
  private isWithout = false;
  private readonly places = new Map<JsonPaths, (Place | undefined)[]>();

  constructor(table: Table) {
    this.table = table;
  }

  /** Says that all slots behind the last row were filled. */
  add(length: number, traits: number): void {
    this.lengths[this.count] = length;
    this.traits[this.count] = traits;
    this.allTraits |= traits;
    this.count += 1;
    this.length += length + 1;
    if (length > this.longest) this.longest = length;
  }

  clear(): void {
    this.count = 0;
    this.length = 0;
    this.allTraits = 0;
    this.longest = 0;
    this.words = undefined;
    this.turnTo(0);
  }

  turnTo(row: number): void {
    this.at = row;
    this.base = row * this.table.width;
  }

  /** Whether it is known that no text of the rows holds any of these words. */
  lacks(words: readonly string[]): boolean {
    if (words !== this.words) {
      this.words = words;
      // All are asked for: each is known from the chunk on that follows.
      this.isWithout = words.map((word) => this.table.lacks(word)).every((lacks) => lacks);
    }
    return this.isWithout;
  }

  /** Text of the row at hand. */
  get text(): string {
    const out: Out = { text: '' };
    this.table.write(this, out);
    return out.text;
  }

  /** All rows as text, each with its line feed. */
  writeAll(out: Out): void {
    for (let row = 0; row < this.count; row += 1) {
      this.turnTo(row);
      this.table.write(this, out);
      out.text += '\n';
    }
  }

  /** Where the paths of a log type lead; a place that nobody asked for yet is not filled. */
  placesOf(paths: JsonPaths): (Place | undefined)[] {
    const known = this.places.get(paths) ?? [];
    for (let place = known.length; place < paths.count; place += 1) known.push(this.table.placeOf(paths.pathOf(place)));
    this.places.set(paths, known);
    return known;
  }
}

/** Bytes of an object, or rows of it. */
export type Chunk = Buffer | RowChunk;

/** A chunk as bytes. */
export function bytesOf(chunk: Chunk): Buffer {
  if (!(chunk instanceof RowChunk)) return chunk;
  const out: Out = { text: '' };
  chunk.writeAll(out);
  return Buffer.from(out.text, 'latin1');
}
