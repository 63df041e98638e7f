import { plainAscii } from './byte-string.ts';
import { Carry } from './carry.ts';
import { JsonRecord } from './json-record.ts';
import { scanObject, skipNested, skipSpace, skipString, skipValue } from './json-scan.ts';
import { FormatError, type Framing, type FramingOptions, type RecordSink } from './record.ts';

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * Where the framing stands: between top-level values, inside an array of records, or behind the array in what is left
 * of the object around it.
 */
type Place = 'values' | 'array' | 'tail';

/** What one step did: went on, needs more bytes, or found this many bytes unreadable. */
const MORE = -1;

/**
 * JSON documents in every form AWS and Firehose write: an array in a wrapper object (`{"Records":[...]}`), an array,
 * one object, objects by line, objects glued together (`}{`). Streamed: holds one record at a time, so a document of any
 * size fits. A record is found by its brackets and handed over unparsed.
 */
export class JsonFraming implements Framing {
  private readonly carry = new Carry();
  private readonly record = new JsonRecord();
  private readonly wrappers: readonly string[];
  private readonly options: FramingOptions;
  private place: Place = 'values';
  private inWrapper = false;
  private ascii = true;
  private ordinal = 0;
  /** No use in scanning again before this many bytes are here: keeps a huge record from being scanned n times. */
  private wanted = 0;
  /** Bytes of a too large record still to be passed over: its nesting so far; undefined when there is none. */
  private skipping: { depth: number; inString: boolean; escaped: boolean } | undefined;

  /** @param wrappers member names whose array holds the records, e.g. `['Records']` */
  constructor(wrappers: readonly string[], options: FramingOptions) {
    this.wrappers = wrappers;
    this.options = options;
  }

  push(chunk: Buffer, emit: RecordSink): void {
    this.carry.add(chunk);
    if (this.ascii && !plainAscii(chunk)) this.ascii = false;
    if (this.carry.length >= this.wanted) this.read(emit);
  }

  end(emit: RecordSink): void {
    this.read(emit);
    const { bytes, start, end } = this.carry;
    const rest = skipSpace(bytes, start, end);
    if (rest < end || this.place !== 'values' || this.skipping !== undefined) {
      const problem = new FormatError('TF-JSON-TRUNCATED', 'the JSON document ends before it is complete');
      this.hand(rest, Math.min(end, rest + this.options.maxRecordBytes), emit, problem);
    }
    this.carry.start = end;
  }

  private read(emit: RecordSink): void {
    this.wanted = 0;
    while (this.step(emit) !== MORE);
    if (this.carry.length > this.options.maxRecordBytes) this.startSkipping(emit);
    else if (this.carry.length > 64 * 1024) this.wanted = 2 * this.carry.length;
    if (this.carry.length === 0) this.ascii = true;
  }

  /** One move: passes over a separator, enters or leaves an array, or hands over a record. */
  private step(emit: RecordSink): number {
    if (this.skipping !== undefined && !this.skipOn()) return MORE;
    const { bytes, end } = this.carry;
    const at = skipSpace(bytes, this.carry.start, end);
    this.carry.start = at;
    if (at >= end) return MORE;
    const byte = bytes[at];
    if (byte === 0x2c) return this.moveTo(at + 1);
    if (this.place === 'tail') return this.readTail(at, byte);
    if (this.place === 'array' && byte === 0x5d) return this.leaveArray(at + 1);
    if (this.place === 'values') {
      if (byte === OPEN_BRACKET) return this.enterArray(at + 1, false);
      if (byte === 0xef && end - at < 3) return MORE;
      if (byte === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) return this.moveTo(at + 3);
      if (byte === OPEN_BRACE && this.wrappers.length > 0) return this.readWrapper(at, emit);
    }
    return byte === OPEN_BRACE ? this.readObject(at, emit) : this.readScalar(at, emit);
  }

  private readObject(start: number, emit: RecordSink): number {
    const { bytes, end } = this.carry;
    const after = scanObject(bytes, start, end, this.record.members);
    if (after === MORE) return MORE;
    if (after > 0) {
      this.hand(start, after, emit);
      return this.moveTo(after);
    }
    const broken = skipNested(bytes, start, end);
    if (broken < 0) return MORE;
    this.record.members.count = 0;
    this.hand(start, broken, emit, new FormatError('TF-JSON-INVALID', 'the record is not valid JSON'));
    return this.moveTo(broken);
  }

  /** Something that is no object where a record should be: in an array the value, else the rest of its line. */
  private readScalar(start: number, emit: RecordSink): number {
    const { bytes, end } = this.carry;
    let after = this.place === 'array' ? skipValue(bytes, start, end) : bytes.indexOf(0x0a, start) + 1;
    if (after <= 0 || after > end) return MORE;
    if (after === start) after = start + 1;
    this.record.members.count = 0;
    this.hand(start, after, emit, new FormatError('TF-JSON-NO-OBJECT', 'the record is not a JSON object'));
    return this.moveTo(after);
  }

  /** Looks through a top-level object for the array of records; without one, the object is a record itself. */
  private readWrapper(start: number, emit: RecordSink): number {
    const { bytes, end } = this.carry;
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
      if (bytes[value] === OPEN_BRACKET && this.wrappers.includes(key)) return this.enterArray(value + 1, true);
      at = skipValue(bytes, value, end);
      if (at < 0) return MORE;
    }
  }

  private enterArray(at: number, inWrapper: boolean): number {
    this.place = 'array';
    this.inWrapper = inWrapper;
    return this.moveTo(at);
  }

  private leaveArray(at: number): number {
    this.place = this.inWrapper ? 'tail' : 'values';
    return this.moveTo(at);
  }

  /** The members that stand behind the array of records, up to the end of the object around it. */
  private readTail(at: number, byte: number | undefined): number {
    const { bytes, end } = this.carry;
    if (byte === 0x7d) {
      this.place = 'values';
      return this.moveTo(at + 1);
    }
    if (byte === 0x3a) return this.moveTo(at + 1);
    const after = skipValue(bytes, at, end);
    return after < 0 ? MORE : this.moveTo(Math.max(after, at + 1));
  }

  private moveTo(at: number): number {
    this.carry.start = at;
    return 0;
  }

  private hand(start: number, end: number, emit: RecordSink, problem?: FormatError): void {
    const ordinal = this.ordinal++;
    if (ordinal < this.options.skip) return;
    this.record.at(ordinal, this.carry.bytes, start, end, this.ascii, problem);
    emit(this.record);
  }

  private startSkipping(emit: RecordSink): void {
    const { start } = this.carry;
    const most = this.options.maxRecordBytes;
    this.record.members.count = 0;
    const message = `the record is larger than ${most} bytes; its first ${most} bytes are kept`;
    this.hand(start, start + most, emit, new FormatError('TF-RECORD-TOO-LARGE', message));
    this.skipping = { depth: 0, inString: false, escaped: false };
    if (!this.skipOn()) return;
    this.read(emit);
  }

  /** Passes over bytes of a too large record. @returns whether its end was reached */
  private skipOn(): boolean {
    const state = this.skipping;
    if (state === undefined) return true;
    const { bytes, end } = this.carry;
    for (let at = this.carry.start; at < end; at += 1) {
      const byte = bytes[at];
      if (state.escaped) state.escaped = false;
      else if (state.inString) {
        if (byte === 0x5c) state.escaped = true;
        else if (byte === 0x22) state.inString = false;
      } else if (byte === 0x22) state.inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) state.depth += 1;
      else if ((byte === 0x7d || byte === 0x5d) && --state.depth <= 0) {
        this.skipping = undefined;
        this.carry.start = at + 1;
        return true;
      }
    }
    this.carry.start = end;
    return false;
  }
}
