import { type Document, isMap, isScalar, isSeq, type Node, parseDocument, visit, type YAMLError } from 'yaml';
import { Report } from './report.ts';

export type { Node } from 'yaml';

/** A parsed text and the report that knows its lines. `root` is undefined when its syntax is too broken to be read. */
export interface Source {
  readonly root: Node | null | undefined;
  readonly report: Report;
}

/**
 * Own words for the faults of syntax (https://yaml.org/spec/1.2.2/). The parser's own quote the text around the place,
 * which may be a secret.
 */
const SYNTAX: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_DQ_ESCAPE: 'no such escape in double quotes; write \\\\ for a backslash, or use single quotes',
  BAD_INDENT: 'wrong indentation, or a { or [ that is not closed; the lines of one section begin in one column',
  BAD_SCALAR_START: 'a text that begins with this character must stand in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a second "key: value" on this line, or a line indented too far; a text that holds ": " needs quotes',
  DUPLICATE_KEY: 'this key is given twice in one section',
  MISSING_CHAR: 'a character is missing here: a closing quote, a comma, or the colon after a key',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line: is a colon with a space after it missing?',
  MULTIPLE_DOCS: 'a second document begins here; a configuration is one',
  NON_STRING_KEY: 'a key must be plain text',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'a tab cannot indent; use spaces',
  TAG_RESOLVE_FAILED: 'tags (!...) are not used here; write the plain value',
};

/** Line and column of an offset, from 1. Counted in the text itself: the parser's own counter misses lines in broken YAML. */
function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}

/** Parses a configuration. What is wrong with its syntax is in the report; nothing is thrown. */
export function parseYaml(text: string, file: string): Source {
  const report = new Report(file, (offset) => placeOf(text, offset));
  const document = parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: true,
    stringKeys: true,
    // Named, so that a line "%YAML 1.1" cannot turn "no" into false.
    schema: 'core',
    resolveKnownTags: false,
  });
  const syntax = reportSyntax(document, report);
  const aliases = reportAliases(document, report);
  return { root: syntax && aliases ? document.contents : undefined, report };
}

/** Whether the tree can be trusted: a key given twice leaves it whole, anything else does not. */
function reportSyntax(document: Document.Parsed, report: Report): boolean {
  const errors: readonly YAMLError[] = [...document.errors, ...document.warnings];
  for (const { code, pos } of errors) report.syntax(pos[0], SYNTAX[code] ?? `this is not YAML (${code})`);
  return errors.every(({ code }) => code === 'DUPLICATE_KEY');
}

/** An alias makes the place of a fault ambiguous, and can make a small file enormous. */
function reportAliases(document: Document.Parsed, report: Report): boolean {
  let none = true;
  visit(document, {
    Alias: (_key, alias) => {
      none = false;
      report.syntax(alias.range?.[0] ?? 0, 'anchors and aliases are not used here; write the value out');
    },
  });
  return none;
}

/** One `key: value` of a map. `at` is where a fault of the value is shown: at the key when there is no value. */
export interface Entry {
  readonly key: string;
  readonly keyAt: number;
  readonly value: Node | null;
  readonly at: number;
}

/** The entries of a map, or undefined for any other node. */
export function entriesOf(node: Node | null): readonly Entry[] | undefined {
  if (!isMap<Node, Node | null>(node)) return undefined;
  return node.items.map(({ key, value }) => {
    const keyAt = offsetOf(key);
    return { key: String(plain(key)), keyAt, value, at: plain(value) === null ? keyAt : offsetOf(value) };
  });
}

/** The items of a list, or undefined for any other node. */
export function itemsOf(node: Node | null): readonly Node[] | undefined {
  return isSeq<Node>(node) ? node.items : undefined;
}

export function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}

/** The value of a node as plain data. */
export function plain(node: Node | null): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq<Node>(node)) return node.items.map(plain);
  if (!isMap<Node, Node | null>(node)) return null;
  // fromEntries defines its properties, so that a key "__proto__" is a key and nothing more.
  return Object.fromEntries(node.items.map(({ key, value }) => [String(plain(key)), plain(value)]));
}
