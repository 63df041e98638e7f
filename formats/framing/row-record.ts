import { isExact } from '../functions.ts';
import type { JsonPaths } from './json-paths.ts';
import { JsonRecord, jsonValue } from './json-record.ts';
import { type JsonMembers, type LogRecord, UNSOUGHT } from './record.ts';
import type { Out, Place, RowChunk } from './row-chunk.ts';
import { BROKEN, DELETE, ESCAPE, HIGH, PIPE, UNICODE } from './text-traits.ts';

/** What makes values be looked at one by one. */
const ANY_ODD = ESCAPE | PIPE | DELETE | HIGH | BROKEN;

/** A row as a record, whose text is put together when somebody asks. One instance a framing. */
class RowRecord implements LogRecord {
  ordinal = 0;
  readonly repaired = false;
  readonly problem = undefined;
  protected rows!: RowChunk;
  private row = 0;
  private held: string | undefined;

  /** Points this record at a row. */
  at(ordinal: number, rows: RowChunk, row: number): void {
    this.ordinal = ordinal;
    this.rows = rows;
    this.row = row;
    this.held = undefined;
    rows.turnTo(row);
  }

  get json(): JsonMembers | undefined {
    return undefined;
  }

  get text(): string {
    this.held ??= this.rows.text;
    return this.held;
  }

  get printable(): boolean {
    return (this.traits & (HIGH | DELETE)) === 0;
  }

  get plain(): boolean {
    return (this.traits & ANY_ODD) === 0;
  }

  lacks(words: readonly string[]): boolean {
    return (this.traits & UNICODE) === 0 && this.rows.lacks(words);
  }

  private get traits(): number {
    return this.rows.traits[this.row] as number;
  }
}

/** A row that is a line of cells. */
export class LineRow extends RowRecord {
  /** The cells of the row. @returns their number */
  cells(into: string[]): number {
    const { slots, base, table } = this.rows;
    for (let at = 0; at < table.width; at += 1) into[at] = slots[base + at] as string;
    return table.width;
  }
}

/** A row that is a JSON object. */
export class JsonRow extends RowRecord implements JsonMembers {
  readonly paths: JsonPaths;
  private places: readonly (Place | undefined)[] = [];
  /** The row once more, as text: for all that is not found by a path. */
  private readonly whole: JsonRecord;
  private isWhole = false;
  /** Parsed values by the places they were parsed for, of the row at hand. */
  private readonly parsed = new Map<number | Place, unknown>();

  constructor(paths: JsonPaths) {
    super();
    this.paths = paths;
    this.whole = new JsonRecord(paths);
  }

  override at(ordinal: number, rows: RowChunk, row: number): void {
    super.at(ordinal, rows, row);
    this.isWhole = false;
    if (this.parsed.size > 0) this.parsed.clear();
    this.places = rows.placesOf(this.paths);
  }

  override get json(): JsonMembers {
    return this;
  }

  found(paths: JsonPaths, at: number): unknown {
    if (paths !== this.paths || at >= this.places.length) return UNSOUGHT;
    const place = this.places[at];
    if (place === undefined) return undefined;
    const { slot, rest } = place;
    if (slot === undefined) return this.part(place);
    const { slots, base } = this.rows;
    const held = slots[base + slot] as string | number;
    if (typeof held === 'number') return undefined;
    if (place.isText) return held;
    return rest.length === 0 ? this.valueIn(slot, held) : this.inside(slot, held, rest);
  }

  private valueIn(slot: number, json: string): unknown {
    if (this.parsed.has(slot)) return this.parsed.get(slot);
    const value = jsonValue(json);
    if (typeof value === 'object') this.parsed.set(slot, value);
    return value;
  }

  private inside(slot: number, json: string, rest: readonly string[]): unknown {
    let value = this.valueIn(slot, json);
    for (const name of rest) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = Reflect.get(value, name);
    }
    return typeof value === 'number' && !isExact(value) ? UNSOUGHT : value;
  }

  private part(place: Place): unknown {
    if (!this.parsed.has(place)) {
      const text = this.textAt(place);
      this.parsed.set(place, text === undefined ? undefined : jsonValue(text));
    }
    return this.parsed.get(place);
  }

  private textAt(place: Place): string | undefined {
    const out: Out = { text: '' };
    return place.write(this.rows, out) ? out.text : undefined;
  }

  foundText(paths: JsonPaths, at: number): string | undefined | typeof UNSOUGHT {
    if (paths !== this.paths || at >= this.places.length) return UNSOUGHT;
    const place = this.places[at];
    if (place === undefined) return undefined;
    return place.rest.length > 0 ? UNSOUGHT : this.textAt(place);
  }

  /** The record over its text. */
  private get record(): JsonMembers {
    if (!this.isWhole) {
      const bytes = Buffer.from(this.text, 'latin1');
      this.whole.scan(bytes, 0, bytes.length);
      this.whole.at(this.ordinal, bytes, 0, bytes.length, this.printable);
      this.isWhole = true;
    }
    return this.whole;
  }

  value(): unknown {
    return this.record.value();
  }

  member(name: string): unknown {
    return this.record.member(name);
  }

  names(): readonly string[] {
    return this.record.names();
  }

  raw(name: string): string | undefined {
    return this.record.raw(name);
  }
}
