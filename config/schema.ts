import type { Setting } from '../transports/transport.ts';

/**
 * The language in which the configuration is described: settings, and what holds them. Validation, defaults, reference
 * page, JSON Schema and example are all read from it. A transport's `SettingsSchema` is a section as it stands.
 */
export type SchemaNode = Setting | Section | Group;

/** Settings by name. A section that is not written has all its defaults. */
export interface Section {
  readonly [name: string]: SchemaNode;
}

/** A section with just the names of a type: what the compiler holds a schema against. */
export type Names<T> = Section & Record<keyof T, SchemaNode>;

/** Sections that stand for themselves. */
export type Group = OptionalSection | SectionList | VariantList | SharedSection | ValueMap;

/** A section that may be left out whole: what it requires is required only when it is there. */
export interface OptionalSection {
  readonly group: 'optional';
  readonly doc: string;
  readonly of: Section;
}

/** Any number of sections of one shape. */
export interface SectionList {
  readonly group: 'list';
  readonly doc: string;
  readonly required: boolean;
  readonly of: Section;
}

/** Sections of which each has the `shared` settings, `type` among them, and those of the variant that `type` names. */
export interface VariantList {
  readonly group: 'variants';
  readonly doc: string;
  readonly required: boolean;
  readonly shared: Section & { readonly type: Setting };
  readonly variants: ReadonlyMap<string, Section>;
}

/**
 * A section that stands in several places, or in itself: documents describe it once, under its name, and everywhere else
 * point there. `list`: any number of them, but not none.
 */
export interface SharedSection {
  readonly group: 'shared';
  /** What it is called, and what it is. */
  readonly name: string;
  readonly about: string;
  /** What it is for where it stands. */
  readonly doc: string;
  readonly required: boolean;
  readonly list: boolean;
  readonly of: Section;
  readonly example: unknown;
}

/** Values by names that the admin chooses; both of one format. None when it is left out. */
export interface ValueMap {
  readonly group: 'map';
  readonly doc: string;
  readonly keys: string;
  readonly values: string;
  readonly example: Readonly<Record<string, unknown>>;
}

/** A node that stands on one line of its own: a setting, or what documents show like one. */
export type Leaf = Setting | SharedSection | ValueMap;

/** What was read for a section: the same names. */
export type Values = Record<string, unknown>;

export function isSetting(node: SchemaNode): node is Setting {
  const format: unknown = Reflect.get(node, 'format');
  return typeof format === 'string' || Array.isArray(format);
}

export function isGroup(node: SchemaNode): node is Group {
  return typeof Reflect.get(node, 'group') === 'string';
}

export function isShared(node: SchemaNode): node is SharedSection {
  return isGroup(node) && node.group === 'shared';
}

export function isLeaf(node: SchemaNode): node is Leaf {
  return isSetting(node) || isShared(node) || (isGroup(node) && node.group === 'map');
}

/** Whether something must be written; a section must when something in it must. */
export function isRequired(node: SchemaNode): boolean {
  if (isSetting(node) || isGroup(node)) return 'required' in node && node.required === true;
  return Object.values(node).some(isRequired);
}

/** The shared sections that stand anywhere in a section, each once. */
export function sharedIn(section: Section): SharedSection[] {
  const found = new Map<string, SharedSection>();
  const look = (node: SchemaNode): void => {
    if (isShared(node) && found.has(node.name)) return;
    if (isShared(node)) found.set(node.name, node);
    for (const inner of within(node)) look(inner);
  };
  look(section);
  return [...found.values()];
}

function within(node: SchemaNode): readonly SchemaNode[] {
  if (isSetting(node) || (isGroup(node) && node.group === 'map')) return [];
  if (!isGroup(node)) return Object.values(node);
  return node.group === 'variants' ? [node.shared, ...node.variants.values()] : [node.of];
}

/** The path of a setting below `path`, or of an item by its number. */
export function join(path: string, name: string | number): string {
  if (typeof name === 'number') return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** Every setting of a section that has a value, however deep, with its path. Lists are the caller's to follow. */
export function* settingsIn(section: Section, values: object, path: string): Generator<[string, Setting, unknown]> {
  for (const [name, node] of Object.entries(section)) {
    const value: unknown = Reflect.get(values, name);
    if (value === undefined || value === null) continue;
    const at = join(path, name);
    if (isSetting(node)) yield [at, node, value];
    else if (!isGroup(node)) yield* settingsIn(node, value, at);
    else if (node.group === 'optional') yield* settingsIn(node.of, value, at);
  }
}
