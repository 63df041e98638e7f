import { createHmac } from 'node:crypto';
import type { RedactSettings } from '../../config/config.ts';
import { absent } from '../../formats/expression.ts';
import { unescapeUnicode } from '../../formats/framing/byte-string.ts';
import { textOf } from '../../formats/functions.ts';

/** What is shown instead of a value, in each place where one can stand. All texts are byte strings. */
export interface HiddenValue {
  readonly action: RedactSettings['action'];
  /** Of an event. Undefined is no value. */
  field(value: unknown): unknown;
  /** A JSON value, from its text. */
  json(text: string): string;
  /** A cell of a line. */
  cell(text: string): string;
}

const MASK = '***';

/** @param key of the hashes; there when the action is `hash` */
export function hiddenValue(action: RedactSettings['action'], key: string): HiddenValue {
  const instead = insteadOf(action, key);
  return {
    action,
    field: (value) => (absent(value) ? value : instead(textOf(value))),
    cell: (text) => (absent(text) ? text : (instead(text) ?? '-')),
    json(text) {
      if (NOTHING_TO_HIDE.has(text)) return text;
      const shown = instead(text.startsWith('"') ? stringIn(text) : text);
      return shown === undefined ? 'null' : `"${shown}"`;
    },
  };
}

const NOTHING_TO_HIDE: ReadonlySet<string> = new Set(['null', '""', '"-"']);

function insteadOf(action: RedactSettings['action'], key: string): (value: string) => string | undefined {
  if (action === 'drop') return () => undefined;
  if (action === 'mask') return () => MASK;
  return (value) => createHmac('sha256', key).update(Buffer.from(value, 'latin1')).digest('hex').slice(0, 16);
}

/** What a JSON string says, so that a value has one hash however it is written; the text itself where it is no string. */
function stringIn(text: string): string {
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return String(JSON.parse(unescapeUnicode(text)));
  } catch {
    return text;
  }
}
