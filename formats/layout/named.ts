import type { ObjectOrigin } from '../event.ts';
import type { Framing, FramingOptions, LogRecord } from '../framing/record.ts';
import { type Layout, type OpenLayout, originOr } from './layout.ts';

const NONE: readonly string[] = [];

/** The values of one record by their names, in their order. A name that comes again gets a number: `Data`, `Data.1`. */
export class NamedValues {
  /** Which of several forms the record has, where its layout tells them apart; not a value of its own. */
  form: string | undefined;
  private readonly values = new Map<string, string>();
  private readonly again = new Map<string, number>();

  get(name: string): string | undefined {
    return this.values.get(name);
  }

  add(name: string, value: string): void {
    if (!this.values.has(name)) {
      this.values.set(name, value);
      return;
    }
    const count = (this.again.get(name) ?? 0) + 1;
    this.again.set(name, count);
    this.values.set(`${name}.${count}`, value);
  }

  clear(): void {
    this.form = undefined;
    this.values.clear();
    if (this.again.size > 0) this.again.clear();
  }

  names(): string[] {
    return [...this.values.keys()];
  }

  texts(): string[] {
    return [...this.values.values()];
  }
}

export interface NamedOptions {
  readonly describe: string;
  readonly framing: (options: FramingOptions) => Framing;
  /** Adds what the text of a record says. @throws {FormatError} when it cannot be read */
  readonly read: (text: string, into: NamedValues) => void;
}

/**
 * Records of text that bring their names along, or of which some names are missing. A path is a name; `form` is the form
 * that the record has.
 */
export function named(options: NamedOptions): Layout {
  const current: { origin?: ObjectOrigin; readonly values: NamedValues } = { values: new NamedValues() };
  const open = (origin: ObjectOrigin, framing: FramingOptions): OpenLayout => ({
    framing: options.framing(framing),
    header: '',
    columns: NONE,
    enter: ({ text }: LogRecord): void => {
      current.origin = origin;
      current.values.clear();
      options.read(text, current.values);
    },
    get labels(): readonly string[] {
      return current.values.names();
    },
    get cells(): readonly string[] {
      return current.values.texts();
    },
  });
  return {
    kind: 'text',
    describe: options.describe,
    resolve: originOr(current, (path) =>
      path === 'form' ? () => current.values.form : () => current.values.get(path),
    ),
    open,
  };
}
