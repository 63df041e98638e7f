import type { LogEvent } from '../event.ts';
import { FormatError } from '../framing/record.ts';
import type { Format, TypeFormatter } from './formatter.ts';
import { raw } from './raw.ts';

/** A byte string as a JSON string; bytes of UTF-8 pass as they are. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** The columns of a line as one object, every value the text it was: no number is made or rounded. */
function columnsObject(event: LogEvent): string {
  const { columns, cells } = event;
  let text = '{';
  for (let index = 0; index < cells.length; index += 1) {
    const name = columns[index] ?? `extra${index - columns.length + 1}`;
    text += `${index === 0 ? '' : ','}${quoted(name)}:${quoted(cells[index] ?? '')}`;
  }
  return `${text}}`;
}

/** JSON on one line: a JSON record as it stands, white space at its line ends aside; a line as an object of its columns. */
export const json: Format = {
  name: 'json',
  compile(type, tally): TypeFormatter {
    if (type.spec.layout.kind === 'json') {
      const verbatim = raw.compile(type, tally);
      return { ...verbatim, write: (event, room) => oneLine(verbatim.write(event, room)) };
    }
    return {
      kind: 'json',
      verbatim: false,
      write: (event, room) => {
        const text = columnsObject(event);
        if (text.length > room)
          throw new FormatError(
            'TF-EVENT-TOO-LARGE',
            `the event has ${text.length} bytes, the destination takes ${room}`,
          );
        return text;
      },
      explain: () => [],
    };
  },
};

/** In JSON a line end can only stand between tokens. */
function oneLine(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+[ \t]*/g, '') : text;
}
