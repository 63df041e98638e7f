import type { LogEvent } from '../event.ts';
import { textOf } from '../functions.ts';
import { addressKind } from './address.ts';
import { escapeLineEnds, jsonString, oneLine } from './json.ts';
import { protocolName } from './protocols.ts';
import { epochText } from './text.ts';

export { jsonString };

/** A value of the vocabulary as JSON text; '' for what the kind cannot say. */
export type ToJson = (value: unknown, event: LogEvent) => string;

/** A JSON string of what `change` makes of the value's text; nothing for ''. */
const changed =
  (change: (text: string) => string): ToJson =>
  (value) => {
    const text = change(textOf(value));
    return text === '' ? '' : jsonString(text);
  };

const matching =
  (pattern: RegExp): ToJson =>
  (value) => {
    const text = textOf(value);
    return pattern.test(text) ? text : '';
  };

/** One group of a pattern as JSON; 0 is all of the match. */
export function matched(pattern: RegExp, group: number, json: ToJson = string): ToJson {
  return (value, event) => json(pattern.exec(textOf(value))?.[group] ?? '', event);
}

const timed =
  (write: (ms: number) => string): ToJson =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= LAST_MS ? write(value) : '';

/** The furthest time that has a date (ECMAScript, 21.4.1.1). */
const LAST_MS = 8.64e15;

/** The text itself. */
export const string = changed((text) => text);
/** A number or truth value as such, all else as text. */
export const scalar: ToJson = (value, event) =>
  typeof value === 'boolean' || typeof value === 'number' ? textOf(value) : string(value, event);
/** Digits as they stand in the record: nothing is parsed and written again. More than 19 are no 64-bit number. */
export const integer = matching(/^(?:0|-?[1-9]\d{0,18})$/);
/** A number as JSON allows it, in the record's own digits. */
export const decimal = matching(/^-?(?:0|[1-9]\d{0,18})(?:\.\d{1,18})?(?:[eE][+-]?\d{1,3})?$/);
export const epochMs = timed(epochText);
export const isoDate = timed((ms) => `"${new Date(ms).toISOString()}"`);
export const ip = changed((text) => (addressKind(text) === 'name' ? '' : text));
export const name = changed((text) => (addressKind(text) === 'name' ? text : ''));
/** The last part of a path. */
export const baseName = changed((text) => text.substring(text.lastIndexOf('/') + 1));
export const lowerCase = changed(asciiLower);
/** Name of an IANA protocol number, or the name that stands there, in lower case. */
export const protocol = changed((text) => asciiLower(protocolName(text)));

const YES = new Set(['true', 'yes', '1']);
const NO = new Set(['false', 'no', '0']);

export const flag: ToJson = (value) => {
  const text = asciiLower(textOf(value));
  return YES.has(text) ? 'true' : NO.has(text) ? 'false' : '';
};

/** JSON text of the record as it stands there; other text as a string. */
export const embedded: ToJson = (value) => {
  const text = textOf(value);
  try {
    JSON.parse(text);
  } catch {
    return jsonString(text);
  }
  return escapeLineEnds(oneLine(text));
};

/** A number out of a table of texts; nothing for any other. */
export function code(table: Readonly<Record<string, number>>): ToJson {
  const known = new Map(Object.entries(table));
  return (value) => String(known.get(textOf(value)) ?? '');
}

/** Lower case of ASCII alone: the letters of a byte string above it are parts of characters. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
