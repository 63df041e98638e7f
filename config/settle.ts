import convict from 'convict';
import type { Setting } from '../transports/transport.ts';
import { isGroup, isSetting, type SchemaNode, type Section, type Values } from './schema.ts';
import { formatOf, measured, type ValueFormat, valueFormats } from './value-formats.ts';

/** A child called `default` makes convict take its parent for a setting; the others are convict's and JavaScript's. */
const RESERVED: readonly string[] = ['default', '_cvtProperties', '__proto__'];

/** What convict knows under the same name already, and would not let itself be told otherwise. */
const BUILT_IN: readonly string[] = ['String', 'Boolean', 'Number'];

/**
 * The values of a section with its defaults, in the units of the program: milliseconds, bytes. Convict fills in and
 * checks once more, one instance a section and none of it shared: its own `load` merges, and it would look into the
 * environment and the command line if it were let.
 * @throws when a value does not fit, which the walk has excluded: the schema itself is at fault then
 */
export function settle(section: Section, values: Values): Values {
  const instance = convict<Values>(convictSchema(section), { env: {}, args: [] });
  return instance.load(values).validate({ allowed: 'strict' }).getProperties();
}

function convictSchema(section: Section): convict.Schema<Values> {
  const nodes = Object.entries(section).map(([name, node]) => {
    if (RESERVED.includes(name)) throw new TypeError(`a setting cannot be called "${name}"`);
    return [name, convictNode(node)];
  });
  return Object.fromEntries(nodes);
}

function convictNode(node: SchemaNode): convict.Schema<Values> | convict.SchemaObj {
  if (isSetting(node)) return convictSetting(node);
  if (!isGroup(node)) return convictSchema(node);
  if (node.group === 'map') return { doc: node.doc, format: 'Object', default: {} };
  // The sections of a group were settled one by one: convict cannot look into a list.
  return node.group === 'optional' || (node.group === 'shared' && !node.list)
    ? { doc: node.doc, format: 'Object', default: null, nullable: true }
    : { doc: node.doc, format: 'Array', default: [] };
}

function convictSetting({ doc, format, default: fallback, list }: Setting): convict.SchemaObj {
  const common = { doc, nullable: fallback === null, sensitive: format === 'secret' };
  if (list === undefined || list === false)
    return { ...common, default: fallback, format: typeof format === 'string' ? format : [...format] };
  const items = (fallback as readonly unknown[] | null)?.map((item) => measured(format, item)) ?? [];
  return { ...common, default: items, format: everyItem(formatOf(format)) };
}

function everyItem(format: ValueFormat): (values: unknown) => void {
  return (values) => {
    if (!Array.isArray(values)) throw new TypeError('must be a list');
    for (const value of values) holdAgainst(format, value);
  };
}

/** Convict checks after it has coerced: a measured value is a number by then. */
function holdAgainst(format: ValueFormat, value: unknown): void {
  const fits = format.unit === undefined ? format.accepts(value) : Number.isSafeInteger(value);
  if (!fits) throw new TypeError(`must be ${format.expects}`);
}

/** Convict's formats are global to the process, so they are told once. Its own coercion ("10s" is 10) ends with it. */
for (const [name, format] of Object.entries(valueFormats)) {
  if (BUILT_IN.includes(name)) continue;
  const validate = (value: unknown) => holdAgainst(format, value);
  convict.addFormat({ name, validate, coerce: (written: string) => measured(name, written) });
}
