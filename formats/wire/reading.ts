import type { LogEvent } from '../event.ts';
import { compile, type Expression, NOTHING, type Read } from '../expression.ts';
import { textOf } from '../functions.ts';
import { objectsOf } from '../lists.ts';
import type { LogType } from '../log-type.ts';
import type { ListSpec } from '../schema-spec.ts';
import { present } from './fields.ts';
import { JsonTree, type WriteJson } from './json-tree.ts';
import { jsonString, scalar } from './json-value.ts';

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

/** A list of objects as JSON; '' for an empty one. */
export function readList({ each, members }: ListSpec, type: LogType): WriteJson {
  const read = reading(each, type);
  const tree = new JsonTree();
  let item: Readonly<Record<string, unknown>> = {};
  for (const [source, path] of Object.entries(members)) {
    tree.add(path, () => {
      const text = textOf(item[source]);
      return present(text) ? jsonString(text) : '';
    });
  }
  const write = tree.compile();
  return (event) => {
    const texts = objectsOf(read(event)).map((one) => {
      item = one;
      return write(event);
    });
    const said = texts.filter((text) => text !== '');
    return said.length === 0 ? '' : `[${said.join(',')}]`;
  };
}
