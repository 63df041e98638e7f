import { BlockFraming } from '../framing/blocks.ts';
import { LineFraming } from '../framing/lines.ts';
import { FormatError, type Framing, type FramingOptions } from '../framing/record.ts';
import { WholeText } from '../framing/whole.ts';
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
  const further = Object.entries(within);
  return named({
    describe: starts === undefined ? 'lines of text' : 'records of one or more lines of text',
    framing: textFraming(starts, leads),
    read: (text, into) => {
      if (!match(list, text, into)) missed(text, into, otherwise);
      for (const [name, forms] of further) readForms(forms, into.get(name), into);
    },
  });
}

/** The framing of lines, or of blocks of lines where it is told how one starts. */
export function textFraming(starts?: RegExp, leads?: RegExp): (options: FramingOptions) => Framing {
  return (options) => {
    if (options.whole === true) return new WholeText(options);
    return starts === undefined ? new LineFraming(() => 0, options) : new BlockFraming(starts, options, leads);
  };
}

function match(patterns: readonly RegExp[], text: string, into: NamedValues): boolean {
  for (const one of patterns) {
    const found = one.exec(text);
    if (found === null) continue;
    addGroups(found, into);
    return true;
  }
  return false;
}

function addGroups({ groups }: RegExpExecArray, into: NamedValues): void {
  for (const name in groups) {
    const value = groups[name];
    if (value !== undefined) into.add(name, value);
  }
}

function readForms(forms: Forms, text: string | undefined, into: NamedValues): void {
  if (text === undefined) return;
  for (const [form, pattern] of forms) {
    const found = pattern.exec(text);
    if (found === null) continue;
    into.form = form;
    addGroups(found, into);
    return;
  }
}

/** @throws {FormatError} TF-PATTERN-MISS */
function missed(text: string, into: NamedValues, otherwise: string | undefined): void {
  if (otherwise === undefined) {
    throw new FormatError('TF-PATTERN-MISS', 'the record has not the form of its log type');
  }
  into.add(otherwise, text);
}
