import type { Column } from './column.ts';
import type { Out } from './rows.ts';

/** Writes the row at hand as cells parted by a space, `-` where there is none, as AWS writes flow logs in text. */
export function lineOf(columns: readonly Column[]): (out: Out) => void {
  return (out) => {
    let mark = '';
    for (const column of columns) {
      const text = column.def < column.maxDef ? undefined : column.text();
      column.advance();
      out.text += mark + (text === undefined ? '-' : cellOf(text));
      mark = ' ';
    }
  };
}

/** JSON text as a cell. A space would end it: it is written as in a URL. */
function cellOf(json: string): string {
  if (!json.startsWith('"')) return json;
  const text = json.includes('\\') ? String(JSON.parse(json)) : json.slice(1, -1);
  return text.replace(/[\x00-\x20]/g, (mark) => encodeURIComponent(mark)) || '-';
}
