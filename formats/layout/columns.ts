import type { ObjectOrigin } from '../event.ts';
import { NOTHING } from '../expression.ts';
import { BlockFraming } from '../framing/blocks.ts';
import { LineFraming } from '../framing/lines.ts';
import { FormatError, type Framing, type FramingOptions, type LogRecord } from '../framing/record.ts';
import { WholeText } from '../framing/whole.ts';
import { type Layout, type OpenLayout, originOr } from './layout.ts';
import { splitSpaces } from './split.ts';

const NONE: readonly string[] = [];

export interface ColumnOptions {
  /** Names in their order, or how a header line gives them; a header line is no record. */
  readonly names: readonly string[] | ((line: string) => readonly string[] | undefined);
  /** Names that stand for a line without a header, judged by its cells; undefined refuses the line. */
  readonly headerless?: (cells: readonly string[]) => readonly string[] | undefined;
  /** The header line of names, as `names` reads it; given where AWS lets people choose their columns. */
  readonly headerLine?: (names: readonly string[]) => string;
  /** A line with fewer cells is unreadable; all names need one unless said. More are kept: AWS adds columns at the end. */
  readonly least?: number;
  /** With fixed names: takes the whole text of a line with too few cells, or that does not begin as `starts` says. */
  readonly otherwise?: string;
  /** How a record's first line begins, where a value may go on over lines; not together with a header. */
  readonly starts?: RegExp;
  /** Writes the cells of a line into `cells`, from 0, and returns their number. */
  readonly split: (line: string, cells: string[]) => number;
}

/** Names of columns, in a text that parts them by blanks or commas or as AWS shows a format: `${version} ${vpc-id}`. */
export function columnNames(text: string): readonly string[] {
  return text
    .replace(/\$\{([^}]*)\}/g, ' $1 ')
    .split(/[ \t,]+/)
    .filter((name) => name !== '');
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
    chosen: options.headerLine !== undefined,
    describe,
    resolve: originOr(current, (path, names) => {
      const position = names.indexOf(path);
      return position < 0 ? NOTHING : () => current.cells[position];
    }),
    open: (origin, framing) => new OpenColumns(options, origin, framing, current),
  };
}

/** Rows of a table come as lines of AWS's default form: cells parted by a space, and no header among them. */
function takesRows({ headerLine, split }: ColumnOptions): boolean {
  return headerLine !== undefined && split === splitSpaces;
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
  /** The fixed names, and the one that stands for a line of another form. */
  private readonly named: readonly string[];
  private readonly otherwise: readonly string[];

  constructor(options: ColumnOptions, origin: ObjectOrigin, framing: FramingOptions, current: CurrentLine) {
    this.options = options;
    this.origin = origin;
    this.current = current;
    if (framing.whole === true) this.framing = new WholeText(framing);
    else if (options.starts !== undefined) this.framing = new BlockFraming(options.starts, framing);
    else this.framing = new LineFraming((line) => this.headerBytes(line), framing, takesRows(options));
    this.named = typeof options.names === 'function' ? NONE : options.names;
    this.columns = this.named;
    if (origin.columns !== undefined) this.choose(origin.columns);
    this.otherwise = options.otherwise === undefined ? NONE : [options.otherwise];
  }

  private choose(names: readonly string[]): void {
    const { headerLine } = this.options;
    if (headerLine === undefined) return;
    this.header = headerLine(names);
    this.columns = names;
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
    const count = record.cells?.(cells) ?? this.options.split(record.text, cells);
    if (cells.length !== count) cells.length = count;
    if (this.columns.length === 0) this.useHeaderless(cells);
    const { least = this.columns.length } = this.options;
    if (this.otherwise.length > 0) this.tellApart(record.text);
    else if (cells.length < least) {
      throw new FormatError('TF-COLUMNS-FEW', `the line has ${cells.length} columns, at least ${least} are needed`);
    }
    this.current.origin = this.origin;
    this.current.cells = cells;
  }

  /** A line of another form than the columns is one cell. */
  private tellApart(line: string): void {
    const { least = this.named.length, starts } = this.options;
    const fits = this.cells.length >= least && starts?.test(line) !== false;
    this.columns = fits ? this.named : this.otherwise;
    if (fits) return;
    this.cells[0] = line;
    this.cells.length = 1;
  }

  private useHeaderless(cells: readonly string[]): void {
    const names = this.options.headerless?.(cells);
    if (names === undefined)
      throw new FormatError('TF-COLUMNS-UNNAMED', 'no header line names the columns of this line');
    this.columns = names;
  }
}
