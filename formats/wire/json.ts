import type { LogEvent } from '../event.ts';
import { FormatError } from '../framing/record.ts';
import type { Format, TypeFormatter } from './formatter.ts';

/** A byte string as a JSON string; bytes of UTF-8 pass as they are. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Name of a cell: of its column, or `extraN` behind the columns that are known. */
export function columnName(columns: readonly string[], index: number): string {
  return columns[index] ?? `extra${index - columns.length + 1}`;
}

/** The columns of a line as one object, every value the text it was: no number is made or rounded. */
function columnsObject({ columns, cells }: LogEvent): string {
  let text = '{';
  for (let index = 0; index < cells.length; index += 1) {
    text += `${index === 0 ? '' : ','}${quoted(columnName(columns, index))}:${quoted(cells[index] ?? '')}`;
  }
  return `${text}}`;
}

/**
 * JSON on one line for every reader: a JSON record as it stands, but for white space at its line ends and for the line
 * ends of Unicode, which are escaped; a line as an object of its columns. It cannot be cut, only refused.
 */
export const json: Format = {
  name: 'json',
  compile(type): TypeFormatter {
    const verbatim = type.spec.layout.kind === 'json';
    return {
      kind: 'json',
      verbatim,
      write: (event, room) => {
        const text = verbatim ? oneLine(event.record.text) : columnsObject(event);
        return within(event.record.printable ? text : escapeLineEnds(text), room);
      },
      explain: () => [],
    };
  },
};

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
