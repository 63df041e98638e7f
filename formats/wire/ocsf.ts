import type { FieldName, LogEvent } from '../event.ts';
import { textOf } from '../functions.ts';
import { textsOf } from '../kinds.ts';
import type { LogType } from '../log-type.ts';
import type { OcsfSpec } from '../schema-spec.ts';
import { writeWithin } from './fields.ts';
import type { Format, TypeFormatter } from './formatter.ts';
import { json } from './json.ts';
import { OCSF_CLASSES, type OcsfClassName } from './ocsf-classes.ts';
import { ClassWriter } from './ocsf-writer.ts';
import { explainPlaces } from './placed-field.ts';
import { reading } from './reading.ts';
import { noChanges } from './text.ts';

/** What a log type is that says nothing of OCSF. */
const UNSAID: OcsfSpec = { class: 'base_event', activity: '' };

/**
 * OCSF JSON (https://schema.ocsf.io). A record that came in as OCSF goes out as it stands. What has no place in its class
 * is under `unmapped`; so are the columns of a line that no mapping reads.
 */
export const ocsf: Format = {
  name: 'ocsf',
  compile(type, tally): TypeFormatter {
    if (type.spec.ocsf === 'native') return { ...json.compile(type, tally), sourcetype: 'aws:asl' };
    const spec = type.spec.ocsf ?? UNSAID;
    const classes = new Map<OcsfClassName, ClassWriter>();
    const className = classReader(spec, type);
    const writerOf = (event: LogEvent): ClassWriter => {
      const name = className(event);
      const known = classes.get(name);
      if (known !== undefined) return known;
      const writer = new ClassWriter(type, spec, OCSF_CLASSES[name]);
      classes.set(name, writer);
      return writer;
    };
    const build = (event: LogEvent, without?: ReadonlySet<FieldName>): string => writerOf(event).write(event, without);
    return {
      kind: 'json',
      sourcetype: 'aws:asl',
      verbatim: false,
      ofFields: true,
      write: writeWithin(build, type, noChanges(), tally),
      explain: (event) => explainPlaces(writerOf(event).placed, event),
    };
  },
};

function classReader(spec: OcsfSpec, type: LogType): (event: LogEvent) => OcsfClassName {
  const named = spec.class;
  if (typeof named === 'string') return () => named;
  const read = reading(named, type);
  return (event) => {
    const name = textOf(read(event));
    return Object.hasOwn(OCSF_CLASSES, name) ? (name as OcsfClassName) : 'base_event';
  };
}

/** Classes that records of a log type become, by their captions. */
export function ocsfClassNames(type: LogType): readonly string[] {
  return classesOf(type).map((name) => OCSF_CLASSES[name].caption);
}

/** The paths of each field of a log type in all its classes, for references. */
export function ocsfPaths(type: LogType): ReadonlyMap<FieldName, readonly string[]> {
  const found = new Map<FieldName, Set<string>>();
  const spec = type.spec.ocsf;
  if (spec === 'native') return new Map();
  for (const name of classesOf(type)) {
    for (const { field, key } of new ClassWriter(type, spec ?? UNSAID, OCSF_CLASSES[name]).placed)
      found.set(field, (found.get(field) ?? new Set()).add(key));
  }
  return new Map([...found].map(([field, keys]) => [field, [...keys]]));
}

function classesOf({ spec }: LogType): readonly OcsfClassName[] {
  if (spec.ocsf === 'native') return [];
  const { class: named, classes } = spec.ocsf ?? UNSAID;
  if (typeof named === 'string') return [named];
  const names: readonly string[] = classes ?? textsOf(named, spec);
  return names.filter((name): name is OcsfClassName => Object.hasOwn(OCSF_CLASSES, name));
}
