import { Carry } from './carry.ts';
import { noObject, tooLarge } from './json.ts';
import type { JsonPaths } from './json-paths.ts';
import { JsonRecord } from './json-record.ts';
import { skipSpace } from './json-scan.ts';
import { FormatError, type Framing, type FramingOptions, type LogRecord, type RecordSink } from './record.ts';
import { TextRecord } from './text-record.ts';

const OPEN_BRACE = 0x7b;

/**
 * All bytes up to `end` as one record, whatever they are: what stands in an envelope as one message. `end` hands over
 * exactly one record and makes ready for the next; ordinals go on.
 */
abstract class WholeFraming implements Framing {
  protected readonly carry = new Carry();
  private readonly options: FramingOptions;
  private ordinal = 0;
  private isTooLong = false;

  constructor(options: FramingOptions) {
    this.options = options;
  }

  push(chunk: Buffer): void {
    const room = this.options.maxRecordBytes - this.carry.length;
    if (chunk.length > room) this.isTooLong = true;
    this.carry.add(chunk.length > room ? chunk.subarray(0, room) : chunk);
  }

  end(emit: RecordSink): void {
    const { bytes } = this.carry;
    const start = this.carry.start + byteOrderMark(bytes, this.carry.start, this.carry.end);
    const end = withoutLineEnds(bytes, start, this.carry.end);
    const ordinal = this.ordinal++;
    const problem = this.isTooLong ? tooLarge(this.options.maxRecordBytes) : undefined;
    this.isTooLong = false;
    this.carry.start = 0;
    this.carry.end = 0;
    if (ordinal >= this.options.skip) emit(this.recordAt(ordinal, bytes, start, end, problem));
  }

  protected abstract recordAt(
    ordinal: number,
    bytes: Buffer,
    start: number,
    end: number,
    problem: FormatError | undefined,
  ): LogRecord;
}

/** A message of text, with all its lines. */
export class WholeText extends WholeFraming {
  private readonly record: TextRecord;

  /** @param isPlain see `TextRecord` */
  constructor(options: FramingOptions, isPlain = true) {
    super(options);
    this.record = new TextRecord(isPlain);
  }

  protected override recordAt(
    ...[ordinal, bytes, start, end, problem]: Parameters<WholeFraming['recordAt']>
  ): LogRecord {
    this.record.at(ordinal, bytes, start, end, problem);
    return this.record;
  }
}

/** A message that is one JSON object. */
export class WholeJson extends WholeFraming {
  private readonly record: JsonRecord;

  /** @param paths what is looked for in each record */
  constructor(options: FramingOptions, paths?: JsonPaths) {
    super(options);
    this.record = new JsonRecord(paths);
  }

  protected override recordAt(
    ...[ordinal, bytes, start, end, problem]: Parameters<WholeFraming['recordAt']>
  ): LogRecord {
    const at = skipSpace(bytes, start, end);
    this.record.clear();
    const fault = problem ?? this.scan(bytes, at, end);
    this.record.at(ordinal, bytes, at, end, false, fault);
    return this.record;
  }

  private scan(bytes: Buffer, start: number, end: number): FormatError | undefined {
    if (start === end || bytes[start] !== OPEN_BRACE) return noObject();
    const after = this.record.scan(bytes, start, end);
    if (after === -1) return new FormatError('TF-JSON-TRUNCATED', 'the JSON document ends before it is complete');
    if (after > 0 && skipSpace(bytes, after, end) === end) return undefined;
    return new FormatError('TF-JSON-INVALID', 'the record is not valid JSON');
  }
}

function byteOrderMark(bytes: Buffer, start: number, end: number): number {
  return end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf ? 3 : 0;
}

function withoutLineEnds(bytes: Buffer, start: number, end: number): number {
  let stop = end;
  while (stop > start && (bytes[stop - 1] === 0x0a || bytes[stop - 1] === 0x0d)) stop -= 1;
  return stop;
}
