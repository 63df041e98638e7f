import { type Kind, kindsOf } from '../../formats/kinds.ts';
import type { LogType } from '../../formats/log-type.ts';

/** One row of QRadar's QID map: what an admin maps, with what it is. */
export interface QidRow extends Kind {
  readonly logType: string;
  /** `LEEF` header: who makes the product, and its name. */
  readonly product: string;
  /** QRadar's own log source type for the log; events in LEEF go to Universal LEEF. */
  readonly logSourceType: string;
  /** Whether the row stands for many: `<path>` in it is whatever the record holds there. */
  readonly open: boolean;
}

/** All pairs of EventID and category that these log types can make. */
export function qidRows(types: readonly LogType[]): readonly QidRow[] {
  const rows = types.flatMap((type) =>
    kindsOf(type).map((kind): QidRow => {
      const { name, product, vendor = 'AWS', qradar } = type.spec;
      const open = `${kind.eventId}${kind.category}`.includes('<');
      return { logType: name, product: `${vendor} ${product}`, logSourceType: qradar, ...kind, open };
    }),
  );
  // The two faces of `generic` make the same events.
  const seen = new Set<string>();
  return rows.filter(({ logType, eventId, category }) => {
    const key = `${logType}\t${eventId}\t${category}`;
    return !seen.has(key) && seen.add(key);
  });
}

const HEADER = ['log type', 'EventID', 'category', 'severity', 'name'] as const;

const cellsOf = ({ logType, eventId, category, severities, label }: QidRow): readonly string[] => [
  logType,
  eventId,
  category,
  severities.join(' '),
  label,
];

/** Comma-separated values (RFC 4180). */
export function qidCsv(rows: readonly QidRow[]): string {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  return [HEADER, ...rows.map(cellsOf)].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

/** A table of Markdown. */
export function qidTable(rows: readonly QidRow[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const code = (text: string): string => (text === '' ? '' : `\`${text.replace(/\|/g, '\\|')}\``);
  const lines = rows.map((row) => {
    const [logType = '', eventId = '', category = '', ...others] = cellsOf(row);
    return line([logType, code(eventId), code(category), ...others]);
  });
  return line(HEADER) + line(HEADER.map(() => '---')) + lines.join('');
}
