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

/**
 * True when no value read from the record can hold `|`, a backslash, a control byte or anything but ASCII: then whole
 * records go without a look at each value. JSON can hold a control only behind a backslash, or as white space.
 */
export function plain(record: LogRecord): boolean {
  const { text } = record;
  if (!record.ascii || text.includes('\\') || text.includes('|')) return false;
  return record.json === undefined ? !/[\x00-\x1f\x7f]/.test(text) : true;
}

/** Header fields are sanitised, not escaped: several readers split at an escaped pipe all the same. */
const HEADER_ODD = controlOr('|\\\\=');

export function headerField(value: string, most: number): string {
  const clean = HEADER_ODD.test(value)
    ? value.replace(/[|\\]/g, '/').replace(/=/g, ':').replace(new RegExp(CONTROL, 'g'), ' ')
    : value;
  return clean.length > most ? cutBytes(clean, most) : clean;
}

const CONTROLS = new RegExp(CONTROL, 'g');

export function spaceControls(value: string): string {
  return value.replace(CONTROLS, ' ');
}

/** A value no longer than `most` bytes, its end marked where it was cut. */
export function shorten(value: string, most: number): string {
  return value.length <= most ? value : `${cutBytes(value, most - 3)}...`;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const IPV6 = /^(?=.*:)(?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F]{0,4}|(?:\d{1,3}\.){3}\d{1,3})$/;

/** Which kind of address a text is. */
export function addressKind(value: string): 'ipv4' | 'ipv6' | 'name' {
  const digit = value.charCodeAt(0);
  if (digit >= 0x30 && digit <= 0x39 && IPV4.test(value)) return 'ipv4';
  return value.length <= 45 && value.includes(':') && IPV6.test(value) ? 'ipv6' : 'name';
}
