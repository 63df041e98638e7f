import { byteString, unescapeUnicode } from './byte-string.ts';
import { type MemberTable, memberTable } from './json-scan.ts';
import { FormatError, type JsonMembers, type LogRecord } from './record.ts';

/** A JSON record over the framing's buffer. One instance a framing, pointed at one record after another. */
export class JsonRecord implements LogRecord, JsonMembers {
  ordinal = 0;
  text = '';
  repaired = false;
  ascii = false;
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
    this.ascii = ascii;
    this.repaired = false;
    if (ascii) this.text = bytes.toString('latin1', start, end);
    else this.decode(bytes, start, end);
  }

  private decode(bytes: Buffer, start: number, end: number): void {
    const { text, repaired } = byteString(bytes, start, end);
    this.text = text;
    this.repaired = repaired;
    // Replacements change offsets, so a repaired record is read through its parsed value only.
    if (repaired) this.members.count = 0;
  }

  value(): unknown {
    if (this.parsed === undefined) this.parsed = parse(this.text);
    return this.parsed;
  }

  names(): string[] {
    const { offsets, count } = this.members;
    const text = (base: number): string =>
      this.text.substring((offsets[base] as number) - this.base, (offsets[base + 1] as number) - this.base);
    return Array.from({ length: count }, (_, index) => text(4 * index));
  }

  raw(name: string): string | undefined {
    const { offsets, count } = this.members;
    for (let base = 0; base < 4 * count; base += 4) {
      const keyStart = (offsets[base] as number) - this.base;
      if (
        (offsets[base + 1] as number) - this.base - keyStart === name.length &&
        this.text.startsWith(name, keyStart)
      ) {
        return this.text.substring(
          (offsets[base + 2] as number) - this.base,
          (offsets[base + 3] as number) - this.base,
        );
      }
    }
    return undefined;
  }

  member(name: string): unknown {
    if (this.parsed === undefined) {
      const raw = this.raw(name);
      if (raw !== undefined && raw.charCodeAt(0) === 0x22 && !raw.includes('\\'))
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
