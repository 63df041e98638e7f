/**
 * What was asked for of late, by key. Two generations of at most `most` entries: a full young one becomes the old one, and
 * what of that is asked for again is young again. Cheaper than keeping an order of all.
 */
export class Recent<Key, Value> {
  private readonly most: number;
  private young = new Map<Key, Value>();
  private old = new Map<Key, Value>();

  constructor(most: number) {
    this.most = most;
  }

  /** Number of entries, at most twice `most`. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  get(key: Key): Value | undefined {
    const found = this.young.get(key);
    if (found !== undefined) return found;
    const older = this.old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: Key, value: Value): void {
    if (this.young.size >= this.most) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }
}
