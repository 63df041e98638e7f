import { stringify } from 'yaml';
import type { Setting } from '../transports/transport.ts';
import { configSection } from './config-schema.ts';
import { type Registries, registries } from './registries.ts';
import {
  isGroup,
  isLeaf,
  isRequired,
  isSetting,
  type Leaf,
  type SchemaNode,
  type Section,
  type Values,
  type VariantList,
} from './schema.ts';
import { written } from './value-formats.ts';

/** A configuration with every setting there is, each explained; it passes `check` but for the files that it names. */
export function exampleConfig(known: Registries = registries): string {
  const section = configSection(known);
  const used = usedIn(section.destinations);
  const queues = { ...section.queues, of: withExamples(section.queues.of, { destinations: used }) };
  return `${[...HEAD, ...spaced({ ...section, queues })].join('\n')}\n`;
}

/** SIEMs come first in the registry. What follows, like the file for dry runs, is shown but not used. */
function usedIn({ variants }: VariantList): readonly string[] {
  return [...variants.keys()].slice(0, 2);
}

function withExamples(section: Section, examples: Values): Section {
  const set = Object.entries(examples).map(([name, example]) => [name, { ...(section[name] as Setting), example }]);
  return { ...section, ...Object.fromEntries(set) };
}

const HEAD = [
  '# yaml-language-server: $schema=/usr/share/trailferry/schema.json',
  '',
  '# Configuration of trailferry. A line like "#name: value" is a setting that may be left out, with its default or an',
  '# example; take the # away to set it. `trailferry check` names every mistake by line and column.',
];

function spaced(section: Section): string[] {
  return Object.entries(section).flatMap(([name, node]) => ['', ...entry(name, node, false)]);
}

/** One setting or section. What may be left out is commented, but once only: not again inside of what is `muted`. */
function entry(name: string, node: SchemaNode, muted: boolean): string[] {
  const mute = !muted && !isRequired(node) && !('usual' in node && node.usual === true);
  const lines = isLeaf(node) ? [line(name, node)] : [`${name}:`, ...indented(body(node, muted || mute))];
  return [...prose(node), ...(mute ? lines.map((text) => `#${text}`) : lines)];
}

function line(name: string, node: Leaf): string {
  const value = isSetting(node) ? shownValue(node) : node.example;
  return value === undefined
    ? `${name}:`
    : `${name}: ${stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim()}`;
}

function shownValue({ format, default: fallback, example }: Setting): unknown {
  return example ?? written(format, fallback) ?? (typeof format === 'string' ? undefined : format[0]);
}

function body(node: Exclude<SchemaNode, Leaf>, muted: boolean): string[] {
  if (!isGroup(node)) return entries(node, muted);
  if (node.group === 'optional') return entries(node.of, muted);
  return node.group === 'list' ? item(entries(node.of, muted)) : variants(node);
}

function entries(section: Section, muted: boolean): string[] {
  return Object.entries(section).flatMap(([name, node]) => entry(name, node, muted));
}

/** One destination of each type, called by it: so are they named in the example of a queue's `destinations`. */
function variants(list: VariantList): string[] {
  return Array.from(list.variants, ([type, own]) => {
    const mute = !usedIn(list).includes(type);
    const shared = withExamples(list.shared, { name: type, type, format: FORMATS[type] ?? 'json' });
    const lines = item(entries({ ...shared, ...own }, mute));
    return mute ? lines.map((text) => `#${text}`) : lines;
  }).flat();
}

/** What the SIEM behind a transport most likely wants. */
const FORMATS: Readonly<Record<string, string | undefined>> = { syslog: 'leef' };

/** The lines of a section as an item of a list; what explains its first setting stands before the dash. */
function item(lines: readonly string[]): string[] {
  const first = lines.findIndex((text) => !text.startsWith('# '));
  return [...lines.slice(0, first), `- ${lines[first]}`, ...indented(lines.slice(first + 1))];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((text) => `  ${text}`);
}

/** The doc of a node as comment lines of about 100 characters. */
function prose(node: SchemaNode): string[] {
  if (!isSetting(node) && !isGroup(node)) return [];
  return (node.doc.match(/.{1,100}(?:\s|$)/g) ?? []).map((text) => `# ${text.trimEnd()}`);
}
