import type { LogEvent } from '../event.ts';
import { textOf } from '../functions.ts';
import type { LogType } from '../log-type.ts';
import type { OcsfSpec } from '../schema-spec.ts';
import { present } from './fields.ts';
import { jsonString } from './json-value.ts';
import type { OcsfClass } from './ocsf-classes.ts';
import { reading } from './reading.ts';

/** An activity that hostile texts cannot multiply: what is remembered is bounded. */
const MOST_ACTIVITIES = 500;
const LONGEST_ACTIVITY = 64;

/** Class, category, activity and type of an event: the beginning of its JSON. */
export function activityWriter(spec: OcsfSpec, type: LogType, ocsfClass: OcsfClass): (event: LogEvent) => string {
  const { uid, caption, category, activities } = ocsfClass;
  const before = `{"class_uid":${uid},"class_name":${jsonString(caption)},"category_uid":${category.uid},"category_name":${jsonString(category.caption)}`;
  const made = (activity: string): string => {
    const index = activities.findIndex((one) => one.toLowerCase() === activity.toLowerCase());
    const id = activity === '' ? 0 : index < 0 ? 99 : index + 1;
    const name = id === 0 ? 'Unknown' : (activities[index] ?? activity);
    return `${before},"activity_id":${id},"activity_name":${jsonString(name)},"type_uid":${uid * 100 + id},"type_name":${jsonString(`${caption}: ${name}`)}`;
  };
  if (typeof spec.activity === 'string') {
    const text = made(spec.activity);
    return () => text;
  }
  const read = reading(spec.activity, type);
  const known = new Map<string, string>();
  return (event) => {
    const value = read(event);
    const activity = present(value) ? textOf(value) : '';
    const seen = known.get(activity);
    if (seen !== undefined) return seen;
    const text = made(activity);
    if (known.size < MOST_ACTIVITIES && activity.length <= LONGEST_ACTIVITY) known.set(activity, text);
    return text;
  };
}
