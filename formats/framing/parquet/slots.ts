import type { Out, Place, RowChunk, Table } from '../row-chunk.ts';
import { BROKEN } from '../text-traits.ts';
import type { Column } from './column.ts';
import { type Node, passNull, type Rows, type Value } from './rows.ts';
import type { Words } from './words.ts';

/** The row that is being read. */
interface Reading {
  readonly slots: (string | number)[];
  /** Its first slot. */
  base: number;
  /** Bytes of its text so far. */
  length: number;
  traits: number;
}

/** A value of a row as slots hold it. */
interface Slots {
  readonly from: number;
  readonly to: number;
  /** Takes the value at hand, which is there, out of its columns. @returns whether JSON has such a value */
  read(row: Reading, before: number): boolean;
  /** Writes `before` and the value, or nothing where JSON has no such value. */
  write(rows: RowChunk, out: Out, before: string): boolean;
  placeOf(path: readonly string[]): Place | undefined;
}

/** Rows as JSON objects. */
export function jsonTable({ root, names }: Rows, words: Words): RowReader {
  const slots = slotsOf(root, 0);
  const table: Table = {
    isJson: true,
    width: slots.to,
    names: new Set(root.members?.map(({ node }) => node.name)),
    // Where names cannot be looked for as they stand, it is for who reads the text to find things.
    traits: names.every((name) => PLAIN_NAME.test(name)) && !hasTwins(root) ? 0 : BROKEN,
    write: (rows, out) => slots.write(rows, out, ''),
    placeOf: (path) => slots.placeOf(path),
    lacks: (word) => words.lacks(word) && !names.some((name) => name.includes(word)),
  };
  return { table, read: (row) => slots.read(row, 0) };
}

function hasTwins({ members = [] }: Value): boolean {
  const names = new Set(members.map(({ node }) => node.name));
  return names.size < members.length || members.some(({ node }) => hasTwins(node));
}

const PLAIN_NAME = /^[\x20\x21\x23-\x5b\x5d-\x7b\x7d\x7e]+$/;

export interface RowReader {
  readonly table: Table;
  /** Takes the row at hand out of the columns. */
  read(row: Reading): void;
}

function slotsOf(value: Value, from: number): Slots {
  if (value.members !== undefined) return struct(value.members, from);
  return value.column === undefined ? list(value, from) : leaf(value.column, from);
}

function leaf(column: Column, slot: number): Slots {
  const write: Slots['write'] = ({ slots, base }, out, before) => {
    const held = slots[base + slot] as string | number;
    if (typeof held === 'number') return false;
    out.text += before + column.jsonOf(held, column.seen);
    return true;
  };
  return {
    from: slot,
    to: slot + 1,
    read: (row, before) => readLeaf(column, slot, row, before),
    write,
    placeOf: (rest) => (column.isText && rest.length > 0 ? undefined : placeAt(slot, column.isText, rest, write)),
  };
}

function placeAt(slot: number | undefined, isText: boolean, rest: readonly string[], write: Slots['write']): Place {
  return { slot, isText, rest, write: (rows, out) => write(rows, out, '') };
}

/** A list or a map is one slot, of JSON. */
function list({ columns, write: writeList }: Value, slot: number): Slots {
  const out = { text: '', before: 0 };
  const write: Slots['write'] = ({ slots, base }, into, before) => {
    const held = slots[base + slot] as string | number;
    if (typeof held === 'number') return false;
    into.text += before + held;
    return true;
  };
  return {
    from: slot,
    to: slot + 1,
    read(row, before) {
      out.text = '';
      out.before = row.length;
      for (const column of columns) column.seen = 0;
      writeList(out, '');
      for (const column of columns) row.traits |= column.seen;
      row.slots[row.base + slot] = out.text;
      row.length += before + out.text.length;
      return true;
    },
    write,
    placeOf: (rest) => placeAt(slot, false, rest, write),
  };
}

interface Member extends Slots {
  readonly node: Node;
  readonly def: number;
  /** The column whose level says whether it is null; undefined where it cannot be. */
  readonly head: Column | undefined;
  /** The one column that it is. */
  readonly column: Column | undefined;
  readonly first: string;
  readonly next: string;
  /** Bytes of each of them. */
  readonly before: number;
}

function struct(members: NonNullable<Value['members']>, from: number): Slots {
  const all: Member[] = [];
  let to = from;
  for (const { node, first, next } of members) {
    const slots = slotsOf(node, to);
    all.push({ ...slots, ...memberOf(node), first, next, before: first.length });
    to = slots.to;
  }
  const named = new Map(all.map((member) => [member.node.name, member]));
  const write = structWriter(all);
  return {
    from,
    to,
    read: structReader(all),
    write,
    placeOf([name, ...rest]) {
      if (name === undefined) return placeAt(undefined, false, [], write);
      const member = named.get(name);
      const place = member?.placeOf(rest);
      return member === undefined || place?.slot !== undefined || rest.length > 0 ? place : unlessNull(member);
    },
  };
}

/** A place that is a structure, which may be null itself. */
function unlessNull({ from, def, write }: Member): Place {
  return placeAt(undefined, false, [], (rows, out, before) => {
    const held = rows.slots[rows.base + from] as string | number;
    return (typeof held === 'string' || held >= def) && write(rows, out, before);
  });
}

function memberOf(node: Node): Pick<Member, 'node' | 'def' | 'head' | 'column'> {
  const { optional, columns, column, def } = node;
  return { node, def, head: optional ? columns[0] : undefined, column };
}

function structReader(members: readonly Member[]): Slots['read'] {
  return (row, before) => {
    row.length += before;
    const start = row.length;
    for (let at = 0; at < members.length; at += 1) {
      const member = members[at] as Member;
      const { head, column } = member;
      if (head !== undefined && head.def < member.def) readNull(member, head.def, row);
      else if (column !== undefined) readLeaf(column, member.from, row, member.before);
      else member.read(row, member.before);
    }
    row.length += row.length === start ? 2 : 1;
    return true;
  };
}

function readLeaf(column: Column, slot: number, row: Reading, before: number): boolean {
  const text = column.take();
  row.slots[row.base + slot] = text ?? column.maxDef;
  if (text === undefined) return false;
  row.traits |= column.traits;
  row.length += before + column.jsonLength(text);
  return true;
}

function readNull({ node, from, to }: Member, def: number, { slots, base }: Reading): void {
  for (let at = base + from; at < base + to; at += 1) slots[at] = def;
  passNull(node);
}

function structWriter(members: readonly Member[]): Slots['write'] {
  return (rows, out, before) => {
    out.text += before;
    let empty = true;
    for (const { node, from, write, first, next } of members) {
      const held = rows.slots[rows.base + from] as string | number;
      const isNull = typeof held === 'number' && node.optional && held < node.def;
      if (!isNull && write(rows, out, empty ? first : next)) empty = false;
    }
    out.text += empty ? '{}' : '}';
    return true;
  };
}
