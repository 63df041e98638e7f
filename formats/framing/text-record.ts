import { byteString, printable } from './byte-string.ts';
import type { FormatError, LogRecord } from './record.ts';

/** A record of text over a framing's buffer. One instance a framing, pointed at one record after another. */
export class TextRecord implements LogRecord {
  ordinal = 0;
  text = '';
  repaired = false;
  printable = false;
  problem: FormatError | undefined;
  readonly json = undefined;

  /** Points this record at `bytes[start, end)`. A text of several lines is not printable: its line ends are controls. */
  at(ordinal: number, bytes: Buffer, start: number, end: number, problem?: FormatError): void {
    const { text, repaired } = byteString(bytes, start, end);
    this.ordinal = ordinal;
    this.text = text;
    this.repaired = repaired;
    this.printable = !repaired && printable(bytes, start, end) && !text.includes('\n');
    this.problem = problem;
  }
}
