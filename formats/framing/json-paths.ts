/**
 * The paths that are read in the records of one log type, as a tree of member names, so that one pass over the bytes of
 * a record finds them all. Grows as expressions are compiled.
 */
export class JsonPaths {
  readonly root = new PathNode();
  /** Number of paths; their places are counted from 0. */
  count = 0;
  private readonly all: (readonly string[])[] = [];

  /** The place of a path among all. */
  placeOf(path: readonly string[]): number {
    let node = this.root;
    for (const name of path) node = node.add(name);
    if (node.place < 0) {
      node.place = this.count++;
      this.all.push(path);
    }
    return node.place;
  }

  /** The path that has this place. */
  pathOf(place: number): readonly string[] {
    return this.all[place] ?? [];
  }
}

const SLOTS = 64;

/** A member of an object, or an item of a list, that is wanted itself or holds such. */
export class PathNode {
  /** Of the path that ends here; -1 where none does. */
  place = -1;
  /** Whether anything below it is wanted. */
  isInner = false;
  /** The scan that has met it last: a second time in one record means two members of one name. */
  scan = 0;
  private readonly name: Uint8Array;
  /** Children by a hash of their names, and behind each the next one of the same hash. */
  private readonly slots = new Array<PathNode | null>(SLOTS).fill(null);
  private next: PathNode | null = null;
  private readonly children = new Map<string, PathNode>();
  /** Children by their place in a list. */
  private readonly items: PathNode[] = [];

  constructor(name = '') {
    this.name = new Uint8Array(Buffer.from(name, 'latin1'));
  }

  add(name: string): PathNode {
    const known = this.children.get(name);
    if (known !== undefined) return known;
    const child = new PathNode(name);
    this.children.set(name, child);
    const slot = slotOf(child.name, 0, name.length);
    child.next = this.slots[slot] ?? null;
    this.slots[slot] = child;
    this.isInner = true;
    if (String(Number(name) >>> 0) === name) this.items[Number(name)] = child;
    return child;
  }

  /** The child whose name stands at `bytes[start, end)`. */
  child(bytes: Uint8Array, start: number, end: number): PathNode | null {
    let child = this.slots[slotOf(bytes, start, end)] as PathNode | null;
    while (child !== null && !isAt(child.name, bytes, start, end)) child = child.next;
    return child;
  }

  /** The child for an item of a list. */
  item(index: number): PathNode | null {
    return this.items[index] ?? null;
  }
}

function isAt(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== name.length) return false;
  for (let at = 0; at < name.length; at += 1) if (name[at] !== bytes[start + at]) return false;
  return true;
}

/** A hash of a name by its length, first and last byte: most names of a record can so be passed over unread. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return 0;
  return ((bytes[start] as number) * 3 + (bytes[end - 1] as number) * 7 + (end - start) * 11) & (SLOTS - 1);
}
