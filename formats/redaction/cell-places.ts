import { FormatError } from '../framing/record.ts';
import type { Place } from './json-places.ts';

const QUOTE = 0x22;
const BRACKET = 0x5b;

/**
 * Where the cells of a line stand in it, given what they are: they follow one another, with one separator and perhaps quotes
 * or blanks between them.
 * @throws {FormatError} TF-REDACT-PLACE for a record whose values are not simply parts of its text, one after another
 */
export function placesOfCells(text: string, cells: readonly string[]): Place[] {
  let from = 0;
  return cells.map((cell) => {
    const start = startOf(text, cell, from);
    if (start < 0) throw unplaced();
    const end = start + cell.length;
    from = Math.min(text.length, end + (start > from && isOpening(text.charCodeAt(start - 1)) ? 2 : 1));
    return { start, end };
  });
}

function startOf(text: string, cell: string, from: number): number {
  const quoted =
    isOpening(text.charCodeAt(from)) && text.startsWith(cell, from + 1) && closes(text, from + 1 + cell.length);
  if (quoted) return from + 1;
  return text.startsWith(cell, from) ? from : text.indexOf(cell, from);
}

function isOpening(code: number): boolean {
  return code === QUOTE || code === BRACKET;
}

/** Whether what stands here ends a cell that a quote or a bracket opened. */
function closes(text: string, at: number): boolean {
  const mark = text[at];
  return at === text.length || ((mark === '"' || mark === ']') && (at + 1 === text.length || text[at + 1] === ' '));
}

function unplaced(): FormatError {
  return new FormatError('TF-REDACT-PLACE', 'what is to be hidden cannot be found in the text of the record');
}
