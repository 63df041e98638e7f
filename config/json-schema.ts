import type { Setting } from '../transports/transport.ts';
import { configSection } from './config-schema.ts';
import { type Registries, registries } from './registries.ts';
import {
  type Group,
  isGroup,
  isRequired,
  isSetting,
  type SchemaNode,
  type Section,
  type SharedSection,
  sharedIn,
  type ValueMap,
  type VariantList,
} from './schema.ts';
import { formatOf, written } from './value-formats.ts';

type Json = Readonly<Record<string, unknown>>;

/** The configuration as JSON Schema, so that editors complete and check it. https://json-schema.org/draft/2020-12/schema */
export function jsonSchema(known: Registries = registries): Json {
  const section = configSection(known);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'trailferry configuration',
    ...ofSection(section),
    $defs: Object.fromEntries(Array.from(sharedIn(section), ({ name, of }) => [name, ofSection(of)])),
  };
}

function ofNode(node: SchemaNode): Json {
  if (isSetting(node)) return ofSetting(node);
  return isGroup(node) ? ofGroup(node) : ofSection(node);
}

function ofSection(section: Section): Json {
  const properties = Object.fromEntries(Object.entries(section).map(([name, node]) => [name, ofNode(node)]));
  const required = Object.entries(section).flatMap(([name, node]) => (isRequired(node) ? name : []));
  return { type: 'object', additionalProperties: false, properties, ...(required.length > 0 && { required }) };
}

function ofSetting({ doc, format, default: fallback, list = false, required, example }: Setting): Json {
  const item = formatOf(format).json;
  const items = { type: 'array', items: item, ...((required === true || list === 'or-one') && { minItems: 1 }) };
  const value = list === false ? item : list === 'or-one' ? { anyOf: [item, items] } : items;
  const given = fallback !== null && required !== true;
  return {
    description: doc,
    ...value,
    ...(given && { default: written(format, fallback) }),
    ...(example !== undefined && { examples: [example] }),
  };
}

function ofGroup(group: Group): Json {
  if (group.group === 'optional') return { description: group.doc, ...ofSection(group.of) };
  if (group.group === 'shared') return ofShared(group);
  if (group.group === 'map') return ofMap(group);
  const items = group.group === 'list' ? ofSection(group.of) : ofVariants(group);
  return { description: group.doc, type: 'array', items, ...(group.required && { minItems: 1 }) };
}

function ofMap({ doc, keys, values, example }: ValueMap): Json {
  const [propertyNames, additionalProperties] = [formatOf(keys).json, formatOf(values).json];
  return { description: doc, type: 'object', propertyNames, additionalProperties, examples: [example] };
}

function ofShared({ name, doc, list, example }: SharedSection): Json {
  const $ref = `#/$defs/${name}`;
  const value = list ? { type: 'array', items: { $ref }, minItems: 1 } : { $ref };
  return { description: doc, ...value, examples: [example] };
}

/** By `if`, not `oneOf`: an editor then speaks of the type that was written, and not of every other. */
function ofVariants({ shared, variants }: VariantList): Json {
  const { type, ...others } = shared;
  const allOf = Array.from(variants, ([name, own]) => ({
    if: { properties: { type: { const: name } }, required: ['type'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: ofSection({ type: { ...type, format: [name] }, ...others, ...own }),
  }));
  const { properties, required } = ofSection({ type });
  return { type: 'object', properties, required, allOf };
}
