import { BlockFraming } from '../framing/blocks.ts';
import { LineFraming } from '../framing/lines.ts';
import { FormatError, type Framing, type FramingOptions } from '../framing/record.ts';
import { WholeText } from '../framing/whole.ts';
import { numbered } from '../numbered.ts';
import type { Layout } from './layout.ts';
import { type NamedValues, named } from './named.ts';

export interface PatternOptions {
  /** Takes the whole text of a record that no pattern matches; without it such a record is unreadable. */
  readonly otherwise?: string;
  /** How a record's first line begins, where a record may have several lines. */
  readonly starts?: RegExp;
  /** Patterns over the value of a name, which the first that matches reads further; `form` reads what that one tells. */
  readonly within?: Readonly<Record<string, Forms>>;
  /** A first line that only leads up to the one that starts its record. */
  readonly leads?: RegExp;
}

/** Patterns by what they tell of a record. Several may tell the same. */
export type Forms = readonly (readonly [form: string, pattern: RegExp])[];

/**
 * Lines, or blocks of lines, read by the first of the patterns that matches. A path is the name of a group. Every group
 * has a name; one that took no part says nothing.
 */
export function pattern(patterns: RegExp | readonly RegExp[], options: PatternOptions = {}): Layout {
  const { otherwise, starts, leads, within = {} } = options;
  const list = patterns instanceof RegExp ? [patterns] : patterns;
  return named({
    describe: starts === undefined ? 'lines of text' : 'records of one or more lines of text',
    framing: textFraming(starts, leads),
    reader: (into) => {
      const all = list.map((one) => new PlacedPattern(one, into));
      const further = Object.entries(within).map(([name, forms]) => furtherForms(name, forms, into));
      return (text) => {
        if (!all.some((one) => one.read(text))) missed(text, into, otherwise);
        for (const read of further) read();
      };
    },
  });
}

/** A pattern and where the values of its groups go. */
class PlacedPattern {
  private readonly pattern: RegExp;
  private readonly names: readonly string[];
  private readonly places: readonly number[];
  private readonly into: NamedValues;

  /** @throws when not every group has a name of its own */
  constructor(named: RegExp, into: NamedValues) {
    const { pattern, names } = numbered(named);
    this.pattern = pattern;
    this.names = names;
    this.places = names.map((name) => into.placeOf(name));
    this.into = into;
  }

  /** Adds what the groups say. @returns whether the text matches */
  read(text: string): boolean {
    const found = this.pattern.exec(text);
    if (found === null) return false;
    const { names, places, into } = this;
    for (let group = 0; group < names.length; group += 1) {
      const value = found[group + 1];
      if (value !== undefined) into.put(places[group] as number, names[group] as string, value);
    }
    return true;
  }
}

/** Reads the value of a name further, by the first of the forms that it has. */
function furtherForms(name: string, forms: Forms, into: NamedValues): () => void {
  const place = into.placeOf(name);
  const all = forms.map(([form, one]) => ({ form, pattern: new PlacedPattern(one, into) }));
  return () => {
    const text = into.at(place);
    if (text !== undefined) into.form = all.find(({ pattern }) => pattern.read(text))?.form ?? into.form;
  };
}

/** The framing of lines, or of blocks of lines where it is told how one starts. */
export function textFraming(starts?: RegExp, leads?: RegExp): (options: FramingOptions) => Framing {
  return (options) => {
    if (options.whole === true) return new WholeText(options);
    return starts === undefined ? new LineFraming(() => 0, options) : new BlockFraming(starts, options, leads);
  };
}

/** @throws {FormatError} TF-PATTERN-MISS */
function missed(text: string, into: NamedValues, otherwise: string | undefined): void {
  if (otherwise === undefined) {
    throw new FormatError('TF-PATTERN-MISS', 'the record has not the form of its log type');
  }
  into.add(otherwise, text);
}
