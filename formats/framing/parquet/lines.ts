import type { Table } from '../row-chunk.ts';
import { BLANK, BROKEN } from '../text-traits.ts';
import type { Column } from './column.ts';
import type { RowReader } from './slots.ts';
import type { Words } from './words.ts';

/** Rows as cells parted by a space, `-` where there is none, as AWS writes flow logs in text. */
export function lineTable(columns: readonly Column[], names: readonly string[], words: Words): RowReader {
  const table: Table = {
    isJson: false,
    width: columns.length,
    names: new Set(names),
    traits: 0,
    write({ slots, base }, out) {
      for (let at = 0; at < columns.length; at += 1) out.text += at === 0 ? slots[base] : ` ${slots[base + at]}`;
    },
    placeOf: () => undefined,
    lacks: (word) => words.lacks(word),
  };
  return {
    table,
    read(row) {
      row.length += columns.length - 1;
      for (let at = 0; at < columns.length; at += 1) {
        const column = columns[at] as Column;
        const cell = cellIn(column);
        row.traits |= column.traits;
        row.length += cell.length;
        row.slots[row.base + at] = cell;
      }
      if (mayBeHeader(row.slots, row.base, names)) row.traits |= BROKEN;
    },
  };
}

/** Takes a cell out of its column. */
function cellIn(column: Column): string {
  column.traits = 0;
  if (column.def >= column.maxDef) {
    const text = column.take();
    if (text === undefined) return '-';
    return column.isText ? textCell(text, column.traits) : jsonCell(text);
  }
  column.advance();
  return '-';
}

const LOWER_CASE = /^[a-z]/;

/** Whether one could take the line for a header, or for a line that the header of a joined file stands behind. */
function mayBeHeader(cells: readonly (string | number)[], base: number, names: readonly string[]): boolean {
  const last = cells[base + names.length - 1] as string;
  if (last.endsWith(names.at(-1) ?? '')) return true;
  for (let at = 0; at < names.length; at += 1) if (!LOWER_CASE.test(cells[base + at] as string)) return false;
  return true;
}

const BLANKS = /[\x00-\x20]/g;

/** A space would end a cell: it is written as in a URL. */
function textCell(text: string, traits: number): string {
  if (text === '') return '-';
  if ((traits & BLANK) === 0) return text;
  return text.replace(BLANKS, (mark) => encodeURIComponent(mark));
}

const QUOTE = 0x22;

function jsonCell(json: string): string {
  if (json.charCodeAt(0) !== QUOTE) return json;
  const text = json.includes('\\') ? String(JSON.parse(json)) : json.substring(1, json.length - 1);
  return textCell(text, BLANK);
}
