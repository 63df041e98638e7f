import { isAscii } from 'node:buffer';
import { isExact } from '../functions.ts';
import { byteString, unescapeUnicode } from './byte-string.ts';
import { JsonFinder } from './json-find.ts';
import { JsonPaths } from './json-paths.ts';
import { type MemberTable, memberTable, scanObject } from './json-scan.ts';
import { FormatError, type JsonMembers, type LogRecord, UNSOUGHT } from './record.ts';

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** A JSON record over the framing's buffer. One instance a framing, pointed at one record after another. */
export class JsonRecord implements LogRecord, JsonMembers {
  ordinal = 0;
  text = '';
  repaired = false;
  printable = false;
  problem: FormatError | undefined;
  readonly paths: JsonPaths;
  private readonly finder: JsonFinder;
  /** Whether the finder has read the record at hand. */
  private isFound = false;
  /** Of the record at hand, where it was filled; offsets are absolute in `bytes`. */
  private readonly members: MemberTable = memberTable();
  private bytes: Buffer = Buffer.alloc(0);
  private base = 0;
  private parsed: unknown;
  /** Lists and objects that were parsed, by their places, and in which scan: several expressions read them. */
  private readonly parsedParts: unknown[] = [];
  private readonly parsedIn: number[] = [];
  private scans = 0;

  /** @param paths what `scan` looks for */
  constructor(paths = new JsonPaths()) {
    this.paths = paths;
    this.finder = new JsonFinder(paths);
  }

  get json(): JsonMembers {
    return this;
  }

  /** Forgets what `scan` found: the next record is no object, or not scanned. */
  clear(): void {
    this.isFound = false;
    this.members.count = 0;
  }

  /**
   * Finds the end of the object that opens at `start`, and where its values stand.
   * @returns as `scanObject`
   */
  scan(bytes: Buffer, start: number, end: number): number {
    this.clear();
    this.scans += 1;
    if (!this.finder.isIdle) {
      const after = this.finder.scan(bytes, start, end);
      this.isFound = after >= 0;
      if (this.isFound) return after;
    }
    return scanObject(bytes, start, end, this.members);
  }

  /** As `scan`, for an object that has none of these lists; -1 where it has, or where this cannot be said. */
  scanBare(bytes: Buffer, start: number, end: number, lists: readonly string[]): number {
    const after = this.scan(bytes, start, end);
    return this.isFound && !lists.some((name) => this.holdsList(bytes, name)) ? after : -1;
  }

  private holdsList(bytes: Buffer, name: string): boolean {
    const place = this.paths.placeOf([name]);
    const at = this.finder.spans[2 * place] as number;
    return place >= this.finder.places || (at > 0 && bytes[at] === OPEN_BRACKET);
  }

  /** Points this record at `bytes[start, end)`. `ascii`: the bytes need no look at their UTF-8. */
  at(ordinal: number, bytes: Buffer, start: number, end: number, ascii: boolean, problem?: FormatError): void {
    this.ordinal = ordinal;
    this.bytes = bytes;
    this.base = start;
    this.parsed = undefined;
    this.problem = problem;
    this.printable = ascii;
    this.repaired = false;
    if (ascii) this.text = bytes.toString('latin1', start, end);
    else this.decode(bytes, start, end);
  }

  private decode(bytes: Buffer, start: number, end: number): void {
    const { text, repaired } = byteString(bytes, start, end);
    this.text = text;
    this.repaired = repaired;
    this.printable = isAscii(bytes.subarray(start, end));
    if (repaired && (this.isFound || this.members.count > 0)) this.scanAgain();
  }

  /** Replacements have moved the members. */
  private scanAgain(): void {
    this.bytes = Buffer.from(this.text, 'latin1');
    this.base = 0;
    this.scan(this.bytes, 0, this.bytes.length);
  }

  found(paths: JsonPaths, place: number): unknown {
    const { spans, places } = this.finder;
    if (!this.isFound || paths !== this.paths || place >= places) return UNSOUGHT;
    const end = spans[2 * place + 1] as number;
    if (end === 0) return undefined;
    const start = spans[2 * place] as number;
    const { base, text } = this;
    const first = text.charCodeAt(start - base);
    if (first === QUOTE && !this.finder.escapes) return text.substring(start - base + 1, end - base - 1);
    const json = text.substring(start - base, end - base);
    return first === OPEN_BRACE || first === OPEN_BRACKET ? this.part(place, json) : scalarIn(json);
  }

  /** The list or object at a place. */
  private part(place: number, json: string): unknown {
    if (this.parsedIn[place] !== this.scans) {
      this.parsedParts[place] = parse(json);
      this.parsedIn[place] = this.scans;
    }
    return this.parsedParts[place];
  }

  foundText(paths: JsonPaths, place: number): string | undefined | typeof UNSOUGHT {
    const { spans, places } = this.finder;
    if (!this.isFound || paths !== this.paths || place >= places) return UNSOUGHT;
    const end = spans[2 * place + 1] as number;
    return end === 0 ? undefined : this.text.substring((spans[2 * place] as number) - this.base, end - this.base);
  }

  /** Where the top-level members stand. */
  private get table(): MemberTable {
    if (this.isFound && this.members.count === 0)
      scanObject(this.bytes, this.base, this.base + this.text.length, this.members);
    return this.members;
  }

  value(): unknown {
    if (this.parsed === undefined) this.parsed = parse(this.text);
    return this.parsed;
  }

  names(): string[] {
    const { offsets, count } = this.table;
    return Array.from({ length: count }, (_, index) => this.slice(offsets, 4 * index));
  }

  raw(name: string): string | undefined {
    const { offsets, count } = this.table;
    // From behind, since of two members with one name JSON.parse takes the last.
    for (let at = 4 * count - 4; at >= 0; at -= 4) {
      const keyStart = (offsets[at] as number) - this.base;
      const keyLength = (offsets[at + 1] as number) - this.base - keyStart;
      if (keyLength === name.length && this.text.startsWith(name, keyStart)) return this.slice(offsets, at + 2);
    }
    return undefined;
  }

  /** The text between two offsets that follow one another in the table. */
  private slice(offsets: Int32Array, at: number): string {
    return this.text.substring((offsets[at] as number) - this.base, (offsets[at + 1] as number) - this.base);
  }

  member(name: string): unknown {
    if (this.parsed === undefined) {
      const raw = this.raw(name);
      // A control that stands in a string as it is makes the record invalid: the parser says so.
      if (raw !== undefined && raw.charCodeAt(0) === 0x22 && !/[\x00-\x1f\\]/.test(raw))
        return raw.substring(1, raw.length - 1);
    }
    const value = this.value();
    return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }
}

/** A value as `found` gives it, of valid JSON. @throws {FormatError} TF-JSON-INVALID */
export function jsonValue(json: string): unknown {
  const first = json.charCodeAt(0);
  return first === OPEN_BRACE || first === OPEN_BRACKET ? parse(json) : scalarIn(json);
}

/** The value of a valid JSON string, number or literal, an integer that JavaScript cannot hold as its digits. */
function scalarIn(json: string): unknown {
  if (json.charCodeAt(0) === QUOTE && !json.includes('\\')) return json.substring(1, json.length - 1);
  if (json === 'true' || json === 'false') return json === 'true';
  if (json === 'null') return null;
  const value = json.charCodeAt(0) === QUOTE ? parse(json) : Number(json);
  if (typeof value !== 'number' || isExact(value)) return value;
  return /^-?\d+$/.test(json) ? json : value;
}

/** JSON.parse of a byte string. @throws {FormatError} TF-JSON-INVALID */
function parse(text: string): unknown {
  try {
    return JSON.parse(text.includes('\\u') ? unescapeUnicode(text) : text);
  } catch (error) {
    throw new FormatError('TF-JSON-INVALID', 'the record is not valid JSON', error);
  }
}
