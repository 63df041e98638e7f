import type { LogEvent } from '../event.ts';
import { FormatError } from '../framing/record.ts';
import type { Format, TypeFormatter } from './formatter.ts';

const MUST_ESCAPE = /["\\\x00-\x1f]|\xc2\x85|\xe2\x80[\xa8\xa9]/;

/** A byte string as a JSON string on one line for every reader; bytes of UTF-8 pass as they are. */
export function jsonString(text: string): string {
  return MUST_ESCAPE.test(text) ? escapeLineEnds(JSON.stringify(text)) : `"${text}"`;
}

/** Name of a cell: of its column, or `extraN` behind the columns that are known. */
export function columnName(columns: readonly string[], index: number): string {
  return columns[index] ?? `extra${index - columns.length + 1}`;
}

/**
 * The columns of a line as one object, every value the text it was: no number is made or rounded. Names come from a
 * header, of which a plain record says nothing: they are escaped once for each.
 */
function columnsWriter(): (event: LogEvent) => string {
  let known: readonly string[] | undefined;
  let names: string[] = [];
  return ({ columns, cells }) => {
    if (columns !== known) names = [];
    known = columns;
    let text = '{';
    for (let index = 0; index < cells.length; index += 1) {
      const name = names[index] ?? `${index === 0 ? '' : ','}${jsonString(columnName(columns, index))}:`;
      if (index < columns.length) names[index] = name;
      text += name + jsonString(cells[index] ?? '');
    }
    return `${text}}`;
  };
}

/**
 * JSON on one line for every reader: a JSON record as it stands, but for white space at its line ends and for the line
 * ends of Unicode, which are escaped; a line as an object of its columns. It cannot be cut, only refused.
 */
export const json: Format = {
  name: 'json',
  compile(type): TypeFormatter {
    const verbatim = type.spec.layout.kind === 'json';
    const columns = columnsWriter();
    return {
      kind: 'json',
      verbatim,
      ofFields: false,
      write: verbatim ? asItStands : (event, room) => within(columns(event), room),
      explain: () => [],
    };
  },
};

function asItStands({ record }: LogEvent, room: number): string {
  const text = oneLine(record.text);
  return within(record.printable ? text : escapeLineEnds(text), room);
}

/** @throws {FormatError} TF-EVENT-TOO-LARGE */
export function within(text: string, room: number): string {
  if (text.length <= room) return text;
  throw new FormatError('TF-EVENT-TOO-LARGE', `the event has ${text.length} bytes, the destination takes ${room}`);
}

/** In JSON a line end can only stand between tokens. */
export function oneLine(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+[ \t]*/g, '') : text;
}

const LINE_ENDS: Readonly<Record<string, string>> = {
  '\xc2\x85': '\\u0085',
  '\xe2\x80\xa8': '\\u2028',
  '\xe2\x80\xa9': '\\u2029',
};

/** The line ends of Unicode as JSON escapes: they may only stand in strings. */
export function escapeLineEnds(text: string): string {
  return text.replace(/\xc2\x85|\xe2\x80[\xa8\xa9]/g, (bytes) => LINE_ENDS[bytes] ?? bytes);
}
