import { lineEnd } from './byte-string.ts';
import { Carry } from './carry.ts';
import { tooLarge } from './json.ts';
import { skipSpace } from './json-scan.ts';
import type { Framing, FramingOptions, RecordSink } from './record.ts';
import { TextRecord } from './text-record.ts';

const NEEDS_MORE = -1;
/** Enough bytes to tell what begins with them, and more than a mark that the end of a chunk may have cut in two. */
const HEAD_BYTES = 16;

type Kind = 'document' | 'around' | 'line';

/**
 * XML documents of one element, one after another: by line, over several lines or glued together. An XML declaration,
 * and a root that a writer put around all of them (`<Events>` around `<Event>`), are no records. What is no document is
 * a record by line, so that nothing is lost.
 */
export class DocumentFraming implements Framing {
  private readonly carry = new Carry();
  private readonly record = new TextRecord(false);
  private readonly options: FramingOptions;
  private readonly opening: string;
  private readonly closing: string;
  private readonly around: RegExp;
  private ordinal = 0;
  private atStart = true;
  /** Bytes of the thing at hand in which its end is not; 0 before it has been looked at. */
  private searched = 0;
  /** What the rest of a too large record is part of. */
  private passing: 'document' | 'line' | undefined;

  /** @param element name of the element, in its case; at most 8 characters */
  constructor(element: string, options: FramingOptions) {
    this.opening = `<${element}`;
    this.closing = `</${element}>`;
    this.around = new RegExp(`^<(?:\\?|/?${element}s[\\s/>])`);
    this.options = options;
  }

  push(chunk: Buffer, emit: RecordSink): void {
    this.carry.add(chunk);
    while (this.step(false, emit));
    if (this.carry.length > this.options.maxRecordBytes + HEAD_BYTES) this.bound(emit);
  }

  end(emit: RecordSink): void {
    while (this.step(true, emit));
  }

  /** Hands over or passes over one thing. @returns false when nothing is left, or more of it must be seen */
  private step(isLast: boolean, emit: RecordSink): boolean {
    if (this.passing !== undefined) return this.passRest(this.passing, isLast);
    if (this.searched === 0) this.carry.start = this.nextStart();
    const { start, end } = this.carry;
    if (start === end || (end - start < HEAD_BYTES && !isLast)) return false;
    this.atStart = false;
    const kind = this.kindAt(start);
    const stop = kind === 'document' ? this.behind(this.closing) : this.lineStop(1);
    const markup = kind === 'around' ? this.behind('>') : NEEDS_MORE;
    if (markup >= 0 && (stop < 0 || markup <= stop) && markup - start <= this.options.maxRecordBytes) {
      return this.moveTo(markup);
    }
    if (stop === NEEDS_MORE && !isLast) {
      this.searched = end - start - HEAD_BYTES + 1;
      return false;
    }
    const to = stop === NEEDS_MORE ? end : stop;
    this.hand(to, emit);
    return this.moveTo(to);
  }

  private kindAt(at: number): Kind {
    const { bytes, end } = this.carry;
    const head = bytes.toString('latin1', at, Math.min(end, at + HEAD_BYTES));
    if (head.startsWith(this.opening) && /[\s/>]/.test(head.charAt(this.opening.length))) return 'document';
    return this.around.test(head) ? 'around' : 'line';
  }

  /** Offset of the first byte that is no white space, nor a byte order mark at the object's start. */
  private nextStart(): number {
    const { bytes, start, end } = this.carry;
    const at = skipSpace(bytes, start, end);
    if (!this.atStart || end - at < 3) return at;
    return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? skipSpace(bytes, at + 3, end) : at;
  }

  /** Offset just behind the next one of this mark. */
  private behind(mark: string): number {
    const { bytes, start, end } = this.carry;
    const found = bytes.indexOf(mark, start + this.searched, 'latin1');
    return found < 0 || found + mark.length > end ? NEEDS_MORE : found + mark.length;
  }

  /** Offset of the end of a line, or of a document that begins within it, this far from its start or later. */
  private lineStop(least: number): number {
    const { bytes, start, end } = this.carry;
    const from = start + Math.max(least, this.searched);
    const line = lineEnd(bytes, from, end);
    const within = bytes.subarray(0, line < 0 ? end : line);
    let at = within.indexOf(this.opening, from, 'latin1');
    while (at >= 0 && at + this.opening.length < within.length) {
      if (this.kindAt(at) === 'document') return at;
      at = within.indexOf(this.opening, at + 1, 'latin1');
    }
    return line < 0 ? NEEDS_MORE : line;
  }

  private hand(stop: number, emit: RecordSink): void {
    const ordinal = this.ordinal++;
    if (ordinal < this.options.skip) return;
    const { bytes, start } = this.carry;
    const most = this.options.maxRecordBytes;
    const end = bytes[stop - 1] === 0x0d ? stop - 1 : stop;
    if (end - start <= most) this.record.at(ordinal, bytes, start, end);
    else this.record.at(ordinal, bytes, start, start + most, tooLarge(most));
    emit(this.record);
  }

  /** Hands over the beginning of what has become too large. */
  private bound(emit: RecordSink): void {
    this.hand(this.carry.end, emit);
    this.passing = this.kindAt(this.carry.start) === 'document' ? 'document' : 'line';
  }

  private passRest(kind: 'document' | 'line', isLast: boolean): boolean {
    const { start, end } = this.carry;
    const stop = kind === 'document' ? this.behind(this.closing) : this.lineStop(0);
    if (stop !== NEEDS_MORE) {
      this.passing = undefined;
      return this.moveTo(stop);
    }
    // The mark that ends it may have begun.
    this.moveTo(isLast ? end : Math.max(start, end - HEAD_BYTES + 1));
    return false;
  }

  private moveTo(at: number): true {
    this.carry.start = at;
    this.searched = 0;
    return true;
  }
}
