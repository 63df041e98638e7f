import { configSection } from './config-schema.ts';
import { type Registries, registries } from './registries.ts';
import {
  isGroup,
  isLeaf,
  isRequired,
  isShared,
  join,
  type Leaf,
  type SchemaNode,
  type Section,
  sharedIn,
} from './schema.ts';
import { formatOf, written } from './value-formats.ts';

/** The page `docs/reference/config.md`: every setting there is, with its format, default and reason. */
export function configReference(known: Registries = registries): string {
  const section = configSection(known);
  const shared = sharedIn(section).flatMap(({ name, about, of }) => chapters(name, of, about));
  return `${[INTRODUCTION, ...chapters('', section), ...shared].join('\n\n')}\n`;
}

const INTRODUCTION = `# Configuration reference

<!-- Written from the code by \`npm run docs\`; do not edit. -->

\`/etc/trailferry/trailferry.yaml\` is YAML 1.2 and read strictly: an unknown setting, a value of another kind or a missing
one is a fault with its line and column, and \`trailferry check\` shows them all at once. A duration is a number with its
unit (\`ms\`, \`s\`, \`m\`, \`h\`, \`d\`), a size a number of bytes or one with its unit (\`B\`, \`kB\`, \`MB\`, \`GB\`, \`KiB\`, \`MiB\`,
\`GiB\`). A secret never stands in this file, only where it is kept: \`{credential: NAME}\` (a systemd credential),
\`{file: /PATH}\` (readable by its owner only) or \`{env: NAME}\`.`;

/** One chapter a section: first its settings, then the sections below it. `of` tells variants apart. */
function chapters(path: string, section: Section, doc = '', of = ''): string[] {
  const entries = Object.entries(section);
  const rows = entries.flatMap(([name, node]) => (isLeaf(node) ? [row(name, node)] : []));
  const inner = entries.flatMap(([name, node]) => (isLeaf(node) ? [] : below(join(path, name), node, of)));
  const title = `## ${path === '' ? 'Top level' : `\`${path}\``}${of}`;
  const table = rows.length === 0 ? [] : [['| setting | value | default | |', '|---|---|---|---|', ...rows].join('\n')];
  return [title, ...(doc === '' ? [] : [doc]), ...table, ...inner];
}

function below(path: string, node: Exclude<SchemaNode, Leaf>, of: string): string[] {
  if (!isGroup(node)) return chapters(path, node, '', of);
  if (node.group === 'optional') return chapters(path, node.of, `${node.doc} The section may be left out.`, of);
  if (node.group === 'list') return chapters(`${path}[]`, node.of, node.doc, of);
  const variants = Array.from(node.variants, ([type, own]) =>
    chapters(`${path}[]`, own, '', ` with \`type: ${type}\``),
  );
  return [...chapters(`${path}[]`, node.shared, node.doc, of), ...variants.flat()];
}

function row(name: string, node: Leaf): string {
  const { doc, example } = node;
  const initial = isRequired(node) ? '**required**' : defaultOf(node);
  const shown = example === undefined ? '' : ` Example: ${code(example)}.`;
  return `| \`${name}\` | ${cell(expected(node))} | ${initial} | ${cell(`${doc}${shown}`)} |`;
}

function expected(node: Leaf): string {
  if (isGroup(node) && node.group === 'map')
    return `a section; names: ${formatOf(node.keys).expects}; values: ${formatOf(node.values).expects}`;
  if (isShared(node)) return `${node.list ? 'a list of sections' : 'a section'} as in [${node.name}](#${node.name})`;
  const { expects } = formatOf(node.format);
  if (node.list === 'or-one') return `${expects}, or a list of them`;
  return node.list === true ? `a list; each ${expects}` : expects;
}

function defaultOf(node: Leaf): string {
  if (isGroup(node) || node.default === null || node.list === 'or-one') return 'none';
  return code(written(node.format, node.default));
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replace(/[|*]/g, '\\$&');
}
