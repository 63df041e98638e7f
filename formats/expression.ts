import type { FieldValue } from './event.ts';
import type { LogRecord } from './framing/record.ts';

/** Reads one value out of a record. Compiled once a log type and layout, called once a record. */
export type Read = (record: LogRecord) => unknown;

/** Reads nothing: what a path becomes that no record of this layout can have. */
export const NOTHING: Read = () => undefined;

/** Turns a path into a reader: how, depends on whether records are JSON or columns. May give `NOTHING`. */
export type Resolve = (path: string) => Read;

/**
 * A value of a mapping: a path (`userIdentity.arn`, `srcaddr`), or something computed from other expressions. It is
 * data: the engine compiles it, documentation prints it, `convert --explain` follows it.
 */
export type Expression = string | Computed;

export interface Computed {
  /** For people, e.g. `first of userName, last part of arn`. */
  readonly describe: string;
  readonly inputs: readonly Expression[];
  /** `first` stops at the first input that is there. */
  readonly lazy?: boolean;
  /** Texts of its input that it tells apart, where it is a table. */
  readonly keys?: readonly string[];
  /** May give bytes that the record's text does not show as such, because they were encoded there. */
  readonly fresh?: boolean;
  apply(...values: unknown[]): FieldValue;
}

/** Whether a value means "not there": undefined, null, '' and AWS's '-'. */
export function absent(value: unknown): boolean {
  if (typeof value !== 'string') return value === undefined || value === null;
  return value.length < 2 && (value === '' || value === '-');
}

/** What an expression says for people. */
export function describe(expression: Expression): string {
  return typeof expression === 'string' ? expression : expression.describe;
}

/** All paths an expression may read. */
export function paths(expression: Expression): string[] {
  return typeof expression === 'string' ? [expression] : expression.inputs.flatMap(paths);
}

/** Whether an expression may give bytes that the record's text does not show. */
export function isFresh(expression: Expression): boolean {
  return typeof expression !== 'string' && (expression.fresh === true || expression.inputs.some(isFresh));
}

/** A reader for an expression; `NOTHING` when it can give no value under this layout, whatever the record. */
export function compile(expression: Expression, resolve: Resolve): Read {
  if (typeof expression === 'string') return resolve(expression);
  return compileComputed(expression, (input) => compile(input, resolve));
}

/**
 * Compiles expressions that are read of the same record, one after another: what several of them compute from is worked
 * out once a record. `turn` must be called before each record.
 */
export class SharedReads {
  private turns = 0;
  private readonly resolve: Resolve;
  private readonly uses = new Map<Computed, number>();
  private readonly known = new Map<Computed, Read>();

  constructor(expressions: readonly (Expression | undefined)[], resolve: Resolve) {
    this.resolve = resolve;
    for (const one of expressions) this.count(one);
  }

  turn(): void {
    this.turns += 1;
  }

  compile(expression: Expression): Read {
    if (typeof expression === 'string') return this.resolve(expression);
    const known = this.known.get(expression);
    if (known !== undefined) return known;
    const read = compileComputed(expression, (input) => this.compile(input));
    const isShared = read !== NOTHING && expression.inputs.length > 0 && (this.uses.get(expression) ?? 0) > 1;
    const shared = isShared ? this.once(read) : read;
    this.known.set(expression, shared);
    return shared;
  }

  private count(expression: Expression | undefined): void {
    if (expression === undefined || typeof expression === 'string') return;
    const uses = (this.uses.get(expression) ?? 0) + 1;
    this.uses.set(expression, uses);
    if (uses === 1) for (const input of expression.inputs) this.count(input);
  }

  private once(read: Read): Read {
    let turn = -1;
    let value: unknown;
    return (record) => {
      if (turn === this.turns) return value;
      value = read(record);
      turn = this.turns;
      return value;
    };
  }
}

function compileComputed(expression: Computed, compileInput: (input: Expression) => Read): Read {
  const reads = expression.inputs.map(compileInput);
  if (expression.lazy === true) return firstOf(reads.filter((read) => read !== NOTHING));
  if (reads.every((read) => read === NOTHING)) return constantRead(expression.apply(...reads.map(() => undefined)));
  return paths(expression).every((path) => path.startsWith('@'))
    ? remembered(expression, reads)
    : applied(expression, reads);
}

/** Of what is said of the object, the same for most records after one another: worked out when an input changes. */
function remembered({ apply }: Computed, reads: readonly Read[]): Read {
  const inputs: unknown[] = reads.map(() => undefined);
  let value: unknown;
  let isKnown = false;
  return (record) => {
    for (let at = 0; at < reads.length; at += 1) {
      const input = (reads[at] as Read)(record);
      if (input === inputs[at]) continue;
      inputs[at] = input;
      isKnown = false;
    }
    if (!isKnown) value = apply(...inputs);
    isKnown = true;
    return value;
  };
}

function constantRead(value: FieldValue): Read {
  return absent(value) ? NOTHING : () => value;
}

function applied({ apply }: Computed, reads: readonly Read[]): Read {
  const [a = NOTHING, b, c, d] = reads;
  if (b === undefined) return (record) => apply(a(record));
  if (c === undefined) return (record) => apply(a(record), b(record));
  if (d === undefined) return (record) => apply(a(record), b(record), c(record));
  return (record) => apply(...reads.map((read) => read(record)));
}

function firstOf(reads: readonly Read[]): Read {
  const [only] = reads;
  if (only === undefined) return NOTHING;
  if (reads.length === 1) return only;
  return (record) => {
    for (const read of reads) {
      const value = read(record);
      if (!absent(value)) return value;
    }
    return undefined;
  };
}

/** The paths that gave an expression its value in this record, for `--explain`. */
export function trace(expression: Expression, resolve: Resolve, record: LogRecord): string[] {
  if (typeof expression === 'string') return absent(resolve(expression)(record)) ? [] : [expression];
  if (expression.lazy !== true) return expression.inputs.flatMap((input) => trace(input, resolve, record));
  const hit = expression.inputs.find((input) => !absent(compile(input, resolve)(record)));
  return hit === undefined ? [] : trace(hit, resolve, record);
}
