import type { ObjectOrigin } from '../event.ts';
import type { Framing, FramingOptions, LogRecord } from '../framing/record.ts';
import { type Layout, type OpenLayout, originOr } from './layout.ts';

const NONE: readonly string[] = [];

/**
 * The values of one record by their names, in their order. A name that comes again gets a number: `Data`, `Data.1`. Names
 * that are known beforehand have a place, by which they are found without a look at the name.
 */
export class NamedValues {
  /** Which of several forms the record has, where its layout tells them apart; not a value of its own. */
  form: string | undefined;
  private readonly places = new Map<string, number>();
  /** Where the value of each place stands among those of the record at hand; -1 where there is none. */
  private readonly indexes: number[] = [];
  /** The same for names without a place. */
  private readonly others = new Map<string, number>();
  private readonly again = new Map<string, number>();
  /** Used again for each record: the first `count` are its own. */
  private readonly allNames: string[] = [];
  private readonly allTexts: string[] = [];
  private count = 0;
  /** Those of the record at hand alone, once somebody has asked. */
  private ownNames: readonly string[] | undefined;
  private ownTexts: readonly string[] | undefined;

  /** The place of a name; to be asked once. */
  placeOf(name: string): number {
    const known = this.places.get(name);
    if (known !== undefined) return known;
    this.places.set(name, this.indexes.length);
    return this.indexes.push(this.others.get(name) ?? -1) - 1;
  }

  at(place: number): string | undefined {
    const index = this.indexes[place] as number;
    return index < 0 ? undefined : this.allTexts[index];
  }

  /** Adds the value of a name that has this place. */
  put(place: number, name: string, value: string): void {
    if (this.indexes[place] === -1) this.indexes[place] = this.append(name, value);
    else this.repeat(name, value);
  }

  add(name: string, value: string): void {
    const place = this.places.get(name);
    if (place !== undefined) this.put(place, name, value);
    else if (this.others.has(name)) this.repeat(name, value);
    else this.others.set(name, this.append(name, value));
  }

  private append(name: string, value: string): number {
    this.allNames[this.count] = name;
    this.allTexts[this.count] = value;
    this.count += 1;
    return this.count - 1;
  }

  private repeat(name: string, value: string): void {
    const count = (this.again.get(name) ?? 0) + 1;
    this.again.set(name, count);
    const numbered = `${name}.${count}`;
    const place = this.places.get(numbered);
    const index = place === undefined ? this.others.get(numbered) : this.indexes[place];
    if (index === undefined || index < 0) this.add(numbered, value);
    else this.allTexts[index] = value;
  }

  clear(): void {
    this.form = undefined;
    this.allTexts.fill('', 0, this.count);
    this.count = 0;
    this.ownNames = undefined;
    this.ownTexts = undefined;
    this.indexes.fill(-1);
    if (this.others.size > 0) this.others.clear();
    if (this.again.size > 0) this.again.clear();
  }

  get names(): readonly string[] {
    this.ownNames ??= this.allNames.slice(0, this.count);
    return this.ownNames;
  }

  get texts(): readonly string[] {
    this.ownTexts ??= this.allTexts.slice(0, this.count);
    return this.ownTexts;
  }
}

export interface NamedOptions {
  readonly describe: string;
  readonly framing: (options: FramingOptions) => Framing;
  /** Makes what adds to the values what the text of a record says. @throws {FormatError} when it cannot be read */
  readonly reader: (into: NamedValues) => (text: string) => void;
}

/**
 * Records of text that bring their names along, or of which some names are missing. A path is a name; `form` is the form
 * that the record has.
 */
export function named(options: NamedOptions): Layout {
  const values = new NamedValues();
  const current: { origin?: ObjectOrigin } = {};
  const read = options.reader(values);
  const open = (origin: ObjectOrigin, framing: FramingOptions): OpenLayout => ({
    framing: options.framing(framing),
    header: '',
    columns: NONE,
    enter: ({ text }: LogRecord): void => {
      current.origin = origin;
      values.clear();
      read(text);
    },
    get labels(): readonly string[] {
      return values.names;
    },
    get cells(): readonly string[] {
      return values.texts;
    },
  });
  return {
    kind: 'text',
    describe: options.describe,
    resolve: originOr(current, (path) => {
      if (path === 'form') return () => values.form;
      const place = values.placeOf(path);
      return () => values.at(place);
    }),
    open,
  };
}
