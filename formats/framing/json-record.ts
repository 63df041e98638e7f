import { isAscii } from 'node:buffer';
import { byteString, unescapeUnicode } from './byte-string.ts';
import { type MemberTable, memberTable, scanObject } from './json-scan.ts';
import { FormatError, type JsonMembers, type LogRecord } from './record.ts';

/** A JSON record over the framing's buffer. One instance a framing, pointed at one record after another. */
export class JsonRecord implements LogRecord, JsonMembers {
  ordinal = 0;
  text = '';
  repaired = false;
  printable = false;
  problem: FormatError | undefined;
  /** Filled by the scan that found the record; offsets are absolute in the framing's buffer. */
  readonly members: MemberTable = memberTable();
  private base = 0;
  private parsed: unknown;

  get json(): JsonMembers {
    return this;
  }

  /** Points this record at `bytes[start, end)`. `ascii`: the bytes need no look at their UTF-8. */
  at(ordinal: number, bytes: Buffer, start: number, end: number, ascii: boolean, problem?: FormatError): void {
    this.ordinal = ordinal;
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
    if (repaired && this.members.count > 0) this.scanAgain();
  }

  /** Replacements have moved the members. */
  private scanAgain(): void {
    const bytes = Buffer.from(this.text, 'latin1');
    scanObject(bytes, 0, bytes.length, this.members);
    this.base = 0;
  }

  value(): unknown {
    if (this.parsed === undefined) this.parsed = parse(this.text);
    return this.parsed;
  }

  names(): string[] {
    const { offsets, count } = this.members;
    return Array.from({ length: count }, (_, index) => this.slice(offsets, 4 * index));
  }

  raw(name: string): string | undefined {
    const { offsets, count } = this.members;
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

/** JSON.parse of a byte string. @throws {FormatError} TF-JSON-INVALID */
function parse(text: string): unknown {
  try {
    return JSON.parse(text.includes('\\u') ? unescapeUnicode(text) : text);
  } catch (error) {
    throw new FormatError('TF-JSON-INVALID', 'the record is not valid JSON', error);
  }
}
