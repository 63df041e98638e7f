import type { SchemaTree } from 'hyparquet/src/types.js';
import { toByteString } from '../byte-string.ts';
import { Column } from './column.ts';
import { damaged } from './damage.ts';

/** A longer row is written without what its lists hold beyond this; the framing then refuses it as too large. */
const MOST_ROW_BYTES = 32 * 1024 * 1024;

/** The text that rows are written into, a byte string. */
export interface Out {
  text: string;
}

/** The leaves of a schema, and how a row is put together from them. */
export interface Rows {
  readonly columns: readonly Column[];
  /** Writes the row at hand as a JSON object; members that are null are left out. */
  write(out: Out): void;
}

/** What can stand at a place of a row. */
interface Value {
  /** All leaves below it. */
  readonly columns: readonly Column[];
  /** Writes `before` and the value at hand, or nothing where JSON has no such value. The value must be there. */
  write(out: Out, before: string): boolean;
}

/** A value with a name, which may be null. */
interface Node extends Value {
  readonly name: string;
  readonly optional: boolean;
  /** Definition level from which on it is there. */
  readonly def: number;
}

/** Compiles a schema. @throws {FormatError} when nothing can be read by it */
export function rowsOf(schema: SchemaTree): Rows {
  const { columns, write } = struct(schema.children, 0, 0);
  const listed = columns.filter(({ maxRep }) => maxRep > 0);
  return {
    columns,
    write(out) {
      for (const column of listed) if (column.rep !== 0) throw damaged('columns disagree about where a row begins');
      write(out, '');
    },
  };
}

function nodeOf(tree: SchemaTree, outerDef: number, outerRep: number): Node {
  const { name, repetition_type: repetition } = tree.element;
  const def = repetition === 'REQUIRED' ? outerDef : outerDef + 1;
  const value =
    repetition === 'REPEATED'
      ? repeated(valueAt(tree, def, outerRep + 1), def, outerRep + 1, '[]')
      : valueAt(tree, def, outerRep);
  return { ...value, name, optional: repetition === 'OPTIONAL', def };
}

/** A node's value where it is there; one of them where it is repeated. */
function valueAt(tree: SchemaTree, def: number, rep: number): Value {
  const { element, children } = tree;
  const [only] = children;
  if (only === undefined) return leaf(new Column(element, def, rep));
  if (children.length === 1 && only.element.repetition_type === 'REPEATED') {
    const kind = element.logical_type?.type ?? element.converted_type;
    if (kind === 'LIST') return repeated(listItem(only, def + 1, rep + 1), def + 1, rep + 1, '[]');
    if ((kind === 'MAP' || kind === 'MAP_KEY_VALUE') && isPair(only))
      return repeated(pair(only, def + 1, rep + 1), def + 1, rep + 1, '{}');
  }
  return struct(children, def, rep);
}

function leaf(column: Column): Value {
  return {
    columns: [column],
    write(out, before) {
      const text = column.take();
      if (text !== undefined) out.text += before + text;
      return text !== undefined;
    },
  };
}

/** True where the node is null; then it has been passed over. */
function isNull({ optional, columns, def }: Node): boolean {
  if (!optional || (columns[0] as Column).def >= def) return false;
  for (const column of columns) column.advance();
  return true;
}

function struct(children: readonly SchemaTree[], def: number, rep: number): Value {
  const members = children.map((child) => {
    const node = nodeOf(child, def, rep);
    const key = `${toByteString(JSON.stringify(node.name))}:`;
    return { node, first: `{${key}`, next: `,${key}` };
  });
  const columns = members.flatMap(({ node }) => node.columns);
  if (columns.length === 0) throw damaged('a group without members');
  return {
    columns,
    write(out, before) {
      let empty = true;
      out.text += before;
      for (const { node, first, next } of members) {
        if (!isNull(node) && node.write(out, empty ? first : next)) empty = false;
      }
      out.text += empty ? '{}' : '}';
      return true;
    },
  };
}

/**
 * An element of a list. Between list and element stands a group that means nothing, but not in lists of two levels, as
 * Avro once wrote them: a group of several members is an element itself. One member tells nothing; like DuckDB and
 * hyparquet, we take it for the element.
 */
function listItem(tree: SchemaTree, def: number, rep: number): Value {
  const [only, ...more] = tree.children;
  if (only === undefined || more.length > 0) return valueAt(tree, def, rep);
  const node = nodeOf(only, def, rep);
  return { columns: node.columns, write: (out, before) => !isNull(node) && node.write(out, before) };
}

function isPair({ children: [key, value, ...more] }: SchemaTree): boolean {
  const simple = key?.children.length === 0 && key.element.repetition_type !== 'REPEATED';
  return simple && value !== undefined && more.length === 0;
}

/** A member of a map. One whose value is null is left out. */
function pair({ children }: SchemaTree, def: number, rep: number): Value {
  const [key, value] = children.map((child) => nodeOf(child, def, rep)) as [Node, Node];
  const name: Out = { text: '' };
  return {
    columns: [...key.columns, ...value.columns],
    write(out, before) {
      name.text = '';
      if (isNull(key) || !key.write(name, '')) name.text = '""';
      if (!name.text.startsWith('"')) name.text = `"${name.text}"`;
      return !isNull(value) && value.write(out, `${before}${name.text}:`);
    },
  };
}

/** All items of a list or members of a map. @param ends what stands around them */
function repeated(item: Value, def: number, rep: number, ends: '[]' | '{}'): Value {
  const { columns } = item;
  const first = columns[0] as Column;
  return {
    columns,
    write(out, before) {
      out.text += before + ends[0];
      let mark = '';
      if (first.def < def) for (const column of columns) column.advance();
      else
        do {
          if (out.text.length > MOST_ROW_BYTES) passOver(columns, rep);
          else if (item.write(out, mark)) mark = ',';
          else if (ends === '[]') {
            out.text += `${mark}null`;
            mark = ',';
          }
        } while (first.rep === rep);
      out.text += ends[1];
      return true;
    },
  };
}

/** Goes on to the next item, or to what follows the last. */
function passOver(columns: readonly Column[], rep: number): void {
  for (const column of columns) {
    do column.advance();
    while (column.rep > rep);
  }
}
