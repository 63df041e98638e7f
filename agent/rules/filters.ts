import type { FilterSettings } from '../../config/config.ts';
import type { LogEvent, ObjectOrigin } from '../../formats/event.ts';
import type { LogType } from '../../formats/log-type.ts';
import { type BindCondition, compileCondition, type EventTest } from './condition.ts';

/** What a filter has done since the agent started. */
export interface FilterCount {
  readonly name: string;
  /** Events that no filter before it had kept back. */
  readonly seen: number;
  readonly dropped: number;
}

/** The filters of a destination on the events of one decoder. */
export interface BoundFilters {
  /** Whether an event must be read to be judged. */
  readonly asksEvents: boolean;
  /** The filter that keeps the event back, and counts it; undefined lets it go. Without `asksEvents` no event is needed. */
  drops(event: LogEvent | undefined): FilterSettings | undefined;
}

/** The filters of one destination: laid out once a log type, and bound to where an object comes from. */
export class Filters {
  private readonly filters: readonly FilterSettings[];
  private readonly dropped: number[];
  private seen = 0;
  private readonly compiled = new Map<LogType, readonly BindCondition[]>();

  constructor(filters: readonly FilterSettings[]) {
    this.filters = filters;
    this.dropped = filters.map(() => 0);
  }

  /** A filter sees what those before it let go. */
  get counts(): readonly FilterCount[] {
    let { seen } = this;
    return this.filters.map(({ name }, index) => {
      const count = { name, seen, dropped: this.dropped[index] ?? 0 };
      seen -= count.dropped;
      return count;
    });
  }

  /** Undefined when there is no filter. */
  bind(type: LogType, origin: ObjectOrigin): BoundFilters | undefined {
    if (this.filters.length === 0) return undefined;
    const verdicts = this.conditions(type).map((bind) => bind(origin));
    // One that holds for the whole object needs no event, so it is asked before all others.
    const whole = verdicts.indexOf(true);
    if (whole >= 0) return { asksEvents: false, drops: () => this.hit(whole) };
    const tests = verdicts.flatMap((test, index) => (typeof test === 'function' ? [{ test, index }] : []));
    if (tests.length === 0) return { asksEvents: false, drops: () => this.miss() };
    return { asksEvents: true, drops: (event) => this.ask(tests, event as LogEvent) };
  }

  private conditions(type: LogType): readonly BindCondition[] {
    const known = this.compiled.get(type);
    if (known !== undefined) return known;
    const conditions = this.filters.map(({ drop }) => compileCondition(drop, type));
    this.compiled.set(type, conditions);
    return conditions;
  }

  private ask(
    tests: readonly { readonly test: EventTest; readonly index: number }[],
    event: LogEvent,
  ): FilterSettings | undefined {
    for (const { test, index } of tests) if (test(event)) return this.hit(index);
    return this.miss();
  }

  private hit(index: number): FilterSettings | undefined {
    this.seen += 1;
    this.dropped[index] = (this.dropped[index] ?? 0) + 1;
    return this.filters[index];
  }

  private miss(): undefined {
    this.seen += 1;
  }
}
