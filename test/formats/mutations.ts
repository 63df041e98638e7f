/** A source of numbers from 0 to below 1. */
export type Random = () => number;

export const below = (random: Random, end: number): number => Math.floor(random() * end);

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[below(random, list.length)] as T;
}

/** What parts one value from another, in one format or the other; and line ends of Unicode. Byte strings. */
const SEPARATORS = [...' \t,|;:="\'\\\n\r\0\x7f{}[]()/', '\r\n', '\xc2\x85', '\xe2\x80\xa8', '\xe2\x80\xa9', '', '  '];

/** No UTF-8: a lone byte, cut sequences, a surrogate, too long a form, beyond the last code point. */
const NO_UTF8 = ['\xff', '\x80', '\xc3', '\xe2\x80', '\xf0\x9f\xa6', '\xed\xa0\x80', '\xc0\xaf', '\xf4\x90\x80\x80'];

const NUMBERS = [
  ...['9'.repeat(400), '1e400', '-1e400', '9223372036854775808', '18446744073709551615', '-0', '1E+308', '1e-400'],
  ...['0x10', '007', '.5', '-1', 'NaN', 'Infinity', '1_000', '256', '65536', '253402300800000', '-62135596800001', '0'],
];

/** What programs trip over, and what looks like the syntax of a format. */
const TOKENS = [
  ...['\\u0000', '\\ud83e', '\\udd8a', '\\u2028', '\\u000a', '\\"', '"__proto__":{"a":1},', '"constructor":null,'],
  ...['%0a', '%00', '%FF', '%C3', '%7C', '-', '"-"', 'null', 'true', '[]', '{}', '{"a":', '[[[[', '\xef\xbb\xbf'],
  ...[
    'LEEF:1.0|a|b|c|d|',
    'CEF:0|a|b|c|d|e|5|',
    ' src=192.0.2.1 ',
    '\tsrc=192.0.2.1\t',
    '\xf0\x9f\xa6\x8a',
    '\xc3\xa4',
  ],
  ...[
    '192.0.2.1',
    '2001:db8::1',
    '::',
    '1.2.3.4.5',
    'x'.repeat(3000),
    '\\'.repeat(99),
    '"'.repeat(99),
    ' '.repeat(300),
  ],
];

type Mutate = (text: string, random: Random, other: string) => string;

/** A stretch of the text, most of them short. */
function stretch(text: string, random: Random): [number, number] {
  const start = below(random, text.length + 1);
  const length = random() < 0.8 ? below(random, 20) : below(random, text.length);
  return [start, Math.min(text.length, start + length)];
}

function insert(text: string, random: Random, piece: string): string {
  const at = below(random, text.length + 1);
  return text.slice(0, at) + piece + text.slice(at);
}

/** Puts something for one of the places where the pattern fits. */
function replaceOne(text: string, random: Random, pattern: RegExp, piece: string): string {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return insert(text, random, piece);
  const { index, 0: old } = pick(random, found);
  return text.slice(0, index) + piece + text.slice(index + old.length);
}

const flipBit: Mutate = (text, random) => {
  if (text === '') return text;
  const at = below(random, text.length);
  const flipped = String.fromCharCode(text.charCodeAt(at) ^ (1 << below(random, 8)));
  return text.slice(0, at) + flipped + text.slice(at + 1);
};
const cut: Mutate = (text, random) => {
  const [start, end] = stretch(text, random);
  return text.slice(0, start) + text.slice(end);
};
const truncate: Mutate = (text, random) => text.slice(0, below(random, text.length + 1));
const duplicate: Mutate = (text, random) => {
  const [start, end] = stretch(text, random);
  return text.slice(0, end) + text.slice(start, end).repeat(1 + below(random, 3)) + text.slice(end);
};
const splice: Mutate = (text, random, other) =>
  text.slice(0, below(random, text.length + 1)) + other.slice(below(random, other.length + 1));
const swapSeparator: Mutate = (text, random) =>
  replaceOne(text, random, /[ \t,|;:="'\\{}[\]/]/g, pick(random, SEPARATORS));
const spoilUtf8: Mutate = (text, random) => insert(text, random, pick(random, NO_UTF8));
const changeNumber: Mutate = (text, random) => replaceOne(text, random, /\d+(?:\.\d+)?/g, pick(random, NUMBERS));
const addToken: Mutate = (text, random) => insert(text, random, pick(random, TOKENS));
const changeWord: Mutate = (text, random, other) => {
  const words = other.match(/[^\s",|]{2,}/g) ?? [''];
  return replaceOne(text, random, /[^\s",|]{2,}/g, pick(random, words));
};

const MUTATIONS: readonly Mutate[] = [
  ...[flipBit, cut, truncate, duplicate, splice, swapSeparator, spoilUtf8, changeNumber, addToken, changeWord],
];

/** One to four changes, none of which another one need leave in place. `other`: where pieces come from. */
export function mutated(text: string, other: string, random: Random): string {
  let changed = text;
  const times = random() < 0.5 ? 1 : 1 + below(random, 4);
  for (let time = 0; time < times; time += 1) changed = pick(random, MUTATIONS)(changed, random, other);
  return changed;
}

/** The same inside of one to three of the strings of a JSON text, which stays as valid as it was. */
export function mutatedStrings(json: string, other: string, random: Random): string {
  let changed = json;
  const times = 1 + below(random, 3);
  for (let time = 0; time < times; time += 1) {
    const strings = [...changed.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon === undefined);
    if (strings.length === 0) return changed;
    const { index, 0: string } = pick(random, strings);
    const inside = mutated(string.slice(1, -1), other, random);
    const kept = inside.replace(/\\(?!u[0-9a-fA-F]{4}|["\\/bfnrt])/g, '\\\\').replace(/(?<!\\)"/g, '\\"');
    const valid = kept.replace(
      /[\x00-\x1f]/g,
      (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    changed = `${changed.slice(0, index)}"${valid}"${changed.slice(index + string.length)}`;
  }
  return changed;
}
