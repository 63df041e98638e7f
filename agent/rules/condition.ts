import type { Condition, FieldCondition, Scalar } from '../../config/config.ts';
import type { FieldName, LogEvent, ObjectOrigin } from '../../formats/event.ts';
import { absent } from '../../formats/expression.ts';
import { toByteString } from '../../formats/framing/byte-string.ts';
import { textOf } from '../../formats/functions.ts';
import type { LogType } from '../../formats/log-type.ts';
import { networkTest } from './network.ts';
import { patternTest } from './pattern.ts';

/** Asks one event. */
export type EventTest = (event: LogEvent) => boolean;

/** What is known before any event is read: the answer for all of them, or the question that each must be asked. */
export type Verdict = boolean | EventTest;

/** A condition for one log type. Where an object comes from often answers it for all of its events. */
export type BindCondition = (origin: ObjectOrigin) => Verdict;

/** Lays a condition out for a log type. All texts of an event are byte strings, so those of the condition become such. */
export function compileCondition(condition: Condition, type: LogType): BindCondition {
  const { log_type, account, region, event_name, severity, field, all, any, not } = condition;
  const parts: BindCondition[] = [];
  if (log_type !== undefined) parts.push(always(log_type.includes(type.name)));
  if (account !== undefined) parts.push(ofOrigin('account', 'cloud.account', account, type));
  if (region !== undefined) parts.push(ofOrigin('region', 'cloud.region', region, type));
  if (severity !== undefined) parts.push(always(severityTest(severity)));
  if (event_name !== undefined) {
    const test = anyTest(event_name.map(patternTest));
    parts.push(always((event) => test(event.signature)));
  }
  if (field !== undefined) parts.push(always(fieldTest(field, type)));
  if (any !== undefined) parts.push(negated(every(any.map((inner) => negated(compileCondition(inner, type))))));
  if (not !== undefined) parts.push(negated(compileCondition(not, type)));
  for (const inner of all ?? []) parts.push(compileCondition(inner, type));
  return every(parts);
}

function always(verdict: Verdict): BindCondition {
  return () => verdict;
}

function negated(bind: BindCondition): BindCondition {
  return (origin) => {
    const verdict = bind(origin);
    return typeof verdict === 'boolean' ? !verdict : (event) => !verdict(event);
  };
}

/** Holds when all of them hold. */
function every(parts: readonly BindCondition[]): BindCondition {
  return (origin) => {
    const verdicts = parts.map((bind) => bind(origin));
    const tests = verdicts.filter((verdict) => typeof verdict !== 'boolean');
    if (verdicts.includes(false)) return false;
    const [first, second, ...more] = tests;
    if (first === undefined) return true;
    if (second === undefined) return first;
    if (more.length === 0) return (event) => first(event) && second(event);
    return (event) => tests.every((test) => test(event));
  };
}

/** The key of an object says it for all of its events; where it does not, each event is asked. */
function ofOrigin(
  part: 'account' | 'region',
  name: FieldName,
  values: readonly string[],
  type: LogType,
): BindCondition {
  const inEvent = fieldTest({ name, in: values }, type);
  return (origin) => {
    const known = origin[part];
    return known === undefined ? inEvent : values.includes(known);
  };
}

function severityTest({ below, at_least: least }: NonNullable<Condition['severity']>): EventTest {
  const [from, to] = [least ?? 0, below ?? Number.POSITIVE_INFINITY];
  return ({ severity }) => severity >= from && severity < to;
}

/** A field that the log type does not have, or that is absent from an event, equals nothing. */
function fieldTest(field: FieldCondition, type: LogType): Verdict {
  const index = type.fieldNames.indexOf(field.name as FieldName);
  if (index < 0) return false;
  const test = textTest(field);
  return ({ values }) => {
    const value = values[index];
    return !absent(value) && test(textOf(value));
  };
}

function textTest({ equals, in: list, matches, cidr }: FieldCondition): (text: string) => boolean {
  if (matches !== undefined) return anyTest(matches.map(patternTest));
  if (cidr !== undefined) return networkTest(cidr);
  const [only, ...more] = (list ?? (equals === undefined ? [] : [equals])).map(scalarText);
  if (more.length === 0) return (text) => text === only;
  const known = new Set([only, ...more]);
  return (text) => known.has(text);
}

function scalarText(value: Scalar): string {
  return toByteString(String(value));
}

function anyTest(tests: readonly ((text: string) => boolean)[]): (text: string) => boolean {
  const [only, ...more] = tests;
  if (only !== undefined && more.length === 0) return only;
  return (text) => tests.some((test) => test(text));
}
