import { lineEnd } from './byte-string.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Passes over what is too large to hold, or of no interest, in any chunks: it keeps a few bits, never the bytes. */
export interface Pass {
  /** Offset just behind it, or -1 when all of `bytes[start, end)` belongs to it. */
  over(bytes: Buffer, start: number, end: number): number;
}

/** The rest of a line. */
export const linePass: Pass = { over: lineEnd };

/** A bare word in an array, which has no end of its own, only something behind it. */
export const wordPass: Pass = {
  over: (bytes, start, end) => {
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20) return at;
    }
    return -1;
  },
};

/** A string, list or object; or what is left of `depth` brackets that are open. */
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
      } else if (byte === QUOTE) this.inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.depth += 1;
      else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --this.depth === 0) return at + 1;
    }
    return -1;
  }
}
