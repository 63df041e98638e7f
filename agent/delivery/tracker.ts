/** How the records of a run of ordinals ended. `delivered + filtered + quarantined` is the number of records. */
export interface Outcome {
  readonly delivered: number;
  readonly filtered: number;
  readonly quarantined: number;
}

type Counts = { -readonly [Name in keyof Outcome]: number };

interface Run extends Counts {
  readonly first: number;
  last: number;
}

/**
 * Acknowledgements in any order, made into one gap-free watermark: the number of records, from the first, that are all
 * settled. Only what lies below the watermark is counted, so a checkpoint never says more than it can prove.
 */
export class Tracker {
  private mark: number;
  private readonly below: Counts;
  /** Settled runs above the watermark, by first ordinal. Neighbours are one run, so there are no more than blocks are out. */
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
    const place = this.above.findLastIndex((run) => run.first <= first) + 1;
    const previous = this.above[place - 1];
    const next = this.above[place];
    if (
      first < this.mark ||
      (previous !== undefined && previous.last >= first) ||
      (next !== undefined && next.first <= last)
    ) {
      throw new Error(`records ${first} to ${last} were settled before (watermark ${this.mark})`);
    }
    if (previous?.last === first - 1) extend(previous, last, outcome);
    else this.above.splice(place, 0, { first, last, ...outcome });
    this.advance();
  }

  private advance(): void {
    for (;;) {
      const run = this.above[0];
      if (run === undefined || run.first !== this.mark) return;
      this.above.shift();
      this.mark = run.last + 1;
      add(this.below, run);
    }
  }
}

function extend(run: Run, last: number, outcome: Outcome): void {
  run.last = last;
  add(run, outcome);
}

function add(sum: Counts, { delivered, filtered, quarantined }: Outcome): void {
  sum.delivered += delivered;
  sum.filtered += filtered;
  sum.quarantined += quarantined;
}
