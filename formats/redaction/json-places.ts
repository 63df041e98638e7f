import { unescapeUnicode } from '../framing/byte-string.ts';
import { memberTable, scanObject, skipSpace, skipValue } from '../framing/json-scan.ts';
import { FormatError } from '../framing/record.ts';

/** Where a value stands in a text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/** The text of a JSON record, and its bytes. */
export interface JsonText {
  readonly text: string;
  readonly bytes: Buffer;
}

export function jsonText(text: string): JsonText {
  return { text, bytes: Buffer.from(text, 'latin1') };
}

/**
 * Where the values of a path stand in the text of a JSON record, in their order. A name of the path is that of a member, or
 * the number of an item; `*` is all of them. Of two members with one name both are found.
 * @throws {FormatError} TF-REDACT-PLACE when the text cannot be followed as far as the path goes
 */
export function placesOf(json: JsonText, path: readonly string[]): Place[] {
  const found: Place[] = [];
  const { length } = json.bytes;
  follow(json, { start: skipSpace(json.bytes, 0, length), end: length }, path, found);
  return found;
}

function follow(json: JsonText, place: Place, path: readonly string[], found: Place[], step = 0): void {
  const name = path[step];
  const first = json.bytes[place.start];
  if (name === undefined) found.push(place);
  else if (first === OPEN_BRACE) {
    for (const member of members(json, place, name)) follow(json, member, path, found, step + 1);
  } else if (first === OPEN_BRACKET) {
    for (const [index, item] of items(json.bytes, place).entries()) {
      if (name === '*' || name === String(index)) follow(json, item, path, found, step + 1);
    }
  }
}

/** Used again for each object: what is in it is taken out at once. */
const table = memberTable();

/** Where the values of the members of this name stand, or of all for `*`, in the object at a place. @throws {FormatError} */
export function members(json: JsonText, { start, end }: Place, name: string): Place[] {
  if (scanObject(json.bytes, start, end, table) < 0) throw unplaced();
  const { offsets, count } = table;
  const found: Place[] = [];
  for (let at = 0; at < 4 * count; at += 4) {
    if (name !== '*' && !isNamed(json.text, offsets[at] as number, offsets[at + 1] as number, name)) continue;
    found.push({ start: offsets[at + 2] as number, end: offsets[at + 3] as number });
  }
  return found;
}

/** Whether what stands here is this name. Escapes only make a name longer than it is. */
function isNamed(text: string, start: number, end: number, name: string): boolean {
  const { length } = name;
  if (end - start === length) return text.startsWith(name, start);
  return end - start > length && plainName(text.substring(start, end)) === name;
}

/** A name as the program that reads the record will have it: with its escapes undone. */
function plainName(name: string): string {
  if (!name.includes('\\')) return name;
  try {
    return String(JSON.parse(`"${unescapeUnicode(name)}"`));
  } catch {
    throw unplaced();
  }
}

function items(bytes: Buffer, { start, end }: Place): Place[] {
  const found: Place[] = [];
  let at = skipSpace(bytes, start + 1, end);
  if (bytes[at] === CLOSE_BRACKET) return found;
  for (;;) {
    const to = skipValue(bytes, at, end);
    if (to <= at) throw unplaced();
    found.push({ start: at, end: to });
    at = skipSpace(bytes, to, end);
    if (bytes[at] === CLOSE_BRACKET && at < end) return found;
    if (bytes[at] !== COMMA || at >= end) throw unplaced();
    at = skipSpace(bytes, at + 1, end);
  }
}

function unplaced(): FormatError {
  return new FormatError('TF-REDACT-PLACE', 'what is to be hidden cannot be found: the record is not valid JSON');
}
