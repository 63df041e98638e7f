import type { LogEvent } from '../event.ts';
import { absent, type Expression, paths } from '../expression.ts';
import type { LogType } from '../log-type.ts';
import { columnName } from './json.ts';
import type { WriteJson } from './json-tree.ts';
import { jsonString } from './json-value.ts';

/** Paths of a log type's mapping. */
function pathsRead({ spec }: LogType): ReadonlySet<string> {
  const { version, time, signature, scope, label, category, severity, fields } = spec;
  const all = [version, time, signature, scope, label, category, severity, ...Object.values(fields)];
  return new Set(all.filter((one): one is Expression => one !== undefined).flatMap(paths));
}

/**
 * The columns of a line that no mapping reads, as an object of texts: a line that AWS made longer loses nothing. They are
 * the first to go where an event does not fit.
 */
export function unreadColumns(type: LogType): WriteJson {
  if (type.spec.layout.kind === 'json') return () => '';
  const read = pathsRead(type);
  if (read.has('@text')) return () => '';
  let columns: readonly string[] | undefined;
  let unread: readonly number[] = [];
  return (event, without) => {
    if (without !== undefined) return '';
    if (columns !== event.columns) {
      columns = event.columns;
      unread = event.columns.flatMap((name, index) => (read.has(name) ? [] : [index]));
    }
    let text = '';
    for (const index of unread) text += cellJson(event, index);
    for (let index = event.columns.length; index < event.cells.length; index += 1) text += cellJson(event, index);
    return text === '' ? '' : `{${text.substring(1)}}`;
  };
}

function cellJson({ columns, cells }: LogEvent, index: number): string {
  const cell = cells[index];
  return cell === undefined || absent(cell) ? '' : `,${jsonString(columnName(columns, index))}:${jsonString(cell)}`;
}
