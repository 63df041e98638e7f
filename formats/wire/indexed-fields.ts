import { isAdded, isLabel, type LookedUp } from '../enrichment.ts';
import type { FieldName, LogEvent } from '../event.ts';
import { textOf } from '../functions.ts';
import type { LogType } from '../log-type.ts';
import { present } from './fields.ts';
import type { WrittenField } from './formatter.ts';
import { jsonString } from './json-value.ts';

/** What is looked up, by the names that Splunk's users would give it. */
export const INDEXED_NAMES: Readonly<Record<LookedUp, string>> = {
  'cloud.account_name': 'aws_account_name',
  'cloud.organizational_unit': 'aws_organizational_unit',
  'source.country': 'src_country',
  'source.city': 'src_city',
  'source.latitude': 'src_lat',
  'source.longitude': 'src_lon',
  'source.as_number': 'src_asn',
  'source.as_organization': 'src_asn_org',
  'destination.country': 'dest_country',
  'destination.city': 'dest_city',
  'destination.latitude': 'dest_lat',
  'destination.longitude': 'dest_lon',
  'destination.as_number': 'dest_asn',
  'destination.as_organization': 'dest_asn_org',
};

/** What was added to the records of a log type, as fields that stand beside the record. */
export interface IndexedFields {
  /** Members of a JSON object, all of them texts, each with a comma before it. */
  write(this: void, event: LogEvent): string;
  explain(event: LogEvent): readonly WrittenField[];
}

/** Undefined for a log type to which nothing was added. */
export function indexedFields({ fieldNames }: LogType): IndexedFields | undefined {
  const fields = fieldNames.flatMap((field, index) => (isAdded(field) ? [{ field, index, name: nameOf(field) }] : []));
  if (fields.length === 0) return undefined;
  const members = fields.map(({ index, name }) => ({ index, before: `,"${name}":` }));
  return {
    write({ values }) {
      let text = '';
      for (const { index, before } of members) {
        const value = values[index];
        if (present(value)) text += before + jsonString(textOf(value));
      }
      return text;
    },
    explain: ({ values }) =>
      fields.flatMap(({ field, index, name }) =>
        present(values[index]) ? [{ field, key: name, text: textOf(values[index]), notes: [] }] : [],
      ),
  };
}

function nameOf(field: FieldName): string {
  return isLabel(field) ? field.replace('.', '_').replace(/^labels/, 'label') : INDEXED_NAMES[field as LookedUp];
}
