import { FormatError } from '../framing/record.ts';
import type { Layout } from './layout.ts';
import { named } from './named.ts';
import { textFraming } from './pattern.ts';
import { trimBlanks } from './split.ts';

export interface PairsOptions {
  /** How a record's first line begins. */
  readonly starts: RegExp;
  /** Takes the whole text of a record without any pair; without it such a record is unreadable. */
  readonly otherwise?: string;
}

/** Blocks of lines `name : value`, with any blanks around the colon. A path is a name; other lines say nothing. */
export function pairs({ starts, otherwise }: PairsOptions): Layout {
  return named({
    describe: 'records of lines `name: value`',
    framing: textFraming(starts),
    reader: (into) => (text) => {
      let count = 0;
      for (const line of text.split('\n')) {
        const colon = line.indexOf(':');
        if (colon <= 0) continue;
        into.add(trimBlanks(line.substring(0, colon)), trimBlanks(line.substring(colon + 1)));
        count += 1;
      }
      if (count > 0) return;
      if (otherwise === undefined) throw new FormatError('TF-PAIRS-NONE', 'the record has no line `name: value`');
      into.add(otherwise, text);
    },
  });
}
