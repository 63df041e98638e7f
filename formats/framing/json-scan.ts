const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/** What a byte outside of strings does to the depth. Brackets and braces are the highest bytes that JSON has there. */
const NESTING = new Int8Array(256);
for (const open of [OPEN_BRACE, OPEN_BRACKET]) NESTING[open] = 1;
for (const close of [CLOSE_BRACE, CLOSE_BRACKET]) NESTING[close] = -1;

/** Offsets of the top-level members of one object, four numbers each: key start, key end, value start, value end. */
export interface MemberTable {
  offsets: Int32Array;
  count: number;
}

export function memberTable(): MemberTable {
  return { offsets: new Int32Array(4 * 64), count: 0 };
}

/** Offset just behind the string that opens at `start` (its quote), or -1 when it does not end before `end`. */
export function skipString(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 1; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at += 1;
  }
  return -1;
}

/** Offset just behind the object or array that opens at `start`, or -1 when it does not end before `end`. */
export function skipNested(bytes: Buffer, start: number, end: number): number {
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      // The string is gone through here and not by `skipString`: a call for each costs a third of the whole scan.
      for (at += 1; at < end && bytes[at] !== QUOTE; at += 1) if (bytes[at] === BACKSLASH) at += 1;
    } else if (byte >= OPEN_BRACKET) {
      const step = NESTING[byte] as number;
      if (step === 0) continue;
      depth += step;
      if (depth <= 0) return at + 1;
    }
  }
  return -1;
}

/** Offset of the first byte at or after `at` that is not JSON white space (RFC 8259 section 2). */
export function skipSpace(bytes: Buffer, at: number, end: number): number {
  let next = at;
  while (next < end) {
    const byte = bytes[next];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    next += 1;
  }
  return next;
}

/** Offset just behind a value that starts at `at`, or -1 when it may go on behind `end`. */
export function skipValue(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at];
  if (first === QUOTE) return skipString(bytes, at, end);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(bytes, at, end);
  for (let next = at; next < end; next += 1) {
    const byte = bytes[next] as number;
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20) return next;
  }
  return -1;
}

/**
 * Reads the object that opens at `start` and writes its members into `table`.
 * @returns the offset just behind it; -1 when it does not end before `end`; -2 when it is not an object's syntax. The
 *   members found so far are in `table` either way.
 */
export function scanObject(bytes: Buffer, start: number, end: number, table: MemberTable): number {
  table.count = 0;
  let at = skipSpace(bytes, start + 1, end);
  if (bytes[at] === CLOSE_BRACE && at < end) return at + 1;
  while (at < end) {
    if (bytes[at] !== QUOTE) return -2;
    const keyEnd = skipString(bytes, at, end);
    if (keyEnd < 0) return -1;
    const colon = skipSpace(bytes, keyEnd, end);
    if (colon >= end) return -1;
    if (bytes[colon] !== COLON) return -2;
    const valueStart = skipSpace(bytes, colon + 1, end);
    if (valueStart >= end) return -1;
    note(table, at + 1, keyEnd - 1, valueStart);
    const valueEnd = skipValue(bytes, valueStart, end);
    // A member whose value is cut off has its name all the same: it tells what a huge object is.
    table.offsets[4 * table.count + 3] = valueEnd < 0 ? end : valueEnd;
    table.count += 1;
    if (valueEnd < 0) return -1;
    at = skipSpace(bytes, valueEnd, end);
    if (at >= end) return -1;
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    if (bytes[at] !== COMMA) return -2;
    at = skipSpace(bytes, at + 1, end);
  }
  return -1;
}

function note(table: MemberTable, keyStart: number, keyEnd: number, valueStart: number): void {
  const base = 4 * table.count;
  if (base + 4 > table.offsets.length) {
    const wider = new Int32Array(2 * table.offsets.length);
    wider.set(table.offsets);
    table.offsets = wider;
  }
  table.offsets[base] = keyStart;
  table.offsets[base + 1] = keyEnd;
  table.offsets[base + 2] = valueStart;
}
