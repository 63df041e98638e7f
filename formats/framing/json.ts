import { lineEnd, plainAscii } from './byte-string.ts';
import { Carry } from './carry.ts';
import { linePass, type Pass, ValuePass, wordPass } from './json-pass.ts';
import type { JsonPaths } from './json-paths.ts';
import { JsonRecord } from './json-record.ts';
import { skipNested, skipSpace, skipString, skipValue } from './json-scan.ts';
import { FormatError, type Framing, type FramingOptions, type RecordSink } from './record.ts';
import type { RowChunk } from './row-chunk.ts';
import { JsonRow } from './row-record.ts';

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** What one step did: went on, or needs more bytes. */
const GO_ON = 0;
const MORE = -1;

/**
 * JSON documents in every form AWS and Firehose write: an array in a wrapper object (`{"Records":[...]}`), an array,
 * one object, objects by line, objects glued together (`}{`). Streamed: holds one record at a time, so a document of any
 * size fits. A record is found by its brackets and handed over unparsed.
 */
export class JsonFraming implements Framing {
  private readonly carry = new Carry();
  private readonly record: JsonRecord;
  private rows: JsonRow | undefined;
  private readonly wrappers: readonly string[];
  private readonly options: FramingOptions;
  /** Inside an array of records, or between top-level values. */
  private inArray = false;
  /** Whether an object stands around that array. */
  private inWrapper = false;
  /** Whether the last top-level object was a record itself: then the next one most likely is, too. */
  private isBare = false;
  private ascii = true;
  private ordinal = 0;
  /** No use in scanning again before this many bytes are here: keeps a huge record from being scanned n times. */
  private wanted = 0;
  /** What is being passed over: the rest of a too large record, or of the object around the array. */
  private pass: Pass | undefined;

  /**
   * @param wrappers member names whose array holds the records, e.g. `['Records']`
   * @param paths what is looked for in each record while its end is found
   */
  constructor(wrappers: readonly string[], options: FramingOptions, paths?: JsonPaths) {
    this.record = new JsonRecord(paths);
    this.wrappers = wrappers;
    this.options = options;
  }

  push(chunk: Buffer, emit: RecordSink): void {
    this.carry.add(chunk);
    if (this.ascii && !plainAscii(chunk)) this.ascii = false;
    if (this.carry.length >= this.wanted) this.read(emit);
  }

  pushRows(rows: RowChunk, emit: RecordSink): boolean {
    const { table, count, longest } = rows;
    const isBetween = this.carry.length === 0 && this.pass === undefined && !this.inArray;
    const fits = table.isJson && longest <= this.options.maxRecordBytes;
    if (!isBetween || !fits || this.wrappers.some((name) => table.names.has(name))) return false;
    this.rows ??= new JsonRow(this.record.paths);
    for (let row = 0; row < count; row += 1) {
      const ordinal = this.ordinal++;
      if (ordinal < this.options.skip) continue;
      this.rows.at(ordinal, rows, row);
      emit(this.rows);
    }
    return true;
  }

  end(emit: RecordSink): void {
    this.read(emit);
    const { bytes, start, end } = this.carry;
    this.record.clear();
    if (this.isOpen()) {
      if (bytes[start] === OPEN_BRACE) this.record.scan(bytes, start, end);
      const problem = new FormatError('TF-JSON-TRUNCATED', 'the JSON document ends before it is complete');
      this.hand(start, end, emit, problem);
    } else if (start < end) this.hand(start, end, emit, noObject());
    this.carry.start = end;
  }

  /** Whether an array or object has begun and not ended. */
  private isOpen(): boolean {
    const { bytes, start, end } = this.carry;
    return this.inArray || this.pass instanceof ValuePass || (start < end && bytes[start] === OPEN_BRACE);
  }

  private read(emit: RecordSink): void {
    this.wanted = 0;
    do {
      while (this.step(emit) !== MORE);
    } while (this.cutTooLarge(emit));
    const { length } = this.carry;
    if (length > 64 * 1024) this.wanted = Math.min(2 * length, this.options.maxRecordBytes + 1);
    if (length === 0) this.ascii = true;
  }

  /** One move: passes over a separator, enters or leaves an array, or hands over a record. */
  private step(emit: RecordSink): number {
    if (this.pass !== undefined && !this.passOver(this.pass)) return MORE;
    const { bytes, end } = this.carry;
    const at = skipSpace(bytes, this.carry.start, end);
    this.carry.start = at;
    if (at >= end) return MORE;
    const byte = bytes[at];
    if (byte === 0x2c) return this.moveTo(at + 1);
    if (this.inArray) {
      if (byte === 0x5d) return this.leaveArray(at + 1);
    } else {
      if (byte === OPEN_BRACKET) return this.enterArray(at + 1, false);
      if (byte === 0xef && end - at < 3) return MORE;
      if (byte === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) return this.moveTo(at + 3);
      if (byte === OPEN_BRACE && this.wrappers.length > 0) return this.readWrapper(at, emit);
    }
    return byte === OPEN_BRACE ? this.readObject(at, emit) : this.readOther(at, emit);
  }

  private readObject(start: number, emit: RecordSink): number {
    const { bytes, end } = this.carry;
    const after = this.record.scan(bytes, start, end);
    if (after === MORE) return MORE;
    if (after > 0) {
      this.hand(start, after, emit);
      return this.moveTo(after);
    }
    const broken = skipNested(bytes, start, end);
    if (broken < 0) return MORE;
    this.record.clear();
    this.hand(start, broken, emit, new FormatError('TF-JSON-INVALID', 'the record is not valid JSON'));
    return this.moveTo(broken);
  }

  /** Something that is no object where a record should be: in an array the value, else the rest of its line. */
  private readOther(start: number, emit: RecordSink): number {
    const { bytes, end } = this.carry;
    const found = this.inArray ? skipValue(bytes, start, end) : lineEnd(bytes, start, end);
    if (found < 0) return MORE;
    // A stray bracket ends where it starts.
    const after = Math.max(found, start + 1);
    this.record.clear();
    this.hand(start, after, emit, noObject());
    return this.moveTo(after);
  }

  /** Looks through a top-level object for the array of records; without one, the object is a record itself. */
  private readWrapper(start: number, emit: RecordSink): number {
    const { bytes, end } = this.carry;
    const after = this.isBare ? this.record.scanBare(bytes, start, end, this.wrappers) : MORE;
    if (after > 0) {
      this.hand(start, after, emit);
      return this.moveTo(after);
    }
    this.isBare = true;
    let at = start + 1;
    for (;;) {
      at = skipSpace(bytes, at, end);
      if (at < end && bytes[at] === 0x2c) at = skipSpace(bytes, at + 1, end);
      if (at >= end) return MORE;
      if (bytes[at] !== 0x22) return this.readObject(start, emit);
      const keyEnd = skipString(bytes, at, end);
      if (keyEnd < 0) return MORE;
      const key = bytes.toString('latin1', at + 1, keyEnd - 1);
      const colon = skipSpace(bytes, keyEnd, end);
      const value = skipSpace(bytes, colon + 1, end);
      if (value >= end) return MORE;
      if (bytes[colon] !== 0x3a) return this.readObject(start, emit);
      if (bytes[value] === OPEN_BRACKET && this.wrappers.includes(key)) {
        // In smaller chunks it would have been given up before its array came in sight.
        return value - start > this.options.maxRecordBytes ? this.cut(emit) : this.enterArray(value + 1, true);
      }
      at = skipValue(bytes, value, end);
      if (at < 0) return MORE;
    }
  }

  private enterArray(at: number, inWrapper: boolean): number {
    this.inArray = true;
    this.inWrapper = inWrapper;
    this.isBare = false;
    return this.moveTo(at);
  }

  /** Members behind the array, up to the end of the object around it, say nothing of the records. */
  private leaveArray(at: number): number {
    this.inArray = false;
    if (this.inWrapper) this.pass = new ValuePass(1);
    return this.moveTo(at);
  }

  private moveTo(at: number): number {
    this.carry.start = at;
    return GO_ON;
  }

  private hand(start: number, end: number, emit: RecordSink, problem?: FormatError): void {
    const ordinal = this.ordinal++;
    if (ordinal < this.options.skip) return;
    const most = this.options.maxRecordBytes;
    if (end - start <= most) this.record.at(ordinal, this.carry.bytes, start, end, this.ascii, problem);
    else {
      this.record.clear();
      this.record.at(ordinal, this.carry.bytes, start, start + most, this.ascii, tooLarge(most));
    }
    emit(this.record);
  }

  private cutTooLarge(emit: RecordSink): boolean {
    if (this.carry.length <= this.options.maxRecordBytes) return false;
    this.cut(emit);
    return true;
  }

  /** Hands over the first bytes of a record that is too large to be held, and passes over the rest. */
  private cut(emit: RecordSink): number {
    const { bytes, start, end } = this.carry;
    this.hand(start, end, emit);
    this.pass = this.passFrom(bytes[start]);
    return GO_ON;
  }

  private passFrom(first: number | undefined): Pass {
    if (first === OPEN_BRACE || (this.inArray && (first === QUOTE || first === OPEN_BRACKET))) return new ValuePass();
    return this.inArray ? wordPass : linePass;
  }

  /** @returns whether the end of what is passed over was reached */
  private passOver(pass: Pass): boolean {
    const { bytes, start, end } = this.carry;
    const after = pass.over(bytes, start, end);
    this.carry.start = after < 0 ? end : after;
    if (after >= 0) this.pass = undefined;
    return after >= 0;
  }
}

/** A record that is no object. */
export function noObject(): FormatError {
  return new FormatError('TF-JSON-NO-OBJECT', 'the record is not a JSON object');
}

/** A record of which only its first bytes are kept. */
export function tooLarge(most: number): FormatError {
  return new FormatError('TF-RECORD-TOO-LARGE', `the record is larger than ${most} bytes; its first ${most} are kept`);
}
