import { isUtf8 } from 'node:buffer';
import { splitCommas } from '../formats/layout.ts';
import { cleanText } from './clean-text.ts';
import { ConfigError, type Fault, quoted } from './report.ts';
import { didYouMean } from './suggestion.ts';
import { formatOf } from './value-formats.ts';
import { entriesOf, parseYaml, plain } from './yaml.ts';

/** What is known of an AWS account. Texts are byte strings; '' is not known. */
export interface Account {
  readonly name: string;
  readonly ou: string;
}

/** Accounts by their ids. */
export type Accounts = ReadonlyMap<string, Account>;

/** An organization has some ten thousand accounts at most. */
const MOST_BYTES = 16 * 1024 * 1024;
const COLUMNS = ['account', 'name', 'ou'];
const ID = formatOf('account');

/** Reads a file of accounts, CSV or YAML by its name. @throws {ConfigError} with every fault of the file, by its line */
export function readAccounts(bytes: Buffer, file: string): Accounts {
  const accounts = new Map<string, Account>();
  const faults: Fault[] = [];
  const fault = (message: string, line = 1, column = 1, path = ''): void => {
    faults.push({ file, line, column, path, message });
  };
  if (bytes.length > MOST_BYTES) fault(`has ${bytes.length} bytes; ${MOST_BYTES} are the most`);
  else if (!isUtf8(bytes)) fault('is not UTF-8; save it as UTF-8');
  else if (file.endsWith('.csv')) readCsv(bytes.toString(), accounts, fault);
  else faults.push(...readYaml(bytes.toString(), file, accounts));
  if (faults.length === 0 && accounts.size === 0) fault('names no account');
  if (faults.length > 0) throw new ConfigError(faults);
  return accounts;
}

function readCsv(text: string, accounts: Map<string, Account>, fault: (message: string, line?: number) => void): void {
  const [first = '', ...lines] = text.split(/\r\n|\r|\n/);
  const names = cellsOf(first);
  const wrong = headerFault(names);
  if (wrong !== undefined) fault(wrong);
  for (const [index, line] of wrong === undefined ? lines.entries() : []) {
    if (line.trim() === '') continue;
    const cells = cellsOf(line);
    const cell = (name: string): string => cells[names.indexOf(name)] ?? '';
    const problem =
      cells.length > names.length
        ? `has ${cells.length} columns, the first line ${names.length}; a comma in a name needs quotes`
        : add(accounts, cell('account'), { name: cell('name'), ou: cell('ou') });
    if (problem !== undefined) fault(problem, index + 2);
  }
}

function headerFault(names: readonly string[]): string | undefined {
  const missing = COLUMNS.slice(0, 2).find((name) => !names.includes(name));
  if (missing !== undefined)
    return `the first line must name the columns: account, name and, if you like, ou; it has no ${missing}`;
  const unknown = names.find((name, index) => !COLUMNS.includes(name) || names.indexOf(name) < index);
  return unknown === undefined
    ? undefined
    : `there is no column ${quoted(unknown)}, or it is there twice${didYouMean(unknown, COLUMNS)}`;
}

function cellsOf(line: string): string[] {
  const cells: string[] = [];
  splitCommas(line, cells);
  return cells.map((cell) => cell.trim());
}

/** @returns why the account cannot be */
function add(accounts: Map<string, Account>, id: string, { name, ou }: Account): string | undefined {
  if (!ID.accepts(id)) return `${quoted(id)} is no account id of 12 digits; spreadsheets leave out zeros at its start`;
  if (accounts.has(id)) return `the account ${id} is there twice`;
  const known = { name: cleanText(name), ou: cleanText(ou) };
  if (known.name === '') return `the account ${id} has no name`;
  accounts.set(id, known);
  return undefined;
}

function readYaml(text: string, file: string, accounts: Map<string, Account>): readonly Fault[] {
  const { root, report } = parseYaml(text, file);
  const entries = root === undefined ? [] : entriesOf(root);
  if (entries === undefined) report.fault('', 'must be accounts by their ids, like "111122223333": {name: payments}');
  for (const { key, keyAt, value } of entries ?? []) {
    report.mark(key, keyAt);
    const members = entriesOf(value) ?? [];
    const texts = Object.fromEntries(members.map((member) => [member.key, plain(member.value)]));
    for (const member of members) report.mark(`${key}.${member.key}`, member.keyAt);
    const odd = members.find((member) => !['name', 'ou'].includes(member.key) || typeof texts[member.key] !== 'string');
    if (odd !== undefined) report.fault(`${key}.${odd.key}`, 'only name and ou are here, and they are texts');
    else {
      const problem = add(accounts, key, { name: texts['name'] ?? '', ou: texts['ou'] ?? '' } as Account);
      if (problem !== undefined) report.fault(key, problem);
    }
  }
  return report.faults;
}
