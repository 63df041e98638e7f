import { lineEnd } from './byte-string.ts';
import { Carry } from './carry.ts';
import { tooLarge } from './json.ts';
import type { Framing, FramingOptions, RecordSink } from './record.ts';
import { TextRecord } from './text-record.ts';

/** A line shows within its first bytes whether it starts a record. Bounds what must be seen before that is told. */
const HEAD_BYTES = 512;

/**
 * Records of several lines: one starts at each line that matches, and goes on up to the next. What stands before the
 * first such line is a record, too. Blank lines at the ends of a record are not its own; inside, it keeps all its bytes.
 */
export class BlockFraming implements Framing {
  private readonly carry = new Carry();
  private readonly record = new TextRecord();
  private readonly starts: RegExp;
  private readonly leads: RegExp | undefined;
  private readonly options: FramingOptions;
  private ordinal = 0;
  private atStart = true;
  /** Bytes of the carry that are known to belong to the record at hand; it starts where the carry does. */
  private scanned = 0;
  /** Inside a line that has been looked at. */
  private inLine = false;
  /** Inside a record: not before the first, and not in the rest of one that was too large and has been handed over. */
  private isOpen = false;
  private skipping = false;
  /** The record at hand is no more than a line that leads up to it. */
  private isLead = false;

  /**
   * @param starts the beginning of a record's first line; sees at most the line's first 512 bytes
   * @param leads a first line that may stand before another one: then that one starts no record of its own
   */
  constructor(starts: RegExp, options: FramingOptions, leads?: RegExp) {
    this.starts = starts;
    this.leads = leads;
    this.options = options;
  }

  push(chunk: Buffer, emit: RecordSink): void {
    this.carry.add(chunk);
    this.read(false, emit);
    if (this.scanned > this.options.maxRecordBytes) this.bound(emit);
  }

  end(emit: RecordSink): void {
    this.read(true, emit);
    if (this.isOpen) this.hand(this.carry.end, emit);
    this.drop(this.carry.length);
    this.isOpen = false;
  }

  private read(isLast: boolean, emit: RecordSink): void {
    while (this.inLine ? this.passLine() : this.lookAtLine(isLast, emit));
    // Only a record is worth holding.
    if (!this.isOpen) this.drop(this.scanned);
  }

  /** @returns whether the line's end was there */
  private passLine(): boolean {
    const { bytes, start, end } = this.carry;
    const found = lineEnd(bytes, start + this.scanned, end);
    this.scanned = (found < 0 ? end : found + 1) - start;
    this.inLine = found < 0;
    return found >= 0;
  }

  /** Tells whether the next line starts a record. @returns false when more of it must be seen */
  private lookAtLine(isLast: boolean, emit: RecordSink): boolean {
    const { bytes, end } = this.carry;
    let at = this.carry.start + this.scanned;
    const most = Math.min(end, at + HEAD_BYTES);
    const found = lineEnd(bytes, at, most);
    if (at === end || (found < 0 && end < at + HEAD_BYTES && !isLast)) return false;
    const stop = found < 0 ? most : found;
    this.inLine = true;
    if (isBlank(bytes, at, stop)) return true;
    if (this.atStart) at += byteOrderMark(bytes, at, stop);
    this.atStart = false;
    this.takeLine(bytes.toString('latin1', at, stop), at, emit);
    return true;
  }

  private takeLine(head: string, at: number, emit: RecordSink): void {
    const wasLead = this.isLead && this.isOpen;
    const isStart = this.starts.test(head);
    this.isLead = isStart && this.leads?.test(head) === true;
    if (isStart && wasLead) return;
    if (isStart || (!this.isOpen && !this.skipping && head !== '')) this.startAt(at, emit);
  }

  private startAt(at: number, emit: RecordSink): void {
    if (this.isOpen) this.hand(at, emit);
    this.carry.start = at;
    this.scanned = 0;
    this.isOpen = true;
    this.skipping = false;
  }

  /** Hands over the record that ends before this offset. */
  private hand(stop: number, emit: RecordSink): void {
    const { bytes, start } = this.carry;
    const most = this.options.maxRecordBytes;
    const end = contentEnd(bytes, start, stop);
    const ordinal = this.ordinal++;
    if (ordinal < this.options.skip) return;
    if (end - start <= most) this.record.at(ordinal, bytes, start, end);
    else this.record.at(ordinal, bytes, start, start + most, tooLarge(most));
    emit(this.record);
  }

  /** Hands over a record that has become too large. One that is only followed by many blank lines may still be whole. */
  private bound(emit: RecordSink): void {
    const { bytes, start } = this.carry;
    const most = this.options.maxRecordBytes;
    if (contentEnd(bytes, start, start + this.scanned) > start + most) {
      this.hand(start + this.scanned, emit);
      this.drop(this.scanned);
      this.isOpen = false;
      this.skipping = true;
      return;
    }
    // One blank more than may be kept says the same as all of them.
    bytes.copyWithin(start + most + 1, start + this.scanned, this.carry.end);
    this.carry.end -= this.scanned - most - 1;
    this.scanned = most + 1;
  }

  private drop(count: number): void {
    this.carry.start += count;
    this.scanned = 0;
  }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  return start === end || (end - start === 1 && bytes[start] === 0x0d);
}

function byteOrderMark(bytes: Buffer, start: number, end: number): number {
  return end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf ? 3 : 0;
}

/** Offset behind the last byte that ends no line. */
function contentEnd(bytes: Buffer, start: number, end: number): number {
  let stop = end;
  while (stop > start && (bytes[stop - 1] === 0x0a || bytes[stop - 1] === 0x0d)) stop -= 1;
  return stop;
}
