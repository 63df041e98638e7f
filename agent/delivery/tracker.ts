/** How the records of a run of ordinals ended. `delivered + filtered + quarantined` is the number of records. */
export interface Outcome {
  readonly delivered: number;
  readonly filtered: number;
  readonly quarantined: number;
}

interface Run {
  readonly first: number;
  last: number;
  delivered: number;
  filtered: number;
  quarantined: number;
}

/**
 * Acknowledgements in any order, made into one gap-free watermark: the number of records, from the first, that are all
 * settled. Only what lies below the watermark is counted, so a checkpoint never says more than it can prove.
 */
export class Tracker {
  private mark: number;
  private readonly below: { delivered: number; filtered: number; quarantined: number };
  /** Settled runs above the watermark, by first ordinal. Few: as many as blocks are out. */
  private readonly above: Run[] = [];

  constructor(watermark: number, outcome: Outcome) {
    this.mark = watermark;
    const { delivered, filtered, quarantined } = outcome;
    this.below = { delivered, filtered, quarantined };
  }

  get watermark(): number {
    return this.mark;
  }

  get outcome(): Outcome {
    return this.below;
  }

  /**
   * Records `first` to `last` are settled.
   * @throws when one of them was settled before: a fault of the program that would make the account wrong
   */
  settled(first: number, last: number, outcome: Outcome): void {
    const at = this.above.findIndex((run) => run.first > first);
    const place = at < 0 ? this.above.length : at;
    const previous = this.above[place - 1];
    const next = this.above[place];
    if (
      first < this.mark ||
      (previous !== undefined && previous.last >= first) ||
      (next !== undefined && next.first <= last)
    ) {
      throw new Error(`records ${first} to ${last} were settled before (watermark ${this.mark})`);
    }
    this.above.splice(place, 0, { first, last, ...outcome });
    this.advance();
  }

  private advance(): void {
    for (;;) {
      const run = this.above[0];
      if (run === undefined || run.first !== this.mark) return;
      this.above.shift();
      this.mark = run.last + 1;
      this.below.delivered += run.delivered;
      this.below.filtered += run.filtered;
      this.below.quarantined += run.quarantined;
    }
  }
}
