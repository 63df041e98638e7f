import type { ObjectOrigin } from './event.ts';
import { NOTHING, type Read } from './expression.ts';
import { JsonFraming } from './framing/json.ts';
import { LineFraming } from './framing/lines.ts';
import { FormatError, type Framing, type FramingOptions, type LogRecord } from './framing/record.ts';
import { WholeJson, WholeText } from './framing/whole.ts';

/** How the records of one object are found and how a path reads them. `origin` and `cells` belong to the object at hand. */
export interface Layout {
  readonly kind: 'json' | 'text';
  /** Members whose array holds the records of a JSON document. */
  readonly wrappers?: readonly string[];
  /** What reference pages say of it. */
  readonly describe: string;
  /** A reader for a path. @param names the columns in force, where records are lines of columns */
  resolve(path: string, names: readonly string[]): Read;
  /** Starts on an object. `enter` must be called before the records of that object are read. */
  open(origin: ObjectOrigin, options: FramingOptions): OpenLayout;
}

export interface OpenLayout {
  readonly framing: Framing;
  /** The header line in force; '' for a layout or an object without one. */
  readonly header: string;
  /** Points the layout's readers at a record of this object. @throws {FormatError} when a line has not its columns */
  enter(record: LogRecord): void;
  /** Column names and cells of the record entered last; empty for JSON. */
  readonly columns: readonly string[];
  readonly cells: readonly string[];
}

const NONE: readonly string[] = [];

/**
 * JSON records. A path goes through members and list positions (`resources.0.ARN`); `name{}` is the JSON text of a
 * top-level member as it stands in the record.
 * @param wrappers members whose array holds the records; none for values one after another
 */
export function json(...wrappers: string[]): Layout {
  const current: { origin?: ObjectOrigin } = {};
  return {
    kind: 'json',
    wrappers,
    describe:
      wrappers.length === 0 ? 'JSON values' : `JSON array in ${wrappers.map((name) => `\`${name}\``).join(' or ')}`,
    resolve: originOr(current, jsonPath),
    open: (origin, options) => ({
      framing: options.whole === true ? new WholeJson(options) : new JsonFraming(wrappers, options),
      enter: () => {
        current.origin = origin;
      },
      header: '',
      columns: NONE,
      cells: NONE,
    }),
  };
}

const ORIGIN: Readonly<Record<string, keyof ObjectOrigin>> = {
  '@account': 'account',
  '@region': 'region',
  '@bucket': 'bucket',
  '@key': 'key',
};

/** What an envelope around the record says; a record's own member or column of that name is nearer. */
const ENVELOPE: Readonly<Record<string, keyof ObjectOrigin>> = {
  '@timestamp': 'timestamp',
  '@log_group': 'logGroup',
  '@log_stream': 'logStream',
};

/** `@` and a name of ORIGIN or ENVELOPE reads what is known of the object; every other path reads the record. */
function originOr(current: { readonly origin?: ObjectOrigin }, otherwise: Layout['resolve']): Layout['resolve'] {
  return (path, names) => {
    const name = ORIGIN[path];
    if (name !== undefined) return () => current.origin?.[name];
    const read = otherwise(path, names);
    const outer = ENVELOPE[path];
    return outer === undefined ? read : (record) => read(record) ?? current.origin?.[outer];
  };
}

function jsonPath(path: string): Read {
  if (path.endsWith('{}')) return rawMember(path.slice(0, -2));
  const [top = '', ...rest] = path.split('.');
  if (rest.length === 0) return (record) => record.json?.member(top);
  return (record) => {
    let value = (record.json?.value() as { readonly [name: string]: unknown } | undefined)?.[top];
    for (const name of rest) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = (value as { readonly [name: string]: unknown })[name];
    }
    return value;
  };
}

function rawMember(name: string): Read {
  return (record) => {
    const raw = record.json?.raw(name);
    return raw === 'null' ? undefined : raw;
  };
}

export interface ColumnOptions {
  /** Names in their order, or how a header line gives them; a header line is no record. */
  readonly names: readonly string[] | ((line: string) => readonly string[] | undefined);
  /** Names that stand for a line without a header, judged by its cells; undefined refuses the line. */
  readonly headerless?: (cells: readonly string[]) => readonly string[] | undefined;
  /** A line with fewer cells is unreadable; all names need one unless said. More are kept: AWS adds columns at the end. */
  readonly least?: number;
  /** Writes the cells of a line into `cells`, from 0, and returns their number. */
  readonly split: (line: string, cells: string[]) => number;
}

/** The line at hand: one for all objects of a log type, since a record is read at once. */
interface CurrentLine {
  origin?: ObjectOrigin;
  cells: readonly string[];
}

/** Lines of columns. A path is a column's name; one that a header does not name reads nothing. */
export function columns(options: ColumnOptions): Layout {
  const current: CurrentLine = { cells: NONE };
  const describe =
    typeof options.names === 'function' ? 'lines of columns, named by a header line' : 'lines of columns';
  return {
    kind: 'text',
    describe,
    resolve: originOr(current, (path, names) => {
      const position = names.indexOf(path);
      return position < 0 ? NOTHING : () => current.cells[position];
    }),
    open: (origin, framing) => new OpenColumns(options, origin, framing, current),
  };
}

class OpenColumns implements OpenLayout {
  readonly framing: Framing;
  columns: readonly string[] = NONE;
  /** Used again for each line. */
  readonly cells: string[] = [];
  header = '';
  private readonly options: ColumnOptions;
  private readonly origin: ObjectOrigin;
  private readonly current: CurrentLine;

  constructor(options: ColumnOptions, origin: ObjectOrigin, framing: FramingOptions, current: CurrentLine) {
    this.options = options;
    this.origin = origin;
    this.current = current;
    this.framing =
      framing.whole === true ? new WholeText(framing) : new LineFraming((line) => this.headerBytes(line), framing);
    if (typeof options.names !== 'function') this.columns = options.names;
  }

  /** A header is no record; where gzip members were joined, it may stand right behind the last line of the one before. */
  private headerBytes(line: string): number {
    if (this.header !== '' && line.endsWith(this.header)) return this.header.length;
    const { names } = this.options;
    const found = typeof names === 'function' ? names(line) : undefined;
    if (found === undefined) return 0;
    this.header = line;
    this.columns = found;
    return line.length;
  }

  enter(record: LogRecord): void {
    const { cells } = this;
    const count = this.options.split(record.text, cells);
    if (cells.length !== count) cells.length = count;
    if (this.columns.length === 0) this.useHeaderless(cells);
    const { least = this.columns.length } = this.options;
    if (cells.length < least) {
      throw new FormatError('TF-COLUMNS-FEW', `the line has ${cells.length} columns, at least ${least} are needed`);
    }
    this.current.origin = this.origin;
    this.current.cells = cells;
  }

  private useHeaderless(cells: readonly string[]): void {
    const names = this.options.headerless?.(cells);
    if (names === undefined)
      throw new FormatError('TF-COLUMNS-UNNAMED', 'no header line names the columns of this line');
    this.columns = names;
  }
}

/** Cells parted by one space. */
export function splitSpaces(line: string, cells: string[]): number {
  let count = 0;
  let from = 0;
  for (let to = line.indexOf(' '); to >= 0; to = line.indexOf(' ', from)) {
    cells[count++] = line.substring(from, to);
    from = to + 1;
  }
  cells[count++] = line.substring(from);
  return count;
}

/**
 * Cells parted by a space; `"..."` ends at a quote that a space or the line's end follows, if what comes then can be a
 * cell: user agents hold quotes. `[...]` is a cell when its bracket ends one: an IPv6 address with a port is not.
 */
export function splitQuoted(line: string, cells: string[]): number {
  let count = 0;
  let at = 0;
  while (at < line.length) {
    const opens = line.charCodeAt(at);
    const quoted = opens === 0x22 || (opens === 0x5b && endsCell(line, line.indexOf(']', at)));
    const from = quoted ? at + 1 : at;
    const end = quoted ? closingMark(line, from, opens === 0x22 ? '"' : ']') : line.indexOf(' ', from);
    const to = end < 0 ? line.length : end;
    cells[count++] = line.substring(from, to);
    at = quoted ? to + 2 : to + 1;
  }
  return count;
}

function endsCell(line: string, mark: number): boolean {
  return mark >= 0 && (mark + 1 === line.length || line.charCodeAt(mark + 1) === 0x20);
}

function closingMark(line: string, from: number, mark: string): number {
  let at = line.indexOf(mark, from);
  while (at >= 0 && !(endsCell(line, at) && startsCell(line, at + 2))) at = line.indexOf(mark, at + 1);
  return at;
}

/** Whether the text up to the next space is a cell: a quote stands at its start or nowhere. */
function startsCell(line: string, start: number): boolean {
  const quote = line.indexOf('"', start);
  if (quote <= start) return true;
  const space = line.indexOf(' ', start);
  return space >= 0 && space < quote;
}
