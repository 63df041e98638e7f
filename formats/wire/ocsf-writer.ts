import { isAdded } from '../enrichment.ts';
import type { FieldName, LogEvent } from '../event.ts';
import type { LogType } from '../log-type.ts';
import type { OcsfSpec } from '../schema-spec.ts';
import { unreadColumns } from './columns.ts';
import { JsonTree, type WriteJson } from './json-tree.ts';
import { epochMs, integer, jsonString, string, type ToJson } from './json-value.ts';
import { kindOf } from './kind-of.ts';
import { activityWriter } from './ocsf-activity.ts';
import { OCSF_VERSION, type OcsfClass } from './ocsf-classes.ts';
import { OCSF_FALLBACKS, OCSF_PATHS, type OcsfPlace, unmappedJson } from './ocsf-paths.ts';
import { fieldJson, type PlacedField } from './placed-field.ts';
import { readJson, readList } from './reading.ts';
import { epochText } from './text.ts';
import type { ValueKind } from './value-kind.ts';

/** `severity_id` and its caption by severity 0 to 10, in the steps that AWS's own severities are read in. */
const SEVERITIES = [
  ...['0,"severity":"Unknown"', '1,"severity":"Informational"', '2,"severity":"Low"', '2,"severity":"Low"'],
  ...new Array<string>(3).fill('3,"severity":"Medium"'),
  ...new Array<string>(2).fill('4,"severity":"High"'),
  ...new Array<string>(2).fill('5,"severity":"Critical"'),
];

/** Lays out all events of one log type and one class. */
export class ClassWriter {
  /** Fields with a place, and those under `unmapped`. */
  readonly placed: PlacedField[] = [];
  private readonly type: LogType;
  private readonly ocsfClass: OcsfClass;
  private readonly tree = new JsonTree(OCSF_FALLBACKS);
  private readonly profiles = new Set(['cloud']);
  private readonly activity: (event: LogEvent) => string;
  private readonly body: WriteJson;

  constructor(type: LogType, spec: OcsfSpec, ocsfClass: OcsfClass) {
    this.type = type;
    this.ocsfClass = ocsfClass;
    this.activity = activityWriter(spec, type, ocsfClass);
    this.addMetadata();
    const [own, added] = fieldsInOrder(type);
    for (const field of own) this.place(field, spec.paths?.[field]);
    for (const [path, expression] of Object.entries(spec.values ?? {})) this.putValue(path, readJson(expression, type));
    for (const [path, list] of Object.entries(spec.lists ?? {})) this.putValue(path, readList(list, type));
    for (const field of added) this.place(field, spec.paths?.[field]);
    for (const [path, write] of Object.entries(DEFAULTS)) this.putValue(path, write);
    for (const field of type.fieldNames) if (!this.isDone(field, spec.paths?.[field])) this.leaveUnmapped(field);
    this.addOwnMarks();
    this.body = this.tree.compile();
  }

  write(event: LogEvent, without?: ReadonlySet<FieldName>): string {
    const time = Number.isFinite(event.time) ? `,"time":${epochText(event.time)}` : '';
    const severity = SEVERITIES[Math.floor(event.severity)] ?? SEVERITIES[0];
    const body = this.body(event, without).substring(1);
    return `${this.activity(event)},"severity_id":${severity}${time},${body}`;
  }

  private addMetadata(): void {
    const { product, vendor = 'AWS', name } = this.type.spec;
    const constant = (path: string, text: string): boolean => this.tree.add(path, () => jsonString(text));
    constant('metadata.version', OCSF_VERSION);
    constant('metadata.product.name', product);
    constant('metadata.product.vendor_name', vendor);
    this.tree.add('metadata.product.version', (event) => jsonString(event.version));
    constant('metadata.log_name', name);
    this.tree.add('metadata.profiles', () => JSON.stringify([...this.profiles]));
    if (this.type.spec.vendor === undefined) constant('cloud.provider', 'AWS');
    else this.profiles.delete('cloud');
  }

  /** Puts a field to the first place that there is, or to the path that the log type names. */
  private place(field: FieldName, own: string | false | undefined): void {
    if (own === '' || own === false) return;
    const known = OCSF_PATHS[field] ?? [];
    const places = own === undefined ? known : [ownPlace(own, field, known)];
    places.some((place) => this.put(place, field));
  }

  /** A value that is no field: where the class has a place for it, and none stands there. */
  private putValue(path: string, write: WriteJson): void {
    const full = this.fullPath(path);
    const profile = profileOf(full, this.ocsfClass);
    if (profile !== undefined && this.tree.add(full, write) && profile !== '') this.profiles.add(profile);
  }

  private fullPath(path: string): string {
    return path.replace(/^subject(?=\.)/, this.ocsfClass.subject ?? 'actor.user');
  }

  private put({ path, json: toJson, otherwise, beside }: OcsfPlace, field: FieldName): boolean {
    const full = this.fullPath(path);
    const profile = profileOf(full, this.ocsfClass);
    if (profile === undefined) return false;
    const write = fieldJson(this.type, field, toJson, otherwise);
    const unless = DEFAULTS[full];
    const taken = !this.tree.add(
      full,
      unless === undefined ? write : (event, without) => write(event, without) || unless(event),
    );
    if (taken) return false;
    if (profile !== '') this.profiles.add(profile);
    this.placed.push({ field, key: full, write });
    for (const other of beside ?? []) this.put(other, field);
    return true;
  }

  /** Whether the field has its place, or is said by others. */
  private isDone(field: FieldName, own: string | false | undefined): boolean {
    const saidByOthers = own === false || (own === undefined && OCSF_PATHS[field]?.length === 0);
    return saidByOthers || this.placed.some((one) => one.field === field);
  }

  private leaveUnmapped(field: FieldName): void {
    const write = fieldJson(this.type, field, unmappedJson(kindOf(field)));
    this.tree.add(['unmapped', field], write);
    this.placed.push({ field, key: `unmapped.${field}`, write });
  }

  private addOwnMarks(): void {
    this.tree.add('unmapped.columns', unreadColumns(this.type));
    this.tree.add('unmapped.trailferry_event_id', (event) => `"${event.id}"`);
    this.tree.add('unmapped.truncated', (_event, without) => (without === undefined ? '' : 'true'));
  }
}

/** What stands at a path where the record says nothing for it. */
const DEFAULTS: Readonly<Record<string, WriteJson>> = {
  'metadata.uid': (event) => `"${event.id}"`,
  'metadata.event_code': (event) => jsonString(event.signature),
  message: (event) => jsonString(event.label),
  'finding_info.title': (event) => jsonString(event.label),
};

const OCSF_ORDER = Object.keys(OCSF_PATHS);

/**
 * The fields of a log type: those of the table in its order, which is that of their right to a place, then the others. Apart
 * from them what is no part of the record.
 */
function fieldsInOrder({ fieldNames }: LogType): readonly [own: readonly FieldName[], added: readonly FieldName[]] {
  const own = fieldNames.filter((name) => !isAdded(name));
  const ranked = own.filter((name) => OCSF_PATHS[name] !== undefined);
  const others = own.filter((name) => OCSF_PATHS[name] === undefined);
  ranked.sort((a, b) => OCSF_ORDER.indexOf(a) - OCSF_ORDER.indexOf(b));
  return [[...ranked, ...others], fieldNames.filter(isAdded)];
}

const EVERY_CLASS = new Set(
  'cloud metadata start_time end_time count message status status_id status_code status_detail duration'.split(' '),
);

/** The profile by which a class has the attribute that a path begins with; '' for its own, undefined when it has none. */
function profileOf(path: string, { attributes }: OcsfClass): string | undefined {
  const [first = ''] = path.split('.');
  // An id stands beside its caption.
  const attribute = first === 'action_id' ? 'action' : first;
  if (EVERY_CLASS.has(attribute)) return '';
  const found = attributes.find((one) => one === attribute || one.startsWith(`${attribute}@`));
  return found?.split('@')[1] ?? (found === undefined ? undefined : '');
}

/** A log type's own path takes the value as the table writes it, or by its kind. */
function ownPlace(path: string, field: FieldName, known: readonly OcsfPlace[]): OcsfPlace {
  const same = known.find((place) => place.path === path);
  return same ?? { path, json: BY_KIND[kindOf(field)] ?? known[0]?.json ?? string };
}

const BY_KIND: Readonly<Partial<Record<ValueKind, ToJson>>> = { text: string, number: integer, time: epochMs };
