import type { SchemaTree } from 'hyparquet/src/types.js';
import { toByteString } from '../byte-string.ts';
import { Column } from './column.ts';
import { damaged } from './damage.ts';

/** A longer row is written without what its lists hold beyond this; the framing then refuses it as too large. */
const MOST_ROW_BYTES = 32 * 1024 * 1024;

/** The text of a row's list, a byte string, and how much of its row stands before it. */
interface Out {
  text: string;
  readonly before: number;
}

/** The leaves of a schema, and how a row is put together from them. */
export interface Rows {
  readonly columns: readonly Column[];
  /** All of a row, an object. */
  readonly root: Value;
  /** All names of members there are. */
  readonly names: readonly string[];
  /** To be called before a row is taken out of the columns. @throws {FormatError} where none begins in all of them */
  begin(): void;
}

/** What can stand at a place of a row. */
export interface Value {
  /** All leaves below it. */
  readonly columns: readonly Column[];
  /** The one leaf that it is. */
  readonly column?: Column;
  /** What a structure holds; what is written before each, where it is the first one and where it is not. */
  readonly members?: readonly { readonly node: Node; readonly first: string; readonly next: string }[];
  /** Writes `before` and the value at hand, or nothing where JSON has no such value. The value must be there. */
  write(out: Out, before: string): boolean;
}

/** A value with a name, which may be null. */
export interface Node extends Value {
  readonly name: string;
  readonly optional: boolean;
  /** Definition level from which on it is there. */
  readonly def: number;
}

/** Compiles a schema. @throws {FormatError} when nothing can be read by it */
export function rowsOf(schema: SchemaTree): Rows {
  const root = struct(schema.children, 0, 0);
  const { columns } = root;
  const listed = columns.filter(({ maxRep }) => maxRep > 0);
  return {
    columns,
    root,
    names: namesIn(schema),
    begin() {
      for (const column of listed) if (column.rep !== 0) throw damaged('columns disagree about where a row begins');
    },
  };
}

function namesIn({ children }: SchemaTree): string[] {
  return children.flatMap((child) => [child.element.name, ...namesIn(child)]);
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
    column,
    write(out, before) {
      const text = column.take();
      if (text !== undefined) out.text += before + column.jsonOf(text, column.traits);
      return text !== undefined;
    },
  };
}

/** Whether the node at hand is not null. */
export function isThere({ optional, columns, def }: Node): boolean {
  return !optional || (columns[0] as Column).def >= def;
}

/** Goes on behind a node that is null. */
export function passNull({ columns }: Node): void {
  for (const column of columns) column.advance();
}

/** True where the node is null; then it has been passed over. */
function isNull(node: Node): boolean {
  if (isThere(node)) return false;
  passNull(node);
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
    members,
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
  const name = { text: '', before: 0 };
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
          if (out.before + out.text.length > MOST_ROW_BYTES) passOver(columns, rep);
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
