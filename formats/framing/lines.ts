import { isUtf8 } from 'node:buffer';
import { byteString, lineEnd, printable, WINDOW_BYTES } from './byte-string.ts';
import { Carry } from './carry.ts';
import { FormatError, type Framing, type FramingOptions, type RecordSink } from './record.ts';
import type { RowChunk } from './row-chunk.ts';
import { LineRow } from './row-record.ts';
import { TextRecord } from './text-record.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BOM = '\xef\xbb\xbf';

/**
 * Lines of text: LF or CRLF, the last one with or without its end. Blank lines are no records. `control` sees every line,
 * also where records are skipped, and says how many bytes at its end are a header or comment: all of them, or what a
 * writer glued behind a last line without an end.
 */
export class LineFraming implements Framing {
  private readonly carry = new Carry();
  private readonly record = new TextRecord();
  private readonly row = new LineRow();
  private readonly takesRows: boolean;
  private readonly control: (line: string) => number;
  private readonly options: FramingOptions;
  private ordinal = 0;
  private atStart = true;
  /** Inside a line that was too long and has been handed over. */
  private skipping = false;

  /** @param takesRows whether `control` says nothing of rows of a table, which hold no line that is one of its headers */
  constructor(control: (line: string) => number, options: FramingOptions, takesRows = false) {
    this.control = control;
    this.options = options;
    this.takesRows = takesRows;
  }

  push(chunk: Buffer, emit: RecordSink): void {
    this.carry.add(chunk);
    const last = chunk.lastIndexOf(LINE_FEED);
    if (last >= 0) this.read(this.carry.end - chunk.length + last + 1, emit);
    // A line that is not too long may still be followed by its carriage return.
    if (this.carry.length > this.options.maxRecordBytes + 1) this.passOver(emit);
  }

  pushRows(rows: RowChunk, emit: RecordSink): boolean {
    const { table, count, longest } = rows;
    const isBetween = this.carry.length === 0 && !this.skipping && !this.atStart;
    if (!this.takesRows || !isBetween || table.isJson || longest > this.options.maxRecordBytes) return false;
    for (let row = 0; row < count; row += 1) {
      const ordinal = this.ordinal++;
      if (ordinal < this.options.skip) continue;
      this.row.at(ordinal, rows, row);
      emit(this.row);
    }
    return true;
  }

  end(emit: RecordSink): void {
    this.read(this.carry.end, emit);
  }

  /** Reads whole lines, window by window; a window ends at a line's end. */
  private read(end: number, emit: RecordSink): void {
    const { bytes } = this.carry;
    let at = this.carry.start;
    while (at < end) {
      const stop = windowEnd(bytes, at, end);
      this.window(at, stop, emit);
      at = stop;
    }
    this.carry.start = end;
  }

  private window(start: number, end: number, emit: RecordSink): void {
    const { bytes } = this.carry;
    this.record.printable = printable(bytes, start, end);
    this.record.repaired = false;
    if (!this.record.printable && !isUtf8(bytes.subarray(start, end))) {
      this.mend(start, end, emit);
      return;
    }
    const text = bytes.toString('latin1', start, end);
    let from = 0;
    while (from < text.length) {
      const found = text.indexOf('\n', from);
      const to = found < 0 ? text.length : found;
      const stop = to > from && text.charCodeAt(to - 1) === CARRIAGE_RETURN ? to - 1 : to;
      if (this.isWanted(start + from, stop - from, emit)) this.line(text.substring(from, stop), emit);
      from = to + 1;
    }
  }

  /** A window with invalid UTF-8, line by line: only the line that holds it is repaired. */
  private mend(start: number, end: number, emit: RecordSink): void {
    const { bytes } = this.carry;
    let from = start;
    while (from < end) {
      const found = lineEnd(bytes, from, end);
      const to = found < 0 ? end : found;
      const stop = to > from && bytes[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
      if (this.isWanted(from, stop - from, emit)) {
        const { text, repaired } = byteString(bytes, from, stop);
        this.record.repaired = repaired;
        this.line(text, emit);
      }
      from = to + 1;
    }
  }

  /** False for a blank line, the rest of one that has been handed over, and one that is too long, which this hands over. */
  private isWanted(start: number, length: number, emit: RecordSink): boolean {
    const isRest = this.skipping;
    this.skipping = false;
    if (isRest || length === 0) return false;
    if (length <= this.options.maxRecordBytes) return true;
    this.cut(start, emit);
    return false;
  }

  private line(line: string, emit: RecordSink): void {
    const text = this.atStart && line.startsWith(BOM) ? line.substring(BOM.length) : line;
    this.atStart = false;
    const control = this.control(text);
    if (control < text.length) this.hand(control > 0 ? text.substring(0, text.length - control) : text, emit);
  }

  private hand(text: string, emit: RecordSink, problem?: FormatError): void {
    const ordinal = this.ordinal++;
    if (ordinal < this.options.skip) return;
    this.record.ordinal = ordinal;
    this.record.text = text;
    this.record.problem = problem;
    emit(this.record);
  }

  private cut(start: number, emit: RecordSink): void {
    const most = this.options.maxRecordBytes;
    const message = `the line is longer than ${most} bytes; its first ${most} are kept`;
    const { text, repaired } = byteString(this.carry.bytes, start, start + most);
    this.record.repaired = repaired;
    this.hand(text, emit, new FormatError('TF-RECORD-TOO-LARGE', message));
    this.record.repaired = false;
  }

  /** Hands over the beginning of a line that is too long to be held, and forgets the rest as it comes. */
  private passOver(emit: RecordSink): void {
    if (!this.skipping) this.cut(this.carry.start, emit);
    this.skipping = true;
    this.carry.start = this.carry.end;
  }
}

/** As many whole lines as fit into a window, at least one. */
function windowEnd(bytes: Buffer, start: number, end: number): number {
  const stop = start + WINDOW_BYTES;
  if (stop >= end) return end;
  const last = bytes.subarray(start, stop).lastIndexOf(LINE_FEED);
  const line = last >= 0 ? start + last : lineEnd(bytes, stop, end);
  return line < 0 ? end : line + 1;
}
