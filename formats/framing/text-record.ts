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
  private readonly isPlain: boolean;

  /** @param isPlain false where values hold bytes that the text does not show, because they are encoded in it */
  constructor(isPlain = true) {
    this.isPlain = isPlain;
  }

  /** Points this record at `bytes[start, end)`. A text of several lines is not printable: its line ends are controls. */
  at(ordinal: number, bytes: Buffer, start: number, end: number, problem?: FormatError): void {
    const { text, repaired } = byteString(bytes, start, end);
    this.ordinal = ordinal;
    this.text = text;
    this.repaired = repaired;
    this.printable = this.isPlain && !repaired && printable(bytes, start, end) && !text.includes('\n');
    this.problem = problem;
  }
}
