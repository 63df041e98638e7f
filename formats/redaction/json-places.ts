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

function follow(json: JsonText, place: Place, path: readonly string[], found: Place[]): void {
  const [name, ...rest] = path;
  const first = json.bytes[place.start];
  if (name === undefined) found.push(place);
  else if (first === OPEN_BRACE) {
    for (const member of members(json, place)) {
      if (name === '*' || member.name === name) follow(json, member, rest, found);
    }
  } else if (first === OPEN_BRACKET) {
    for (const [index, item] of items(json.bytes, place).entries()) {
      if (name === '*' || name === String(index)) follow(json, item, rest, found);
    }
  }
}

/** Used again for each object: what is in it is taken out at once. */
const table = memberTable();

/** The members of the object at a place. @throws {FormatError} */
export function members(
  { text, bytes }: JsonText,
  { start, end }: Place,
): readonly (Place & { readonly name: string })[] {
  if (scanObject(bytes, start, end, table) < 0) throw unplaced();
  const { offsets, count } = table;
  return Array.from({ length: count }, (_, index) => {
    const name = text.substring(offsets[4 * index] as number, offsets[4 * index + 1]);
    return {
      name: plainName(name),
      start: offsets[4 * index + 2] as number,
      end: offsets[4 * index + 3] as number,
    };
  });
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
