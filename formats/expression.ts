import type { FieldValue } from './event.ts';
import type { LogRecord } from './framing/record.ts';

/** Reads one value out of a record. Compiled once a log type and layout, called once a record. */
export type Read = (record: LogRecord) => unknown;

/** Turns a path into a reader: how, depends on whether records are JSON or columns. */
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
  apply(...values: unknown[]): FieldValue;
}

/** Whether a value means "not there": undefined, null, '' and AWS's '-'. */
export function absent(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === '-';
}

/** What an expression says for people. */
export function describe(expression: Expression): string {
  return typeof expression === 'string' ? expression : expression.describe;
}

/** All paths an expression may read. */
export function paths(expression: Expression): string[] {
  return typeof expression === 'string' ? [expression] : expression.inputs.flatMap(paths);
}

export function compile(expression: Expression, resolve: Resolve): Read {
  if (typeof expression === 'string') return resolve(expression);
  const reads = expression.inputs.map((input) => compile(input, resolve));
  if (expression.lazy === true) return firstOf(reads);
  const { apply } = expression;
  const [a, b, c] = reads;
  if (a === undefined) return () => apply();
  if (b === undefined) return (record) => apply(a(record));
  if (c === undefined) return (record) => apply(a(record), b(record));
  return (record) => apply(...reads.map((read) => read(record)));
}

function firstOf(reads: readonly Read[]): Read {
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
