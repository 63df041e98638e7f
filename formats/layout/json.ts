import type { ObjectOrigin } from '../event.ts';
import type { Read } from '../expression.ts';
import { JsonFraming } from '../framing/json.ts';
import { WholeJson } from '../framing/whole.ts';
import { type Layout, originOr } from './layout.ts';

const NONE: readonly string[] = [];

/**
 * JSON records. A path goes through members and list positions (`resources.0.ARN`); `name{}` is the JSON text of a
 * top-level member as it stands in the record.
 * @param wrappers members whose array holds the records; none for values one after another
 */
export function json(...wrappers: string[]): Layout {
  const current: { origin?: ObjectOrigin } = {};
  return {
    kind: 'json',
    wrappers,
    describe:
      wrappers.length === 0 ? 'JSON values' : `JSON array in ${wrappers.map((name) => `\`${name}\``).join(' or ')}`,
    resolve: originOr(current, jsonPath),
    open: (origin, options) => ({
      framing:
        options.whole === true && wrappers.length === 0 ? new WholeJson(options) : new JsonFraming(wrappers, options),
      enter: () => {
        current.origin = origin;
      },
      header: '',
      columns: NONE,
      cells: NONE,
    }),
  };
}

function jsonPath(path: string): Read {
  if (path.endsWith('{}')) return rawMember(path.slice(0, -2));
  const [top = '', ...rest] = path.split('.');
  if (rest.length === 0) return (record) => record.json?.member(top);
  return (record) => {
    let value = (record.json?.value() as { readonly [name: string]: unknown } | undefined)?.[top];
    for (const name of rest) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = (value as { readonly [name: string]: unknown })[name];
    }
    return value;
  };
}

function rawMember(name: string): Read {
  return (record) => {
    const raw = record.json?.raw(name);
    return raw === 'null' ? undefined : raw;
  };
}
