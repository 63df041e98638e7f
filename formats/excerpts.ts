import { type Computed, describe, type Expression } from './expression.ts';
import { text } from './functions.ts';

/**
 * The first group of the pattern where it is found in the text of an expression. The pattern must be linear.
 * @param what for people: what the excerpt is
 */
export function excerpt(input: Expression, pattern: RegExp, what: string): Computed {
  return text(input, `${what} in ${describe(input)}`, (value) => pattern.exec(value)?.[1]);
}

/** The text of an expression unless it is one of these words, by which its source says that it knows nothing. */
export function unless(input: Expression, ...words: readonly string[]): Computed {
  return text(input, `${describe(input)}, not ${words.join(' or ')}`, (value) =>
    words.includes(value) ? undefined : value,
  );
}
