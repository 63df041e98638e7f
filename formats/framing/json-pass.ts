import { lineEnd } from './byte-string.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** Passes over what is too large to hold, or of no interest, in any chunks: it keeps a few bits, never the bytes. */
export interface Pass {
  /** Offset just behind it, or -1 when all of `bytes[start, end)` belongs to it. */
  over(bytes: Buffer, start: number, end: number): number;
}

/** The rest of a line. */
export const linePass: Pass = { over: lineEnd };

/** One JSON value; or what is left of `depth` brackets that are open. */
export class ValuePass implements Pass {
  private depth: number;
  private inString = false;
  private escaped = false;

  constructor(depth = 0) {
    this.depth = depth;
  }

  over(bytes: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) {
          this.inString = false;
          if (this.depth === 0) return at + 1;
        }
        continue;
      }
      const closes = byte === 0x7d || byte === 0x5d;
      // A bare value has no end of its own, only something behind it.
      if (this.depth === 0 && (closes || byte === COMMA || byte <= 0x20)) return at;
      if (byte === QUOTE) this.inString = true;
      else if (byte === 0x7b || byte === 0x5b) this.depth += 1;
      else if (closes && --this.depth === 0) return at + 1;
    }
    return -1;
  }
}
