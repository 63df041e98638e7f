import { cutBytes } from '../framing/byte-string.ts';
import type { LogRecord } from '../framing/record.ts';

/**
 * Bytes that may end a line or hide in it, in some reader: C0 controls and DEL, and the UTF-8 of U+0085, U+2028 and
 * U+2029. Other C1 controls pass: they are common in text that was decoded wrongly once, and no reader acts on them.
 */
const CONTROL = '[\\x00-\\x1f\\x7f]|\\xc2\\x85|\\xe2\\x80[\\xa8\\xa9]';

/** A pattern for control bytes and these further characters. */
export function controlOr(further: string): RegExp {
  return new RegExp(`${CONTROL}|[${further}]`);
}

/** What was done to the values of the event at hand. */
export interface Changes {
  /** Values that were too long, and the event itself. */
  cut: number;
  /** Values in which a byte was replaced because the format has no escape for it. */
  replaced: number;
  /** Values in which a byte was escaped. */
  escaped: number;
}

export function noChanges(): Changes {
  return { cut: 0, replaced: 0, escaped: 0 };
}

export function forget(changes: Changes): void {
  changes.cut = 0;
  changes.replaced = 0;
  changes.escaped = 0;
}

/**
 * True when no value read from the record can hold `|`, a backslash, a control byte or anything but ASCII: then whole
 * records go without a look at each value. Values that a mapping makes from other bytes are looked at all the same.
 */
export function plain(record: LogRecord): boolean {
  if (record.plain !== undefined) return record.plain;
  const { text, printable } = record;
  return printable && !text.includes('\\') && !text.includes('|') && !text.includes('\x7f');
}

/** Whether JSON is written with line ends or tabs between its tokens: `plain` does not speak of that. */
export function isLaidOut(json: string): boolean {
  return json.includes('\n') || json.includes('\t') || json.includes('\r');
}

/** One control, of one byte or more. */
export const CONTROLS = new RegExp(CONTROL, 'g');

/** Header fields are sanitised, not escaped: several readers split at an escaped pipe all the same. */
const HEADER_ODD = controlOr('|\\\\=');

/** @param isPlain the record holds no pipe, backslash or control, so only an equals sign is looked for */
export function headerField(value: string, most: number, isPlain: boolean, changes: Changes): string {
  if (isPlain && value.length <= most && !value.includes('=')) return value;
  const short = shorten(value, most, changes);
  if (!HEADER_ODD.test(short)) return short;
  changes.replaced += 1;
  return spaceControls(short.replace(/[|\\]/g, '/').replace(/=/g, ':'));
}

export function spaceControls(value: string): string {
  return value.replace(CONTROLS, ' ');
}

/**
 * Without blanks and controls at its ends. Not `trim`: that takes 0xA0 for a blank, and many a character ends with this
 * byte in UTF-8.
 */
export function trimmed(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start += 1;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === value.length ? value : value.substring(start, end);
}

function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0x7f;
}

/** A value no longer than `most` bytes, its end marked where it was cut. */
export function shorten(value: string, most: number, changes: Changes): string {
  if (value.length <= most) return value;
  changes.cut += 1;
  return `${cutBytes(value, most - 3)}...`;
}

/** An integer or a decimal of at most 20 characters. */
export function isNumber(value: string): boolean {
  if (value.length > 20) return false;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) digits += 1;
    else if (code === 0x2e && digits > 0) dots += 1;
    else if (code !== 0x2d || at > 0) return false;
  }
  return digits > 0 && dots <= 1;
}

/** Epoch milliseconds as text. Whole seconds, which most events have, go the short way over a small integer. */
export function epochText(ms: number): string {
  const seconds = ms / 1000;
  const whole = seconds | 0;
  return whole === seconds && whole > 0 ? `${whole}000` : String(ms);
}
