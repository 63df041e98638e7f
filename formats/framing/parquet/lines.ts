import type { Column } from './column.ts';
import type { Out } from './rows.ts';

/** Writes the row at hand as cells parted by a space, `-` where there is none, as AWS writes flow logs in text. */
export function lineOf(columns: readonly Column[]): (out: Out) => void {
  return (out) => {
    let mark = '';
    for (const column of columns) {
      const isNull = column.def < column.maxDef;
      const text = isNull ? undefined : column.take();
      if (isNull) column.advance();
      out.text += mark + (text === undefined ? '-' : cellOf(text));
      mark = ' ';
    }
  };
}

const QUOTE = 0x22;
const BLANK = /[\x00-\x20]/;
const BLANKS = /[\x00-\x20]/g;

/** JSON text as a cell. A space would end it: it is written as in a URL. */
function cellOf(json: string): string {
  if (json.charCodeAt(0) !== QUOTE) return json;
  const text = json.includes('\\') ? String(JSON.parse(json)) : json.substring(1, json.length - 1);
  if (!BLANK.test(text)) return text === '' ? '-' : text;
  return text.replace(BLANKS, (mark) => encodeURIComponent(mark));
}
