import { isAscii, isUtf8 } from 'node:buffer';

/** V8 moves strings of 128 KiB and more to its large-object space, where decoding is a hundred times slower. */
export const WINDOW_BYTES = 96 * 1024;

/** The byte string of a slice of UTF-8, and whether invalid sequences had to be replaced by U+FFFD. */
export function byteString(bytes: Buffer, start: number, end: number): { text: string; repaired: boolean } {
  const slice = bytes.subarray(start, end);
  if (isUtf8(slice)) return { text: bytes.toString('latin1', start, end), repaired: false };
  return { text: toByteString(slice.toString('utf8')), repaired: true };
}

/** True when the bytes need no look at their UTF-8. */
export function plainAscii(bytes: Buffer): boolean {
  return isAscii(bytes);
}

/** True when every byte is printable ASCII or ends a line (LF, CRLF): then no format has to look at a value. */
export function printable(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte > 0x7e) return false;
    if (byte < 0x20 && byte !== 0x0a && !(byte === 0x0d && bytes[at + 1] === 0x0a)) return false;
  }
  return true;
}

/** Offset of the line feed that ends the line at `start`, or -1 when there is none before `end`. */
export function lineEnd(bytes: Buffer, start: number, end: number): number {
  const at = bytes.indexOf(0x0a, start);
  return at < end ? at : -1;
}

/** A text as a byte string: one UTF-16 unit per byte of its UTF-8. Lone surrogates become U+FFFD. */
export function toByteString(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text a byte string stands for. */
export function fromByteString(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The longest prefix of at most `most` bytes that does not cut a code point in two. */
export function cutBytes(text: string, most: number): string {
  let end = Math.min(text.length, Math.max(0, most));
  if (end === text.length) return text;
  while (end > 0 && (text.charCodeAt(end) & 0xc0) === 0x80) end -= 1;
  return text.substring(0, end);
}

const ESCAPE = /\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|[^u])/g;

/**
 * JSON text with every `\uXXXX` at or above U+0080 written as UTF-8 bytes, so that parsing a byte string gives byte
 * strings. A lone surrogate becomes U+FFFD.
 */
export function unescapeUnicode(json: string): string {
  return json.replace(ESCAPE, (whole, high?: string, low?: string, single?: string) => {
    if (high !== undefined && low !== undefined) {
      return toByteString(String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)));
    }
    const unit = single === undefined ? 0 : Number.parseInt(single, 16);
    return unit < 0x80 ? whole : toByteString(String.fromCharCode(unit));
  });
}
