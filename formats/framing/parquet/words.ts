/** What can say whether a word stands somewhere in its loaded values, or may. */
interface Holder {
  holds(word: string): boolean;
}

/**
 * Which words no text of a file holds. A word is looked for from the moment on in which somebody asks for it, in pages as
 * they are loaded, so that no row has to be looked at. Once it was found it counts as held in all of the file.
 */
export class Words {
  private readonly held = new Map<string, boolean>();
  /** Asked for since the chunk at hand was begun: pages that its first rows came from are gone unseen. */
  private readonly late = new Set<string>();
  private readonly holders: readonly Holder[];

  constructor(holders: readonly Holder[]) {
    this.holders = holders;
  }

  lacks(word: string): boolean {
    const isHeld = this.held.get(word);
    if (isHeld !== undefined) return !isHeld && !this.late.has(word);
    this.late.add(word);
    this.held.set(
      word,
      this.holders.some((holder) => holder.holds(word)),
    );
    return false;
  }

  /** Says that more was loaded. */
  look(holder: Holder): void {
    for (const [word, isHeld] of this.held) if (!isHeld && holder.holds(word)) this.held.set(word, true);
  }

  /** Says that the next rows come from what is loaded now, or will be. */
  begin(): void {
    if (this.late.size > 0) this.late.clear();
  }
}
