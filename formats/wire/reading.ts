import type { LogEvent } from '../event.ts';
import { compile, type Expression, NOTHING, type Read } from '../expression.ts';
import type { LogType } from '../log-type.ts';
import { present } from './fields.ts';
import type { WriteJson } from './json-tree.ts';
import { scalar } from './json-value.ts';

/**
 * Reads an expression out of the record of an event at hand: for what one format alone wants to know of a log type, so that
 * the others do not pay for it. Compiled again where the columns change.
 */
export function reading(expression: Expression, { spec }: LogType): (event: LogEvent) => unknown {
  let columns: readonly string[] | undefined;
  let read: Read = NOTHING;
  return (event) => {
    if (columns !== event.columns) {
      columns = event.columns;
      read = compile(expression, (path) => spec.layout.resolve(path, event.columns));
    }
    return read(event.record);
  };
}

/** The value of an expression as JSON. */
export function readJson(expression: Expression, type: LogType): WriteJson {
  const read = reading(expression, type);
  return (event) => {
    const value = read(event);
    return present(value) ? scalar(value, event) : '';
  };
}
