import { isUtf8 } from 'node:buffer';

/** What a text holds, as bits. Of JSON, what is said is said of the text, quotes and escapes included. */
export const BLANK = 1;
/** A backslash. */
export const ESCAPE = 2;
/** A backslash that `u` may follow. */
export const UNICODE = 4;
export const PIPE = 8;
export const DELETE = 16;
/** Anything but ASCII. */
export const HIGH = 32;
/** What is not UTF-8. */
export const BROKEN = 64;

/** Of each byte in a JSON string. */
const TRAITS = new Uint8Array(256).fill(HIGH, 0x80).fill(ESCAPE | UNICODE | BLANK, 0, 0x20);
TRAITS[0x20] = BLANK;
TRAITS[0x22] = ESCAPE;
TRAITS[0x5c] = ESCAPE | UNICODE;
TRAITS[0x7c] = PIPE;
TRAITS[0x7f] = DELETE;

/** What text has that stands at `bytes[start, end)` and will stand in a JSON string. */
export function traitsOf(bytes: Buffer, start: number, end: number): number {
  let traits = 0;
  for (let at = start; at < end; at += 1) traits |= TRAITS[bytes[at] as number] as number;
  return (traits & HIGH) !== 0 && !isUtf8(bytes.subarray(start, end)) ? traits | BROKEN : traits;
}

/** What JSON text has; its own quotes do not count. */
export function traitsOfJson(json: string): number {
  const bytes = Buffer.from(json.startsWith('"') ? json.slice(1, -1) : json, 'latin1');
  return traitsOf(bytes, 0, bytes.length);
}

const ODD = /["\\\x00-\x1f]/g;
const escaped = (mark: string): string => JSON.stringify(mark).slice(1, -1);

/** Text as a JSON string. @param traits of the text, or of more */
export function quoted(text: string, traits: number): string {
  return (traits & ESCAPE) === 0 ? `"${text}"` : `"${text.replace(ODD, escaped)}"`;
}

/** Length of `quoted`. */
export function quotedLength(text: string, traits: number): number {
  if ((traits & ESCAPE) === 0) return text.length + 2;
  let length = text.length + 2;
  for (let at = 0; at < text.length; at += 1) length += EXTRA[text.charCodeAt(at)] as number;
  return length;
}

/** Bytes that each byte takes more in a JSON string. */
const EXTRA = Uint8Array.from({ length: 256 }, (_, byte) => escaped(String.fromCharCode(byte)).length - 1);
