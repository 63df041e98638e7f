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

/**
 * Where the values of a path stand in the text of a JSON record, in their order. A name of the path is that of a member, or
 * the number of an item; `*` is all of them. Of two members with one name both are found.
 * @throws {FormatError} TF-REDACT-PLACE when the text cannot be followed as far as the path goes
 */
export function placesOf(bytes: Buffer, path: readonly string[]): Place[] {
  const found: Place[] = [];
  const start = skipSpace(bytes, 0, bytes.length);
  follow(bytes, { start, end: bytes.length }, path, found);
  return found;
}

function follow(bytes: Buffer, place: Place, path: readonly string[], found: Place[]): void {
  const [name, ...rest] = path;
  if (name === undefined) found.push(place);
  else if (bytes[place.start] === OPEN_BRACE) {
    for (const member of members(bytes, place)) {
      if (name === '*' || member.name === name) follow(bytes, member, rest, found);
    }
  } else if (bytes[place.start] === OPEN_BRACKET) {
    for (const [index, item] of items(bytes, place).entries()) {
      if (name === '*' || name === String(index)) follow(bytes, item, rest, found);
    }
  }
}

/** The members of the object at a place. @throws {FormatError} */
export function members(bytes: Buffer, { start, end }: Place): readonly (Place & { readonly name: string })[] {
  const table = memberTable();
  if (scanObject(bytes, start, end, table) < 0) throw unplaced();
  return Array.from({ length: table.count }, (_, index) => {
    const [keyStart = 0, keyEnd = 0, valueStart = 0, valueEnd = 0] = table.offsets.subarray(4 * index, 4 * index + 4);
    return { name: plainName(bytes.toString('latin1', keyStart, keyEnd)), start: valueStart, end: valueEnd };
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
