import type { ObjectOrigin } from '../event.ts';
import type { Read } from '../expression.ts';
import { JsonFraming } from '../framing/json.ts';
import { JsonPaths } from '../framing/json-paths.ts';
import { UNSOUGHT } from '../framing/record.ts';
import { WholeJson } from '../framing/whole.ts';
import { isExact } from '../functions.ts';
import { type Layout, originOr } from './layout.ts';

type Members = { readonly [name: string]: unknown };

const NONE: readonly string[] = [];

/**
 * JSON records. A path goes through members and list positions (`resources.0.ARN`); `name{}` is the JSON text of a
 * top-level member as it stands in the record.
 * @param wrappers members whose array holds the records; none for values one after another
 */
export function json(...wrappers: string[]): Layout {
  const current: { origin?: ObjectOrigin } = {};
  const paths = new JsonPaths();
  return {
    kind: 'json',
    wrappers,
    describe:
      wrappers.length === 0 ? 'JSON values' : `JSON array in ${wrappers.map((name) => `\`${name}\``).join(' or ')}`,
    resolve: originOr(current, (path) => jsonPath(path, paths)),
    open: (origin, options) => ({
      framing:
        options.whole === true && wrappers.length === 0
          ? new WholeJson(options, paths)
          : new JsonFraming(wrappers, options, paths),
      enter: () => {
        current.origin = origin;
      },
      header: '',
      columns: NONE,
      cells: NONE,
    }),
  };
}

/**
 * A reader of a path. What the framing has found on its way is taken from there; of a record that is not of the plain kind
 * it finds things in, the whole is parsed.
 */
function jsonPath(path: string, paths: JsonPaths): Read {
  if (path.endsWith('{}')) return rawMember(path.slice(0, -2), paths);
  const names = path.split('.');
  const parsed = parsedPath(names);
  if (names.some(isInherited)) return parsed;
  const place = paths.placeOf(names);
  return (record) => {
    const found = record.json?.found(paths, place);
    return found === UNSOUGHT ? parsed(record) : found;
  };
}

/** Whether parsed objects or lists have something of this name that does not stand in the record. */
function isInherited(name: string): boolean {
  return name in Array.prototype;
}

function parsedPath([top = '', ...rest]: readonly string[]): Read {
  if (rest.length === 0) {
    return (record) => {
      const value = record.json?.member(top);
      return typeof value === 'number' && !isExact(value) ? digitsOr(value, record.json?.raw(top)) : value;
    };
  }
  return (record) => {
    const value = inner((record.json?.value() as Members | undefined)?.[top], rest);
    if (typeof value !== 'number' || isExact(value)) return value;
    return digitsOr(value, inner(parsedAsWritten(record.json?.raw(top)), rest));
  };
}

function inner(outer: unknown, names: readonly string[]): unknown {
  let value = outer;
  for (const name of names) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Members)[name];
  }
  return value;
}

/** An integer that JavaScript cannot hold, in its digits. */
function digitsOr(value: number, written: unknown): unknown {
  return typeof written === 'string' && /^-?\d+$/.test(written) ? written : value;
}

/** A JSON value in which every number is the text that stands there; nothing where it is too deep for this way of parsing. */
function parsedAsWritten(text = 'null'): unknown {
  const asWritten = (_name: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === 'number' ? context?.source : value;
  try {
    return JSON.parse(text, asWritten);
  } catch {
    // Without its text the number is left out, and so not a wrong one.
    return undefined;
  }
}

function rawMember(name: string, paths: JsonPaths): Read {
  const place = paths.placeOf([name]);
  return (record) => {
    const found = record.json?.foundText(paths, place);
    const raw = found === UNSOUGHT ? record.json?.raw(name) : found;
    return raw === 'null' ? undefined : raw;
  };
}
