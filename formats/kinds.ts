import { compile, type Expression, paths } from './expression.ts';
import type { LogRecord } from './framing/record.ts';
import { textOf } from './functions.ts';
import type { LogType, LogTypeSpec } from './log-type.ts';
import { headerField, noChanges, spaceControls } from './wire/text.ts';

/**
 * A kind of event as QRadar tells kinds apart: by EventID and category of LEEF. `<path>` in them stands for whatever the
 * record holds there.
 */
export interface Kind {
  readonly eventId: string;
  readonly category: string;
  /** Empty where it depends on the record. */
  readonly label: string;
  /** All severities that events of this kind may have, 1 to 10. */
  readonly severities: readonly number[];
}

/** More combinations of values than this are not tried; then severities are those of one change at a time. */
const MOST_TRIED = 30_000;

type Values = Readonly<Record<string, unknown>>;

/**
 * All kinds of events that a log type can make, found by trying its mapping: on the values that tables and `kinds` name,
 * on a mark for any other text, and on nothing.
 */
export function kindsOf({ spec, name }: LogType): readonly Kind[] {
  const header = [spec.signature, spec.category, spec.label];
  const read = reader(header);
  const severity = reader([spec.severity]);
  const keys = keysOf([...header, spec.severity]);
  const own = domains(header, keys, spec);
  const further = domains([spec.severity], keys, spec).filter(({ path }) => own.every((one) => one.path !== path));
  const found = new Map<string, { readonly kind: Omit<Kind, 'severities'>; readonly severities: Set<number> }>();
  for (const values of combinations(own)) {
    const [signature, category, label] = read(values).map((value) => textOf(value));
    const eventId = headerField(signature || name, 255, false, noChanges());
    const key = `${eventId}\t${category}`;
    const known = found.get(key) ?? { kind: kind(eventId, category, label), severities: new Set<number>() };
    found.set(key, known);
    for (const more of variations(further, own)) known.severities.add(level(severity({ ...values, ...more })[0]));
  }
  return [...found.values()].map((one) => ({ ...one.kind, severities: [...one.severities].sort((a, b) => a - b) }));
}

const kind = (eventId: string, category = '', label = ''): Omit<Kind, 'severities'> => ({
  eventId,
  category: spaceControls(category.replace(/\|/g, '/')),
  // A label made of what the record holds says nothing of the kind.
  label: label.includes('<') ? '' : label || eventId,
});

const level = (value: unknown): number => Math.max(1, typeof value === 'number' ? Math.min(10, Math.max(0, value)) : 1);

/** All texts that an expression may give, by the same trial. */
export function textsOf(expression: Expression, spec: LogTypeSpec): readonly string[] {
  const read = reader([expression]);
  const texts = [...combinations(domains([expression], keysOf([expression]), spec))].map((values) =>
    textOf(read(values)[0]),
  );
  return [...new Set(texts)].filter((text) => text !== '');
}

function reader(expressions: readonly Expression[]): (values: Values) => unknown[] {
  let values: Values = {};
  const reads = expressions.map((one) => compile(one, (path) => () => values[path]));
  // The readers look at the values alone.
  const record = {} as LogRecord;
  return (next) => {
    values = next;
    return reads.map((read) => read(record));
  };
}

interface Domain {
  readonly path: string;
  readonly values: readonly unknown[];
}

/** What is tried at each path that the expressions read. */
function domains(
  expressions: readonly Expression[],
  keys: ReadonlyMap<string, ReadonlySet<unknown>>,
  { kinds = {} }: LogTypeSpec,
): Domain[] {
  const all = [...new Set(expressions.flatMap(paths))].filter((path) => !path.startsWith('@'));
  return all.map((path) => ({ path, values: kinds[path] ?? [...(keys.get(path) ?? []), `<${path}>`, undefined] }));
}

/** The texts that tables tell apart, by the paths that they read. */
function keysOf(expressions: readonly Expression[]): ReadonlyMap<string, ReadonlySet<unknown>> {
  const keys = new Map<string, Set<unknown>>();
  for (const expression of expressions) collectKeys(expression, keys);
  return keys;
}

function collectKeys(expression: Expression, into: Map<string, Set<unknown>>): void {
  if (typeof expression === 'string') return;
  for (const path of expression.keys === undefined ? [] : paths(expression)) {
    const known = into.get(path) ?? new Set();
    for (const key of expression.keys ?? []) known.add(key);
    into.set(path, known);
  }
  for (const input of expression.inputs) collectKeys(input, into);
}

function* combinations(all: readonly Domain[]): Generator<Values> {
  const [first, ...rest] = all;
  if (first === undefined) {
    yield {};
    return;
  }
  for (const value of first.values) for (const more of combinations(rest)) yield { ...more, [first.path]: value };
}

const size = (all: readonly Domain[]): number => all.reduce((product, { values }) => product * values.length, 1);

/** All combinations of the further paths; one path at a time where there are too many. */
function* variations(further: readonly Domain[], own: readonly Domain[]): Generator<Values> {
  if (size(own) * size(further) <= MOST_TRIED) {
    yield* combinations(further);
    return;
  }
  yield {};
  for (const { path, values } of further) for (const value of values) yield { [path]: value };
}
