import type { FieldName, LogEvent } from '../event.ts';
import type { LogType } from '../log-type.ts';
import { present } from './fields.ts';
import type { WrittenField } from './formatter.ts';
import type { WriteJson } from './json-tree.ts';
import type { ToJson } from './json-value.ts';

/** A field at its place in a JSON tree. */
export interface PlacedField {
  readonly field: FieldName;
  readonly key: string;
  readonly write: WriteJson;
}

/** A field's value as JSON; `otherwise` where the event has none or must do without it. */
export function fieldJson(type: LogType, field: FieldName, json: ToJson, otherwise = ''): WriteJson {
  const index = type.fieldNames.indexOf(field);
  return (event, without) => {
    const value = event.values[index];
    return present(value) && without?.has(field) !== true ? json(value, event) : otherwise;
  };
}

/** What each field became, found by writing it alone. */
export function explainPlaces(placed: readonly PlacedField[], event: LogEvent): WrittenField[] {
  return placed.flatMap(({ field, key, write }) => {
    const text = write(event);
    return text === '' ? [] : [{ field, key, text, notes: [] }];
  });
}
