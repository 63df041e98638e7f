import type { JsonPaths } from './json-paths.ts';
import type { RowChunk } from './row-chunk.ts';

/** A record that cannot be read as what its log type says. It is quarantined alone, with `code` as the reason. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(`${message} [${code}]`, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * One thing an object holds: an element of a JSON array, a JSON value, a line. A framing hands over the same instance
 * again and again, so it means something only until the call it was given to returns.
 *
 * All texts are byte strings: one UTF-16 unit per byte of UTF-8. They cost no decoding, `length` counts octets, and
 * UTF-8 passes through byte for byte.
 */
export interface LogRecord {
  /** Position among the records of the object, from 0. */
  readonly ordinal: number;
  /** The record's own text, byte for byte but for invalid UTF-8, which is replaced by U+FFFD (then `repaired`). */
  readonly text: string;
  readonly repaired: boolean;
  /**
   * True when the text is known to be printable ASCII, line ends in JSON aside; false when it is not, or was not looked
   * at. In JSON this speaks of the text: a control may still stand behind a backslash.
   */
  readonly printable: boolean;
  /**
   * True when the text is known to hold neither a backslash, nor a pipe, nor DEL, and to be printable; undefined where one must
   * look.
   */
  readonly plain?: boolean;
  /** Whether it is known, without a look at the text, that it holds none of these words, and no `\\u`. */
  lacks?(words: readonly string[]): boolean;
  /** Writes the cells of a line into `into`, from 0, where they are parted by a space. @returns their number */
  cells?(into: string[]): number;
  /** Why the framing could not take this as a whole record; undefined when it could. */
  readonly problem: FormatError | undefined;
  /** Members of a JSON record; undefined for a line. */
  readonly json: JsonMembers | undefined;
}

/** A JSON record, read no further than asked. */
export interface JsonMembers {
  /** The whole record, parsed. Strings inside are byte strings. @throws {FormatError} when it is not valid JSON */
  value(): unknown;
  /** The value of a top-level member; parses no more than it must. @throws {FormatError} as `value` */
  member(name: string): unknown;
  /** Names of the top-level members, in their order. */
  names(): readonly string[];
  /** The text of a top-level member's value as it stands in the record; undefined when there is none. */
  raw(name: string): string | undefined;
  /** What was looked for while the record was found. */
  readonly paths: JsonPaths;
  /**
   * The value at a place of these paths, as `value` has it, but for an integer that JavaScript cannot hold, which is its
   * digits; `UNSOUGHT` where nobody looked for it while the record was found.
   */
  found(paths: JsonPaths, place: number): unknown;
  /** Its text as it stands in the record; undefined when there is none. */
  foundText(paths: JsonPaths, place: number): string | undefined | typeof UNSOUGHT;
}

/** Says that a value must be looked for. */
export const UNSOUGHT = Symbol('unsought');

/** Receives each record in order. Must not keep it. */
export type RecordSink = (record: LogRecord) => void;

/** Bytes of an object, in any chunks, to its records. */
export interface Framing {
  /** Takes the next bytes; `emit` is called, before this returns, for every record they complete. */
  push(chunk: Buffer, emit: RecordSink): void;
  /** The same of rows. @returns whether they were taken: if not, they must come as bytes */
  pushRows?(rows: RowChunk, emit: RecordSink): boolean;
  /** There are no more bytes: what is left is a record, or unreadable. */
  end(emit: RecordSink): void;
}

export interface FramingOptions {
  /** Number of records to pass over unread: the watermark at which an earlier run stopped. */
  readonly skip: number;
  /** A longer record is handed over cut to its first bytes, with the code TF-RECORD-TOO-LARGE. Bytes. */
  readonly maxRecordBytes: number;
  /** All bytes pushed up to `end` are one record; then come those of the next. */
  readonly whole?: boolean;
}
