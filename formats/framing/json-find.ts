import type { JsonPaths, PathNode } from './json-paths.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/** The record may go on behind the bytes at hand. */
export const UNFINISHED = -1;
/** The record is not valid JSON, or not of the plain kind that this can read. */
export const ODD = -2;

/** Deeper records are left to those who read them otherwise. */
const MOST_DEPTH = 64;

/** What may follow a backslash but `u`. */
const ESCAPED = new Uint8Array(256);
for (const mark of '"\\/bfnrt') ESCAPED[mark.charCodeAt(0)] = 1;

/**
 * Finds the end of a JSON object and, on the way, the values of the paths that are wanted. It reads every byte as strictly
 * as `JSON.parse` does, so that what it finds is what `JSON.parse` would: it says `ODD` of what is not valid, and of names
 * that are written with escapes or come twice.
 */
export class JsonFinder {
  /** Start and end of each place's value; 0 and 0 where there is none. */
  spans = new Int32Array(64);
  /** Number of places that the last scan looked for. */
  places = 0;
  /** Whether the record at hand holds a backslash. */
  escapes = false;
  private readonly paths: JsonPaths;
  private bytes!: Buffer;
  private end = 0;

  constructor(paths: JsonPaths) {
    this.paths = paths;
  }

  /** Whether nothing is wanted yet. */
  get isIdle(): boolean {
    return this.paths.count === 0;
  }

  /** @returns offset behind the object that opens at `start`, or `UNFINISHED`, or `ODD` */
  scan(bytes: Buffer, start: number, end: number): number {
    this.places = this.paths.count;
    if (this.spans.length < 2 * this.places) this.spans = new Int32Array(4 * this.places);
    this.spans.fill(0, 0, 2 * this.places);
    this.bytes = bytes;
    this.end = end;
    this.escapes = false;
    scans += 1;
    const { root } = this.paths;
    return this.object(start, root, 0);
  }

  private object(start: number, node: PathNode | null, depth: number): number {
    if (depth > MOST_DEPTH) return ODD;
    const { bytes, end } = this;
    let at = spaceEnd(bytes, start + 1, end);
    if (at < end && bytes[at] === CLOSE_BRACE) return at + 1;
    while (at < end) {
      if (bytes[at] !== QUOTE) return ODD;
      const name = at + 1;
      at = plainEnd(bytes, name, end);
      if (at >= end) return UNFINISHED;
      if (bytes[at] !== QUOTE) return ODD;
      const child = node === null ? null : node.child(bytes, name, at);
      at = spaceEnd(bytes, at + 1, end);
      if (at >= end) return UNFINISHED;
      if (bytes[at] !== COLON) return ODD;
      at = spaceEnd(bytes, at + 1, end);
      if (at >= end) return UNFINISHED;
      at = child === null ? this.value(at, null, depth) : this.wanted(at, child, depth);
      if (at < 0) return at;
      at = spaceEnd(bytes, at, end);
      if (at >= end) return UNFINISHED;
      const mark = bytes[at];
      if (mark === CLOSE_BRACE) return at + 1;
      if (mark !== COMMA) return ODD;
      at = spaceEnd(bytes, at + 1, end);
    }
    return UNFINISHED;
  }

  private list(start: number, node: PathNode | null, depth: number): number {
    if (depth > MOST_DEPTH) return ODD;
    const { bytes, end } = this;
    let at = spaceEnd(bytes, start + 1, end);
    if (at >= end) return UNFINISHED;
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    for (let index = 0; ; index += 1) {
      const child = node === null ? null : node.item(index);
      at = child === null ? this.value(at, null, depth) : this.wanted(at, child, depth);
      if (at < 0) return at;
      at = spaceEnd(bytes, at, end);
      if (at >= end) return UNFINISHED;
      const mark = bytes[at];
      if (mark === CLOSE_BRACKET) return at + 1;
      if (mark !== COMMA) return ODD;
      at = spaceEnd(bytes, at + 1, end);
      if (at >= end) return UNFINISHED;
    }
  }

  /** The value at `at`, of which something is wanted, or all. */
  private wanted(at: number, node: PathNode, depth: number): number {
    if (node.scan === scans) return ODD;
    node.scan = scans;
    const after = this.value(at, node.isInner ? node : null, depth);
    if (node.place >= 0 && node.place < this.places) {
      this.spans[2 * node.place] = at;
      this.spans[2 * node.place + 1] = after;
    }
    return after;
  }

  private value(start: number, node: PathNode | null, depth: number): number {
    const { bytes, end } = this;
    const first = bytes[start];
    if (first === QUOTE) {
      const at = plainEnd(bytes, start + 1, end);
      return at < end && bytes[at] === QUOTE ? at + 1 : this.oddString(at);
    }
    if (first === OPEN_BRACE) return this.object(start, node, depth + 1);
    if (first === OPEN_BRACKET) return this.list(start, node, depth + 1);
    return scalarEnd(bytes, start, end);
  }

  /** The rest of a string, from its first byte that is no plain one. */
  private oddString(start: number): number {
    const { bytes, end } = this;
    let at = start;
    while (at < end && bytes[at] !== QUOTE) {
      if (bytes[at] !== BACKSLASH) return ODD;
      this.escapes = true;
      at = escapeEnd(bytes, at + 1, end);
      if (at < 0) return at;
      at = plainEnd(bytes, at, end);
    }
    return at < end ? at + 1 : UNFINISHED;
  }
}

/** Offset of the first byte that is no plain part of a string: quote, backslash, or a control, which JSON forbids there. */
function plainEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte <= QUOTE ? byte < 0x20 || byte === QUOTE : byte === BACKSLASH) break;
    at += 1;
  }
  return at;
}

/** Offset of the first byte from `at` on that is no white space. */
function spaceEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] as number) <= 0x20 && isSpace(bytes[at] as number)) at += 1;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Counts all scans there are, since a tree of paths serves several framings. */
let scans = 0;

function escapeEnd(bytes: Buffer, at: number, end: number): number {
  if (at >= end) return UNFINISHED;
  const mark = bytes[at] as number;
  if (ESCAPED[mark] === 1) return at + 1;
  if (mark !== 0x75) return ODD;
  if (at + 5 > end) return UNFINISHED;
  for (let next = at + 1; next < at + 5; next += 1) if (!isHex(bytes[next] as number)) return ODD;
  return at + 5;
}

function isHex(byte: number): boolean {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

const LITERALS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')] as const;

/** Offset behind a number or a literal. */
function scalarEnd(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start] as number;
  if (first === 0x2d || isDigit(first)) return numberEnd(bytes, start, end);
  for (const literal of LITERALS) {
    if (literal[0] !== first) continue;
    for (let at = 0; at < literal.length; at += 1) {
      if (start + at >= end) return UNFINISHED;
      if (bytes[start + at] !== literal[at]) return ODD;
    }
    return start + literal.length;
  }
  return ODD;
}

/** RFC 8259 section 6. A number that ends with the bytes at hand may go on. */
function numberEnd(bytes: Buffer, start: number, end: number): number {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  const whole = at;
  at = digitsEnd(bytes, at, end);
  if (at >= end) return UNFINISHED;
  if (at === whole || (bytes[whole] === 0x30 && at > whole + 1)) return ODD;
  if (bytes[at] === 0x2e) {
    const fraction = at + 1;
    at = digitsEnd(bytes, fraction, end);
    if (at >= end) return UNFINISHED;
    if (at === fraction) return ODD;
  }
  if (((bytes[at] as number) | 0x20) === 0x65) {
    at += 1;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at += 1;
    const exponent = at;
    at = digitsEnd(bytes, exponent, end);
    if (at >= end) return UNFINISHED;
    if (at === exponent) return ODD;
  }
  return at;
}

function digitsEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isDigit(bytes[at] as number)) at += 1;
  return at;
}
