import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { qidRows } from '../agent/commands/qids.ts';
import type { LogType } from '../formats/log-type.ts';
import { ignoreRules } from '../formats/log-types/ignored.ts';
import { allLogTypes } from '../formats/log-types/index.ts';
import { type Proof, proofOf, SIEM, WITHOUT_SAMPLES } from './coverage.ts';

const CASES = 'test/formats/log-types';

/** More kinds than this are for the list of QIDs. */
const MOST_KINDS = 12;
const MOST_EXAMPLES = 6;

const code = (text: string): string => `\`${text}\``;
/** In a table a pipe ends a cell, even within code. */
const cell = (text: string): string => code(text.replace(/\|/g, '\\|'));

/** File name of a log type's page of fields. */
export function fieldPage(type: LogType): string {
  const twin = allLogTypes.filter(({ name }) => name === type.name).length > 1;
  return `${type.name}${twin ? `-${type.spec.layout.kind}` : ''}.md`;
}

/** The page on all log types: an overview, then what tells each one and what it becomes. */
export function logTypesPage(): string {
  const rows = allLogTypes.map((type) => {
    const { spec } = type;
    const link = `[${spec.name}](#${anchor(type)})`;
    return `| ${link} | ${spec.title} | ${spec.layout.describe} | ${spec.splunk.sourcetype} | ${spec.qradar} |\n`;
  });
  const ignored = ignoreRules.map(({ name, key, reason }) => `| ${name} | ${cell(key.source)} | ${reason} |\n`);
  return [
    '# Log types\n\nThe type of an object is found by its key, then by its content; by the log group or detail type where an envelope names one.\n\n',
    `| name | what | framing | Splunk sourcetype | QRadar log source type |\n|---|---|---|---|---|\n${rows.join('')}\n`,
    siemTable(),
    allLogTypes.map(section).join('\n'),
    `\n## Objects left out by rule\n\nThey hold no log records. Each has an account in the ledger, with no records.\n\n`,
    `| rule | key | why |\n|---|---|---|\n${ignored.join('')}`,
  ].join('');
}

/** The log types that SIEM on Amazon OpenSearch Service loads, ours for each, and what proves it. */
function siemTable(): string {
  // Of twins the first stands for both.
  const links = new Map([...allLogTypes].reverse().map((type) => [type.name, `[${type.name}](#${anchor(type)})`]));
  const rows = Object.entries(SIEM).map(
    ([siem, name]) =>
      `| ${siem} | ${links.get(name)} | ${proofText(WITHOUT_SAMPLES.includes(siem) ? undefined : proofOf(name))} |\n`,
  );
  return `## Those of SIEM on Amazon OpenSearch Service\n\n| there | here | proved by |\n|---|---|---|\n${rows.join('')}\n`;
}

function proofText(proof: Proof | undefined): string {
  if (proof === undefined) return 'synthetic cases alone, made after the documentation';
  const { records, files, folders, delivered } = proof;
  const origin = delivered ? 'objects that AWS delivered' : 'documentation and other projects’ tests';
  const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  return `${many(records, 'real record')} in ${many(files, 'file')} of ${folders.map(code).join(', ')} (${origin})`;
}

const heading = (type: LogType): string =>
  fieldPage(type) === `${type.name}.md` ? type.name : `${type.name} (${type.spec.layout.kind})`;

/** GitHub's rule for headings. */
const anchor = (type: LogType): string => heading(type).replace(/[()]/g, '').replace(/ /g, '-');

function section(type: LogType): string {
  const { spec } = type;
  const siem = Object.keys(SIEM).filter((name) => SIEM[name] === spec.name);
  const lines = [
    `${spec.title}. [Fields](fields/${fieldPage(type)}), [reference](${spec.reference}).`,
    '',
    ...item(
      'keys',
      spec.keys.map((key) => code(key.source)),
    ),
    ...item(
      'log groups',
      (spec.logGroups ?? []).map((group) => code(group.source)),
    ),
    ...item(
      'detail types',
      (spec.detailTypes ?? []).map((name) => `"${name}"`),
    ),
    ...item('content', [contentRule(type)]),
    ...item('in CEF and LEEF', [`${spec.vendor ?? 'AWS'} ${spec.product}`]),
    ...item('in Splunk', [`sourcetype ${code(spec.splunk.sourcetype)}`]),
    ...item('in QRadar', [spec.qradar]),
    ...item('EventIDs', eventIds(type)),
    ...item('seen in the cases', examples(type)),
    ...item('in SIEM on Amazon OpenSearch Service', siem.map(code)),
    ...item('tried on', [proofText(proofOf(spec.name)), `[cases](../../${CASES}/${spec.name})`]),
  ];
  return `## ${heading(type)}\n\n${lines.join('\n')}\n`;
}

const item = (name: string, values: readonly string[]): string[] =>
  values.length === 0 ? [] : [`- ${name}: ${values.join(', ')}`];

function contentRule({ spec }: LogType): string {
  if ('line' in spec.looksLike) return `a line like ${code(spec.looksLike.line.source)}`;
  const sets = spec.looksLike.json.map((names) => names.map(code).join(' and '));
  return sets.length === 0 ? 'any JSON' : `JSON with ${sets.join(', or with ')}`;
}

function eventIds(type: LogType): readonly string[] {
  const ids = [...new Set(qidRows([type]).map(({ eventId }) => eventId))];
  const more = ids.length > MOST_KINDS ? [`and ${ids.length - MOST_KINDS} more`] : [];
  return [...ids.slice(0, MOST_KINDS).map(code), ...more];
}

/** Pairs of EventID and category in the golden cases, where the record decides what they are. */
function examples(type: LogType): readonly string[] {
  if (!qidRows([type]).some(({ open }) => open)) return [];
  const folder = join(CASES, type.name);
  if (!existsSync(folder)) return [];
  const lines = readdirSync(folder)
    .filter((file) => file.endsWith('.leef'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'));
  const pairs = lines.flatMap((line) => {
    const found = /^LEEF:1\.0\|[^|]*\|[^|]*\|[^|]*\|([^|]*)\|cat=([^\t]*)/.exec(line);
    return found === null ? [] : [`${code(found[1] ?? '')} in ${code(found[2] ?? '')}`];
  });
  return [...new Set(pairs)].slice(0, MOST_EXAMPLES);
}
