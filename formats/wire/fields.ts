import { isAdded } from '../enrichment.ts';
import type { FieldName, LogEvent } from '../event.ts';
import { absent, isFresh } from '../expression.ts';
import { FormatError } from '../framing/record.ts';
import type { LogType } from '../log-type.ts';
import { DROP_ORDER } from './drop-order.ts';
import type { Tally, WriteText, WrittenField } from './formatter.ts';
import { type Changes, forget, noChanges } from './text.ts';

/** Writes one field of an event into text, or nothing when there is nothing to say. `plain`: the value needs no look. */
export type WriteField = (value: unknown, event: LogEvent, plain: boolean, changes: Changes) => string;

export interface FieldWriter {
  readonly name: FieldName;
  /** Place of the value in the event. */
  readonly index: number;
  /** Whether the value may hold bytes that the record does not: then a plain record says nothing of it. */
  readonly fresh: boolean;
  readonly write: WriteField;
}

/** The writers of a log type's fields, without those that the format has no key for. */
export function fieldWriters(type: LogType, writerOf: (name: FieldName) => WriteField | undefined): FieldWriter[] {
  return type.fieldNames.flatMap((name, index) => {
    const write = writerOf(name);
    const expression = type.spec.fields[name];
    return write === undefined ? [] : [{ name, index, fresh: expression !== undefined && isFresh(expression), write }];
  });
}

/** Whether there is a value to write. 0 and false are values; a structure is not: it has no text. */
export function present(value: unknown): boolean {
  return typeof value === 'string' ? !absent(value) : value !== undefined && typeof value !== 'object';
}

/** All fields of an event, those named in `without` left out. */
export function writeFields(
  writers: readonly FieldWriter[],
  event: LogEvent,
  plain: boolean,
  changes: Changes,
  without?: ReadonlySet<FieldName>,
): string {
  const { values } = event;
  let text = '';
  for (const writer of writers) {
    const value = values[writer.index];
    if (!present(value)) continue;
    if (without?.has(writer.name) !== true) text += writer.write(value, event, plain && !writer.fresh, changes);
  }
  return text;
}

/** Builds the text of an event, some fields left out, and notes in `changes` what it did to the others. */
export type Build = (event: LogEvent, without?: ReadonlySet<FieldName>) => string;

/** A writer that keeps within the room and counts what it took for that. `changes`: what `build` notes its changes in. */
export function writeWithin(build: Build, type: LogType, changes: Changes, tally: Tally): WriteText {
  const steps = stepsFor(type);
  return (event, room) => {
    forget(changes);
    let text = build(event);
    if (text.length > room) text = shrink(build, steps, event, room, changes);
    if (changes.cut > 0) tally.truncated += 1;
    tally.replaced += changes.replaced;
    return text;
  };
}

/** What is left out of an event that does not fit, step by step: what is no part of the record must cost none of it. */
function stepsFor({ fieldNames }: LogType): readonly (readonly FieldName[])[] {
  const added = fieldNames.filter(isAdded);
  return [...(added.length > 0 ? [added] : []), ...DROP_ORDER.map((name) => [name])];
}

/**
 * Makes an event fit: leaves out fields until it does. Time, ids, account, region, addresses, user and outcome always stay.
 * @throws {FormatError} TF-EVENT-TOO-LARGE when what stays is still too long
 */
function shrink(
  build: Build,
  steps: readonly (readonly FieldName[])[],
  event: LogEvent,
  room: number,
  changes: Changes,
): string {
  // What does not fit without any of them is not tried with some: a huge record would be built thirty times.
  const fits = build(event, new Set(steps.flat())).length <= room;
  const without = new Set<FieldName>();
  for (const names of fits ? steps : []) {
    for (const name of names) without.add(name);
    forget(changes);
    const text = build(event, without);
    changes.cut += 1;
    if (text.length <= room) return text;
  }
  throw new FormatError(
    'TF-EVENT-TOO-LARGE',
    `the event does not fit into ${room} bytes, even without its long fields`,
  );
}

/** What each field became, found by writing it alone. */
export function explainFields(writers: readonly FieldWriter[], event: LogEvent): WrittenField[] {
  return writers.flatMap((writer) => {
    const value = event.values[writer.index];
    if (!present(value)) return [];
    const changes = noChanges();
    const written = writer.write(value, event, false, changes).substring(1);
    if (written === '') return [];
    const notes = (['cut', 'replaced', 'escaped'] as const).filter((change) => changes[change] > 0);
    const key = written.substring(0, written.indexOf('='));
    const label = written.lastIndexOf(` ${key}Label=`);
    const text = written.substring(key.length + 1, label < 0 ? undefined : label);
    return [{ field: writer.name, key, text, notes }];
  });
}
