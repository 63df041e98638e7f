import { isAdded, isLabel } from '../enrichment.ts';
import type { FieldName, LogEvent } from '../event.ts';
import type { Computed } from '../expression.ts';
import { textOf } from '../functions.ts';
import type { LogType } from '../log-type.ts';
import type { EcsSpec } from '../schema-spec.ts';
import { unreadColumns } from './columns.ts';
import { ECS_NAMES, type EcsPlace, ownJson } from './ecs-names.ts';
import { present, writeWithin } from './fields.ts';
import type { Format, TypeFormatter } from './formatter.ts';
import { JsonTree, type WriteJson } from './json-tree.ts';
import { isoDate, jsonString } from './json-value.ts';
import { kindOf } from './kind-of.ts';
import { explainPlaces, fieldJson, type PlacedField } from './placed-field.ts';
import { reading, readJson, readList } from './reading.ts';
import { noChanges } from './text.ts';

/** The version by which the names were checked; almost all of them are the same in version 8. */
const ECS_VERSION = '9.4.0';

/** What a log type is that says nothing of ECS. */
const UNSAID: EcsSpec = { kind: 'event', category: '', type: '' };

/**
 * ECS JSON (https://www.elastic.co/docs/reference/ecs): nested objects, by the names of SIEM on Amazon OpenSearch Service.
 * Fields that ECS has no name for are under `aws.`, columns that no mapping reads under `aws.columns`.
 */
export const ecs: Format = {
  name: 'ecs',
  compile(type, tally): TypeFormatter {
    const placed: PlacedField[] = [];
    const write = layOut(type, placed);
    return {
      kind: 'json',
      sourcetype: 'ecs:json',
      verbatim: false,
      ofFields: true,
      write: writeWithin(write, type, noChanges(), tally),
      explain: (event) => explainPlaces(placed, event),
    };
  },
};

function layOut(type: LogType, placed: PlacedField[]): WriteJson {
  const tree = new JsonTree();
  const writers = new Map<string, WriteJson[]>();
  const put = (path: string, write: WriteJson): void => {
    writers.set(path, [...(writers.get(path) ?? []), write]);
  };
  putHeader(type, put);
  const putField = (field: FieldName): void => {
    for (const { path, json } of placesOf(field, type)) {
      const write = fieldJson(type, field, json);
      put(path, write);
      placed.push({ field, key: path, write });
    }
  };
  for (const field of type.fieldNames) if (!isAdded(field)) putField(field);
  for (const [path, expression] of Object.entries(type.spec.ecs?.values ?? {})) put(path, readJson(expression, type));
  for (const [path, list] of Object.entries(type.spec.ecs?.lists ?? {})) put(path, readList(list, type));
  // Where two things have one name, the first that is there is written: what the record says goes before what was looked up.
  for (const field of type.fieldNames) if (isAdded(field)) putField(field);
  for (const [path, write] of Object.entries(DEFAULTS)) put(path, write);
  put('aws.columns', unreadColumns(type));
  put('labels.trailferry_event_id', (event) => `"${event.id}"`);
  put('tags', (_event, without) => (without === undefined ? '' : '["truncated"]'));
  for (const [path, all] of writers) tree.add(path, path.startsWith('related.') ? everyOne(all) : firstOf(all));
  return tree.compile();
}

/** What stands at a name where the record says nothing for it. */
const DEFAULTS: Readonly<Record<string, WriteJson>> = {
  'event.id': (event) => `"${event.id}"`,
  message: (event) => jsonString(event.label),
};

function putHeader(type: LogType, put: (path: string, write: WriteJson) => void): void {
  const spec = type.spec.ecs ?? UNSAID;
  const constant = (path: string, text: string): void => put(path, () => jsonString(text));
  put('@timestamp', (event) => isoDate(event.time, event));
  constant('ecs.version', ECS_VERSION);
  put('event.kind', typeof spec.kind === 'string' ? () => jsonString(String(spec.kind)) : readJson(spec.kind, type));
  put('event.category', wordList(spec.category, type));
  put('event.type', wordList(spec.type, type));
  const maker = (type.spec.vendor ?? 'AWS').toLowerCase().replace(/[^a-z0-9]+/g, '_');
  constant('event.module', maker);
  constant('event.dataset', `${maker}.${spec.dataset ?? type.name}`);
  put('event.code', (event) => jsonString(event.signature));
  put('event.severity', (event) => String(event.severity));
  if (spec.kind === 'alert') put('rule.name', (event) => jsonString(event.signature));
  if (type.spec.vendor === undefined) {
    constant('cloud.provider', 'aws');
    constant('cloud.service.name', type.spec.product);
  }
}

/** All names of a field in this log type. */
function placesOf(field: FieldName, type: LogType): readonly EcsPlace[] {
  const own = type.spec.ecs?.names?.[field];
  const unnamed: EcsPlace = { path: `aws.${field}`, json: ownJson(kindOf(field)) };
  if (isLabel(field)) return [{ path: field, json: unnamed.json }];
  if (own === false) return [];
  if (own === '') return [unnamed];
  if (own !== undefined) return own.split(' ').map((path) => ({ path, json: unnamed.json }));
  const has = (other: FieldName | undefined): boolean => other !== undefined && type.fieldNames.includes(other);
  const known = ECS_NAMES[field];
  return known?.filter(({ where, unless }) => (where === undefined || has(where)) && !has(unless)) ?? [unnamed];
}

/** The names of each field of a log type, for references. */
export function ecsNames(type: LogType): ReadonlyMap<FieldName, readonly string[]> {
  return new Map(type.fieldNames.map((field) => [field, placesOf(field, type).map(({ path }) => path)]));
}

/** Words as a list; none for none. */
function wordList(words: string | Computed, type: LogType): WriteJson {
  const listed = (text: string): string => (text === '' ? '' : `[${text.split(' ').map(jsonString).join(',')}]`);
  if (typeof words === 'string') {
    const text = listed(words);
    return () => text;
  }
  const read = reading(words, type);
  return (event: LogEvent) => {
    const value = read(event);
    return present(value) ? listed(textOf(value)) : '';
  };
}

function firstOf(writers: readonly WriteJson[]): WriteJson {
  const [first = () => '', second] = writers;
  if (second === undefined) return first;
  return (event, without) => {
    for (const write of writers) {
      const text = write(event, without);
      if (text !== '') return text;
    }
    return '';
  };
}

/** A list of all values, each once. */
function everyOne(writers: readonly WriteJson[]): WriteJson {
  return (event, without) => {
    const texts = writers.map((write) => write(event, without)).filter((text) => text !== '');
    return texts.length === 0 ? '' : `[${[...new Set(texts)].join(',')}]`;
  };
}
