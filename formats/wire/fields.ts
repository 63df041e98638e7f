import type { FieldName, LogEvent } from '../event.ts';
import { FormatError } from '../framing/record.ts';
import { textOf } from '../functions.ts';
import type { LogType } from '../log-type.ts';
import type { Tally, WrittenField } from './formatter.ts';
import { DROP_ORDER } from './keys.ts';

/** Writes one field of an event into text, or nothing when there is nothing to say. `plain`: values need no look. */
export type WriteField = (value: unknown, event: LogEvent, plain: boolean, tally: Tally) => string;

export interface FieldWriter {
  readonly name: FieldName;
  /** Place of the value in the event. */
  readonly index: number;
  readonly write: WriteField;
}

/** The writers of a log type's fields, without those that the format has no key for. */
export function fieldWriters(type: LogType, writerOf: (name: FieldName) => WriteField | undefined): FieldWriter[] {
  return type.fieldNames.flatMap((name, index) => {
    const write = writerOf(name);
    return write === undefined ? [] : [{ name, index, write }];
  });
}

/** Whether there is a value to write. 0 and false are values; a structure is not: it has no text. */
export function present(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== '-' && typeof value !== 'object';
}

/** All fields of an event, those named in `without` left out. */
export function writeFields(
  writers: readonly FieldWriter[],
  event: LogEvent,
  plain: boolean,
  tally: Tally,
  without?: ReadonlySet<FieldName>,
): string {
  const { values } = event;
  let text = '';
  for (const writer of writers) {
    const value = values[writer.index];
    if (!present(value)) continue;
    if (without?.has(writer.name) !== true) text += writer.write(value, event, plain, tally);
  }
  return text;
}

/**
 * Makes an event fit: leaves out fields in the order of DROP_ORDER until it does. Time, ids, account, region,
 * addresses, user and outcome always stay.
 * @throws {FormatError} TF-EVENT-TOO-LARGE when what stays is still too long
 */
export function shrink(build: (without: ReadonlySet<FieldName>) => string, room: number, tally: Tally): string {
  const without = new Set<FieldName>();
  for (const name of DROP_ORDER) {
    without.add(name);
    const text = build(without);
    if (text.length > room) continue;
    tally.truncated += 1;
    return text;
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
    const tally: Tally = { truncated: 0, replaced: 0 };
    const written = writer.write(value, event, false, tally).trim();
    const text = written.substring(written.indexOf('=') + 1);
    const notes = [
      ...(text.includes('...') && !textOf(value).includes('...') ? ['cut'] : []),
      ...(tally.replaced > 0 ? ['replaced'] : []),
      ...(text.includes('\\') && !textOf(value).includes('\\') ? ['escaped'] : []),
    ];
    return [{ field: writer.name, key: written.substring(0, written.indexOf('=')), text, notes }];
  });
}
