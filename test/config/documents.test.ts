import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configSection } from '../../config/config-schema.ts';
import { exampleConfig } from '../../config/example.ts';
import { jsonSchema } from '../../config/json-schema.ts';
import { readConfig } from '../../config/load.ts';
import { configReference } from '../../config/reference.ts';
import { type Registries, registries } from '../../config/registries.ts';
import { isGroup, isLeaf, isSetting, isShared, type SchemaNode, type Section, sharedIn } from '../../config/schema.ts';
import { known } from './known.ts';

/** Every setting of a schema, with its path; items as `[]`, variants by their type. */
function pathsOf(node: SchemaNode, path: string): string[] {
  if (isSetting(node)) return [path];
  if (!isGroup(node)) return below(node, path);
  if (node.group === 'optional') return below(node.of, path);
  // Described once, under its own name.
  if (node.group === 'shared' || node.group === 'map') return [path];
  if (node.group === 'list') return below(node.of, `${path}[]`);
  return Array.from(node.variants, ([type, own]) => below({ ...node.shared, ...own }, `${path}[${type}]`)).flat();
}

const below = (section: Section, path: string) =>
  Object.entries(section).flatMap(([name, node]) => pathsOf(node, path === '' ? name : `${path}.${name}`));

type Json = {
  properties?: Record<string, Json>;
  items?: Json;
  allOf?: { then: Json }[];
  enum?: unknown[];
  additionalProperties?: boolean;
  description?: string;
};

/** The same of a JSON Schema. A section of settings is one that says so; a secret is a setting. */
function schemaPaths(json: Json, path: string): string[] {
  const { properties, items, allOf } = json;
  if (items?.allOf) return schemaPaths(items, path);
  if (allOf) {
    return allOf.flatMap(({ then }) => schemaPaths(then, `${path}[${then.properties?.['type']?.enum?.[0]}]`));
  }
  if (items?.properties && !isSecret(items)) return schemaPaths(items, `${path}[]`);
  if (properties === undefined || isSecret(json)) return [path];
  expect(json.additionalProperties).toBe(false);
  return Object.entries(properties).flatMap(([name, inner]) =>
    schemaPaths(inner, path === '' ? name : `${path}.${name}`),
  );
}

const isSecret = ({ properties }: Json) => properties !== undefined && 'credential' in properties;

/** The same of a plain value. */
function valuePaths(value: unknown, path: string, settings: ReadonlySet<string>): string[] {
  if (settings.has(path) || typeof value !== 'object' || value === null) return [path];
  if (!Array.isArray(value)) {
    return Object.entries(value).flatMap(([name, inner]) =>
      valuePaths(inner, path === '' ? name : `${path}.${name}`, settings),
    );
  }
  return value.flatMap((item) =>
    valuePaths(item, `${path}[${item.type !== undefined && path === 'destinations' ? item.type : ''}]`, settings),
  );
}

/** Takes the # away from every setting that the example leaves out. */
const setAll = (example: string) => example.replaceAll(/^( *)#(?! \S)/gm, '$1');

test.each([
  ['the transports of this program', registries],
  ['any others', known],
] as [string, Registries][])(
  'schema, example and reference name just what the configuration knows: %s',
  (_title, some) => {
    const section = configSection(some);
    const paths = pathsOf(section, '').toSorted();
    const schema = jsonSchema(some) as Json & { $defs?: Record<string, Json> };
    expect(schemaPaths(schema, '').toSorted()).toEqual(paths);
    const apart = sharedIn(section).map(({ name, of }) => {
      const inner = below(of, '').toSorted();
      expect(schemaPaths(schema['$defs']?.[name] ?? {}, '').toSorted()).toEqual(inner);
      return inner.length;
    });

    const example = exampleConfig(some);
    expect(valuePaths(parse(setAll(example)), '', new Set(paths)).toSorted()).toEqual(paths);

    const reference = configReference(some);
    const rows = [...reference.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    const repeated = below(section.destinations.shared, '').length * (some.transports.length - 1);
    expect(rows.length).toBe(paths.length - repeated + apart.reduce((sum, count) => sum + count, 0));
    for (const path of paths) expect(rows).toContain(path.split('.').at(-1));
  },
);

test('the example is a good configuration without a warning', () => {
  for (const some of [known, registries]) {
    const { config, report } = readConfig(exampleConfig(some), 'example.yaml', some);
    expect(report.warnings).toEqual([]);
    expect(config.destinations.map(({ type }) => type)).toEqual(some.transports.slice(0, 2).map(({ type }) => type));
  }
});

test('every default that the example shows is the default', () => {
  const shown = exampleConfig(known);
  const set = readConfig(
    shown.replaceAll(/^( *)#(linger|window|protocol|enabled|retries|waits|visibility_timeout|state_dir):/gm, '$1$2:'),
    'x',
    known,
  );
  expect(set.config).toEqual(readConfig(shown, 'x', known).config);
  expect(shown).toContain('#linger: 200ms');
});

test('each setting says what it is for, in a sentence', () => {
  const docs = (node: SchemaNode): string[] => {
    if (isSetting(node)) return [node.doc];
    if (isShared(node)) return [node.doc, node.about];
    if (isLeaf(node)) return [node.doc];
    if (!isGroup(node)) return Object.values(node).flatMap(docs);
    const inner = node.group === 'variants' ? [node.shared, ...node.variants.values()] : [node.of];
    return [node.doc, ...inner.flatMap(docs)];
  };
  const section = configSection(registries);
  const apart = sharedIn(section).flatMap(({ of }) => docs(of));
  expect([...docs(section), ...apart].filter((doc) => !/^[^a-z].*[.]$/s.test(doc) && !/^`.*[.]$/s.test(doc))).toEqual(
    [],
  );
});
