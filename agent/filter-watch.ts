import type { FilterCount } from './rules/filters.ts';
import type { Rules } from './rules/rules.ts';

/** What of a destination is watched. */
export interface Watched {
  readonly name: string;
  readonly dress: { readonly rules: Pick<Rules, 'filters'> };
}

/** Hears of a filter that kept back every event of the last hour; `events` is how many. */
export type KeptAll = (destination: string, filter: string, events: number) => void;

/** A filter that lets nothing go is mostly a slip, and nobody misses what never came: so somebody has to look. */
export class FilterWatch {
  private readonly destinations: readonly Watched[];
  private readonly tell: KeptAll;
  /** Counts at the last look, by destination. */
  private last: ReadonlyMap<string, readonly FilterCount[]> | undefined;
  private readonly keeping = new Set<string>();

  constructor(destinations: readonly Watched[], tell: KeptAll) {
    this.destinations = destinations;
    this.tell = tell;
  }

  /** Whether this filter kept back everything of the last whole hour. */
  keepsAll(destination: string, filter: string): boolean {
    return this.keeping.has(`${destination} ${filter}`);
  }

  /** To be called every hour. What it sees at first is where the first hour begins. */
  look(): void {
    const { last } = this;
    this.last = new Map(this.destinations.map(({ name, dress }) => [name, dress.rules.filters.counts]));
    this.keeping.clear();
    if (last === undefined) return;
    for (const [name, counts] of this.last) {
      for (const [index, count] of counts.entries()) this.compare(name, last.get(name)?.[index], count);
    }
  }

  private compare(destination: string, before: FilterCount | undefined, now: FilterCount): void {
    const seen = now.seen - (before?.seen ?? 0);
    const dropped = now.dropped - (before?.dropped ?? 0);
    if (seen === 0 || dropped < seen) return;
    this.keeping.add(`${destination} ${now.name}`);
    this.tell(destination, now.name, dropped);
  }
}
