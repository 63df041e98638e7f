import { byteString, plainAscii, WINDOW_BYTES } from './byte-string.ts';
import { Carry } from './carry.ts';
import { FormatError, type Framing, type FramingOptions, type LogRecord, type RecordSink } from './record.ts';

/** A line over the framing's window. One instance a framing, pointed at one line after another. */
class LineRecord implements LogRecord {
  ordinal = 0;
  text = '';
  repaired = false;
  ascii = false;
  problem: FormatError | undefined;
  readonly json = undefined;
}

/**
 * Lines of text: LF or CRLF, the last one with or without its end. Blank lines are no records. `control` sees every line,
 * also where records are skipped, and says how many bytes at its end are a header or comment: all of them, or what a
 * writer glued behind a last line without an end.
 */
export class LineFraming implements Framing {
  private readonly carry = new Carry();
  private readonly record = new LineRecord();
  private readonly control: (line: string) => number;
  private readonly options: FramingOptions;
  private ordinal = 0;
  private atStart = true;
  /** Inside a line that was too long and has been handed over. */
  private skipping = false;

  constructor(control: (line: string) => number, options: FramingOptions) {
    this.control = control;
    this.options = options;
  }

  push(chunk: Buffer, emit: RecordSink): void {
    this.carry.add(chunk);
    const { bytes, start, end } = this.carry;
    const last = bytes.subarray(start, end).lastIndexOf(0x0a);
    if (last >= 0) this.read(start, start + last + 1, emit);
    if (this.carry.length > this.options.maxRecordBytes) this.tooLong(emit);
  }

  end(emit: RecordSink): void {
    this.read(this.carry.start, this.carry.end, emit);
  }

  /** Reads whole lines, window by window; a window ends at a line's end. */
  private read(start: number, end: number, emit: RecordSink): void {
    const { bytes } = this.carry;
    let at = start;
    while (at < end) {
      let stop = Math.min(end, at + WINDOW_BYTES);
      if (stop < end) {
        const line = bytes.subarray(at, stop).lastIndexOf(0x0a);
        stop = line >= 0 ? at + line + 1 : bytes.indexOf(0x0a, stop) + 1 || end;
      }
      this.window(at, stop, emit);
      at = stop;
    }
    this.carry.start = end;
  }

  private window(start: number, end: number, emit: RecordSink): void {
    const { bytes } = this.carry;
    const window = bytes.subarray(start, end);
    this.record.ascii = plainAscii(window);
    const { text, repaired } = this.record.ascii
      ? { text: bytes.toString('latin1', start, end), repaired: false }
      : byteString(bytes, start, end);
    let from = 0;
    while (from < text.length) {
      let to = text.indexOf('\n', from);
      if (to < 0) to = text.length;
      this.line(text, from, to, repaired, emit);
      from = to + 1;
    }
  }

  private line(window: string, from: number, to: number, repaired: boolean, emit: RecordSink): void {
    if (this.skipping) {
      this.skipping = false;
      return;
    }
    const stop = to > from && window.charCodeAt(to - 1) === 0x0d ? to - 1 : to;
    if (stop === from) return;
    let text = window.substring(from, stop);
    if (this.atStart) {
      this.atStart = false;
      if (text.startsWith('\xef\xbb\xbf')) text = text.substring(3);
    }
    const control = this.control(text);
    if (control > 0) text = text.substring(0, text.length - control);
    if (text === '') return;
    this.hand(text, repaired && text.includes('\xef\xbf\xbd'), emit, undefined);
  }

  private hand(text: string, repaired: boolean, emit: RecordSink, problem: FormatError | undefined): void {
    const ordinal = this.ordinal++;
    if (ordinal < this.options.skip) return;
    this.record.ordinal = ordinal;
    this.record.text = text;
    this.record.repaired = repaired;
    this.record.problem = problem;
    emit(this.record);
  }

  private tooLong(emit: RecordSink): void {
    const { bytes, start, end } = this.carry;
    const most = this.options.maxRecordBytes;
    if (!this.skipping) {
      const message = `the line is longer than ${most} bytes; its first ${most} bytes are kept`;
      const { text, repaired } = byteString(bytes, start, start + most);
      this.hand(text, repaired, emit, new FormatError('TF-RECORD-TOO-LARGE', message));
    }
    this.skipping = true;
    this.carry.start = end;
  }
}
