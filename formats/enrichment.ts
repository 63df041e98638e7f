import type { FieldName } from './event.ts';
import type { Computed } from './expression.ts';
import { toByteString } from './framing/byte-string.ts';
import { constant } from './functions.ts';
import { defineLogType, type LogType } from './log-type.ts';
import type { OwnKeys } from './wire/own-keys.ts';

/** A file of the admin's in which values are looked up, by the setting that names it. */
export type LookupFile = 'accounts_file' | 'city_file' | 'asn_file';

/** Where the value of a field is looked up, and by the value of which other. */
export interface Lookup {
  readonly file: LookupFile;
  readonly by: FieldName;
}

const accounts: Lookup = { file: 'accounts_file', by: 'cloud.account' };
const city = (by: FieldName): Lookup => ({ file: 'city_file', by });
const asn = (by: FieldName): Lookup => ({ file: 'asn_file', by });

/** The fields that no log type reads from its records. */
export const LOOKUPS = {
  'cloud.account_name': accounts,
  'cloud.organizational_unit': accounts,
  'source.country': city('source.address'),
  'source.city': city('source.address'),
  'source.latitude': city('source.address'),
  'source.longitude': city('source.address'),
  'source.as_number': asn('source.address'),
  'source.as_organization': asn('source.address'),
  'destination.country': city('destination.address'),
  'destination.city': city('destination.address'),
  'destination.latitude': city('destination.address'),
  'destination.longitude': city('destination.address'),
  'destination.as_number': asn('destination.address'),
  'destination.as_organization': asn('destination.address'),
} as const satisfies Partial<Record<FieldName, Lookup>>;

export type LookedUp = keyof typeof LOOKUPS;

/** Labels that an admin gives to all events of a queue, by their names. */
export type Labels = Readonly<Record<string, string>>;

const LABEL = 'labels.';

/** Whether a field is a label. */
export function isLabel(field: string): boolean {
  return field.startsWith(LABEL);
}

/** Where a field is looked up; undefined for one that is not. */
export function lookupOf(field: string): Lookup | undefined {
  return Object.hasOwn(LOOKUPS, field) ? LOOKUPS[field as LookedUp] : undefined;
}

/** Whether a field is no part of the record: what the record says goes before it, wherever both would stand in one place. */
export function isAdded(field: string): boolean {
  return isLabel(field) || lookupOf(field) !== undefined;
}

/** The log type with the fields that these files may fill, and with labels; the very same where nothing is added. */
export function withAdded(type: LogType, files: ReadonlySet<LookupFile>, labels: Labels): LogType {
  const has = (field: FieldName): boolean => field === 'cloud.account' || type.fieldNames.includes(field);
  const lookups = Object.entries(LOOKUPS).filter(([, { file, by }]) => files.has(file) && has(by));
  const texts = Object.entries(labels);
  if (lookups.length + texts.length === 0) return type;
  const fields = {
    ...type.spec.fields,
    ...Object.fromEntries(lookups.map(([field, lookup]) => [field, lookedUp(lookup)])),
    ...Object.fromEntries(texts.map(([name, text]) => [LABEL + name, label(text)])),
  };
  return defineLogType({ ...type.spec, fields, ownKeys: withLabelKeys(type.spec.ownKeys, Object.keys(labels)) });
}

/** Reads nothing: the value is not in the record, and who looks it up puts it into the event. */
function lookedUp({ file, by }: Lookup): Computed {
  return { describe: `${file} by ${by}`, inputs: [], fresh: true, apply: () => undefined };
}

function label(text: string): Computed {
  return { ...constant(toByteString(text)), describe: 'static_labels', fresh: true };
}

/** No field of the vocabulary has a key like these, so they cannot meet one. */
function withLabelKeys(own: OwnKeys | undefined, names: readonly string[]): OwnKeys {
  const keys = (prefix: string) =>
    Object.fromEntries(names.map((name) => [LABEL + name, { key: prefix + name, most: 1023, kind: 'text' as const }]));
  return { cef: { ...own?.cef, ...keys('TrailferryLabel_') }, leef: { ...own?.leef, ...keys('label_') } };
}
