import type { ObjectOrigin } from '../event.ts';
import type { Read } from '../expression.ts';
import type { Framing, FramingOptions, LogRecord } from '../framing/record.ts';

/** How the records of one object are found and how a path reads them. `origin` and `cells` belong to the object at hand. */
export interface Layout {
  readonly kind: 'json' | 'text';
  /** Members whose array holds the records of a JSON document. */
  readonly wrappers?: readonly string[];
  /** Whether people choose its columns: an admin may then say which, for lines that come without a header. */
  readonly chosen?: boolean;
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
  /** Names of the cells where each record brings its own; then paths do not go by columns. */
  readonly labels?: readonly string[];
  readonly cells: readonly string[];
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
export function originOr(current: { readonly origin?: ObjectOrigin }, otherwise: Layout['resolve']): Layout['resolve'] {
  return (path, names) => {
    const name = ORIGIN[path];
    if (name !== undefined) return () => current.origin?.[name];
    const read = otherwise(path, names);
    const outer = ENVELOPE[path];
    return outer === undefined ? read : (record) => read(record) ?? current.origin?.[outer];
  };
}
