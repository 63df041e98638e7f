import type { Setting } from '../transports/transport.ts';
import { quoted, type Report } from './report.ts';
import {
  type Group,
  isGroup,
  isSetting,
  join,
  type SchemaNode,
  type Section,
  type ValueMap,
  type Values,
  type VariantList,
} from './schema.ts';
import { settle } from './settle.ts';
import { didYouMean } from './suggestion.ts';
import { kindFault, valueFault } from './value-fault.ts';
import { measured } from './value-formats.ts';
import { type Entry, entriesOf, itemsOf, type Node, offsetOf, plain } from './yaml.ts';

/** Something that was written, or was not (`node` is undefined), and where it belongs. */
export interface Spot {
  readonly node: Node | null | undefined;
  readonly path: string;
  readonly report: Report;
}

/**
 * Reads a section strictly: every value is held against its format, unknown names are faults, nothing is coerced. What
 * is wrong goes to the report, and the walk goes on. A section without a fault comes back with its defaults, one with
 * faults holds what of it was good.
 */
export function walkWhole(section: Section, spot: Spot): Values {
  const values = walkSection(section, spot);
  return spot.report.isClean(spot.path) ? settle(section, values) : values;
}

function walkSection(section: Section, spot: Spot): Values {
  if (spot.node === undefined) return walkEntries(section, [], spot);
  const entries = entriesOf(spot.node);
  if (entries === undefined) {
    spot.report.fault(spot.path, kindFault('a section of "name: value" lines', plain(spot.node)));
    return {};
  }
  for (const entry of entries) if (!Object.hasOwn(section, entry.key)) reportUnknown(section, entry, spot);
  return walkEntries(section, entries, spot);
}

/** Reads what the section knows, whether it is written or not, and passes over all else. */
function walkEntries(section: Section, entries: readonly Entry[], { path, report }: Spot): Values {
  const written = new Map(entries.map((entry) => [entry.key, entry]));
  const values: Values = {};
  for (const [name, schema] of Object.entries(section)) {
    const entry = written.get(name);
    if (entry !== undefined) report.mark(join(path, name), entry.at);
    const value = walkNode(schema, { node: entry?.value, path: join(path, name), report });
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** In `{token:abc}` the key is "token:abc": what follows the colon may be a secret and is not shown. */
function reportUnknown(section: Section, { key, keyAt }: Entry, { path, report }: Spot): void {
  const [name = '', ...rest] = key.split(':');
  const at = join(path, quoted(name).slice(1, -1));
  report.mark(at, keyAt);
  const colon = rest.length > 0 ? '; a space must follow the colon' : '';
  report.fault(at, `unknown setting${didYouMean(name, Object.keys(section))}${colon}`);
}

function walkNode(schema: SchemaNode, spot: Spot): unknown {
  if (!isSetting(schema) && !isGroup(schema)) return walkSection(schema, spot);
  if (spot.node !== undefined) return isSetting(schema) ? walkSetting(schema, spot) : walkGroup(schema, spot);
  if ('required' in schema && schema.required === true)
    spot.report.fault(spot.path, `is missing: ${firstSentence(schema.doc)}`);
  return undefined;
}

function firstSentence(doc: string): string {
  return doc.replace(/(?<=[.]) .*/s, '');
}

function walkSetting(setting: Setting, spot: Spot): unknown {
  const { list = false } = setting;
  if (list === false) return walkValue(setting, spot);
  if (list === 'or-one' && itemsOf(spot.node ?? null) === undefined) return oneItem(walkValue(setting, spot));
  const mayBeEmpty = list !== 'or-one' && setting.required !== true;
  return walkItems(spot, mayBeEmpty, (item) => walkValue(setting, item));
}

function oneItem(value: unknown): unknown {
  return value === undefined ? undefined : [value];
}

function walkValue(setting: Setting, { node = null, path, report }: Spot): unknown {
  const value = plain(node);
  const fault = valueFault(setting, value);
  if (fault === undefined) return measured(setting.format, value);
  report.fault(path, fault);
  return undefined;
}

function walkGroup(group: Group, spot: Spot): unknown {
  switch (group.group) {
    case 'optional':
      return walkWhole(group.of, spot);
    case 'list':
      return walkItems(spot, !group.required, (item) => walkWhole(group.of, item));
    case 'variants':
      return walkItems(spot, !group.required, (item) => walkVariant(group, item));
    case 'shared':
      if (!group.list) return walkWhole(group.of, spot);
      return walkItems(spot, false, (item) => walkWhole(group.of, item));
    case 'map':
      return walkMap(group, spot);
  }
}

function walkMap({ doc, keys, values }: ValueMap, { node = null, path, report }: Spot): unknown {
  const entries = entriesOf(node);
  if (entries === undefined) report.fault(path, kindFault('a section of "name: value" lines', plain(node)));
  const good = (entries ?? []).flatMap(({ key, keyAt, value, at }): [string, unknown][] => {
    const inner = join(path, quoted(key).slice(1, -1));
    report.mark(inner, keyAt);
    const fault = valueFault({ doc, format: keys, default: null }, key);
    if (fault !== undefined) report.fault(inner, `the name ${fault}`);
    report.mark(inner, at);
    const found = walkValue({ doc, format: values, default: null }, { node: value, path: inner, report });
    return fault === undefined && found !== undefined ? [[key, found]] : [];
  });
  return Object.fromEntries(good);
}

/** A faulty item leaves a hole, so that the others keep their number. */
function walkItems(spot: Spot, mayBeEmpty: boolean, walk: (item: Spot) => unknown): unknown {
  const { node = null, path, report } = spot;
  const items = itemsOf(node);
  if (items === undefined) report.fault(path, kindFault('a list', plain(node)));
  if (items?.length === 0 && !mayBeEmpty) report.fault(path, 'must have one item at least');
  return items?.map((item, index) => {
    report.mark(join(path, index), offsetOf(item));
    return walk({ node: item, path: join(path, index), report });
  });
}

function walkVariant({ shared, variants }: VariantList, spot: Spot): Values {
  const entries = entriesOf(spot.node ?? null);
  const type = plain(entries?.find(({ key }) => key === 'type')?.value ?? null);
  const own = typeof type === 'string' ? variants.get(type) : undefined;
  // Without a known type nobody can say which of the other settings are right.
  if (own === undefined && entries !== undefined) return walkEntries(shared, entries, spot);
  return walkWhole({ ...shared, ...own }, spot);
}
