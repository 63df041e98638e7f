/** Bytes of the distance behind the tag of a copy, by its kind; a literal has none. */
const DISTANCE_BYTES = [0, 1, 2, 4];
const LITERAL = 0;
const NEAR_COPY = 1;
/** Literals whose length follows the tag, in one byte to four. */
const LONG_LITERALS = 60;

/**
 * One Snappy block (format_description.txt of google/snappy): its length as a varint, then literals and copies of what
 * is already there. Each step is held against both buffers, so that no block can read or write beside them or run on.
 * @param most bytes that a block may unpack to
 * @returns undefined for what is no block, or a larger one
 */
export function unpackBlock(bytes: Buffer, most: number): Buffer | undefined {
  const { value: length, end } = varint(bytes);
  if (length > most) return undefined;
  const out = Buffer.allocUnsafe(length);
  let made = 0;
  let at = end;
  while (at < bytes.length) {
    const tag = bytes[at] as number;
    const extra = (tag & 3) === LITERAL ? Math.max(0, (tag >> 2) - LONG_LITERALS + 1) : DISTANCE_BYTES[tag & 3];
    at += 1;
    if (extra === undefined || at + extra > bytes.length) return undefined;
    const number = extra === 0 ? 0 : bytes.readUIntLE(at, extra);
    at += extra;
    const size = sizeOf(tag, number);
    if (made + size > length) return undefined;
    if ((tag & 3) === LITERAL) {
      if (bytes.copy(out, made, at, at + size) < size) return undefined;
      at += size;
    } else if (!copyBack(out, made, distanceOf(tag, number), size)) return undefined;
    made += size;
  }
  return made === length ? out : undefined;
}

/** @returns a value that is too large where there is none */
function varint(bytes: Buffer): { value: number; end: number } {
  let value = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return { value: Number.POSITIVE_INFINITY, end: 0 };
}

function sizeOf(tag: number, number: number): number {
  const size = tag >> 2;
  if ((tag & 3) === LITERAL) return (size < LONG_LITERALS ? size : number) + 1;
  return (tag & 3) === NEAR_COPY ? (size & 7) + 4 : size + 1;
}

function distanceOf(tag: number, number: number): number {
  return (tag & 3) === NEAR_COPY ? ((tag >> 5) << 8) | number : number;
}

/** Byte by byte: a copy may read what it has just written. @returns whether there is so much behind */
function copyBack(out: Buffer, at: number, distance: number, size: number): boolean {
  if (distance === 0 || distance > at) return false;
  for (let to = at; to < at + size; to += 1) out[to] = out[to - distance] as number;
  return true;
}
