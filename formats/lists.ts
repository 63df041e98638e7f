import type { FieldValue } from './event.ts';
import { absent, type Computed, describe, type Expression } from './expression.ts';
import { computed, textOf } from './functions.ts';

/** Words of a mapping that read lists and objects inside a JSON record. Like all words they read nothing by themselves. */

type Members = Readonly<Record<string, unknown>>;

const NO_OBJECTS: readonly Members[] = [];

/** The objects of a list; an object alone is a list of one, as some writers flatten it. */
export function objectsOf(value: unknown): readonly Members[] {
  if (value === undefined || value === null) return NO_OBJECTS;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one): one is Members => typeof one === 'object' && one !== null && !Array.isArray(one));
}

/** One member of an object, whatever its name: names like `authorization.k8s.io/decision` are no path. */
export function member(input: Expression, name: string): Computed {
  return computed(`${describe(input)}["${name}"]`, [input], (value) => memberOf(value, name));
}

function memberOf(value: unknown, name: string): FieldValue {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Members)[name] as FieldValue;
}

/** One member of each object of a list, joined with commas. */
export function members(input: Expression, name: string): Computed {
  return computed(`${describe(input)}[].${name}, joined`, [input], (value) =>
    objectsOf(value)
      .map((one) => memberOf(one, name))
      .filter((part) => !absent(part))
      .map(textOf)
      .filter((part) => part !== '')
      .join(','),
  );
}

/** The members of an object as `name=value; name=value`; a list's values are joined with commas. */
export function pairsOf(input: Expression): Computed {
  return computed(`${describe(input)} as name=value`, [input], (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.entries(value)
      .map(
        ([name, one]) => [name, (Array.isArray(one) ? one : [one]).map(textOf).filter((part) => part !== '')] as const,
      )
      .filter(([, parts]) => parts.length > 0)
      .map(([name, parts]) => `${name}=${parts.join(',')}`)
      .join('; ');
  });
}

/** The value of the first of a list of `{name, value}` that has this name, in any case: HTTP headers. */
export function header(input: Expression, name: string): Computed {
  return computed(`${describe(input)}[name=${name}].value`, [input], (list) => {
    const found = objectsOf(list).find((one) => textOf(one['name']).toLowerCase() === name);
    return found?.['value'] as FieldValue;
  });
}
