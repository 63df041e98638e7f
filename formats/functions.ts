import { isUtf8 } from 'node:buffer';
import type { FieldValue } from './event.ts';
import { absent, type Computed, describe, type Expression } from './expression.ts';

/** The words a mapping is written in. Each makes an expression; none reads anything by itself. */

const list = (inputs: readonly Expression[]): string => inputs.map(describe).join(', ');

function compute(text: string, inputs: readonly Expression[], apply: (...values: unknown[]) => FieldValue): Computed {
  return { describe: text, inputs, apply };
}

/** A value as text; structures have none, and a number that JavaScript cannot hold neither. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return isExact(value) ? String(value) : '';
  return typeof value === 'boolean' ? String(value) : '';
}

/** Whether a number is what was written: an integer beyond 2^53 may have become another one when it was parsed. */
export function isExact(value: number): boolean {
  return Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value));
}

/** Applies `change` to the text of an expression where it is there. */
export function text(input: Expression, what: string, change: (value: string) => FieldValue): Computed {
  return compute(what, [input], (value) => (absent(value) ? undefined : change(textOf(value))));
}

/** The text of an expression with `%XX` undone once; text that this would make no UTF-8 stays as it is. */
export function percentDecoded(input: Expression): Computed {
  return { ...text(input, `${describe(input)}, percent-decoded once`, decodePercent), fresh: true };
}

function decodePercent(value: string): string {
  if (!value.includes('%')) return value;
  const decoded = value.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return isUtf8(Buffer.from(decoded, 'latin1')) ? decoded : value;
}

/** The whole text of a record, white space between its tokens included. */
export const wholeText: Computed = {
  describe: 'the record’s text',
  inputs: ['@text'],
  fresh: true,
  apply: (value) => textOf(value),
};

export const constant = (value: string | number): Computed => compute(`"${value}"`, [], () => value);

export function first(...inputs: Expression[]): Computed {
  return { describe: `first of ${list(inputs)}`, inputs, lazy: true, apply: () => undefined };
}

/** Any computation; `what` says for people what it does. */
export function computed(
  what: string,
  inputs: readonly Expression[],
  apply: (...values: unknown[]) => FieldValue,
): Computed {
  return compute(what, inputs, apply);
}

export function before(input: Expression, mark: string): Computed {
  return text(input, `${describe(input)} before "${mark}"`, (value) => {
    const at = value.indexOf(mark);
    return at < 0 ? value : value.substring(0, at);
  });
}

/** What stands behind the last `mark`; all of it without one. */
export function tail(input: Expression, mark: string): Computed {
  return text(input, `${describe(input)} behind the last "${mark}"`, (value) => {
    const at = value.lastIndexOf(mark);
    return at < 0 ? value : value.substring(at + mark.length);
  });
}

/** A name longer than this is nobody's API call; it is not worth a place in memory. */
const LONGEST_NAME = 128;
const MOST_NAMES = 10_000;

/** `CreateUser` and `UnauthorizedAccess:EC2/SSHBruteForce` as words; each distinct name is worked out once. */
export function words(input: Expression): Computed {
  const known = new Map<string, string>();
  return text(input, `${describe(input)} in words`, (value) => {
    const seen = known.get(value);
    if (seen !== undefined) return seen;
    const made = inWords(value);
    if (known.size < MOST_NAMES && value.length <= LONGEST_NAME) known.set(value, made);
    return made;
  });
}

function inWords(name: string): string {
  return name
    .replace(/[:/._!-]+/g, ' ')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
    .replace(/(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .replace(/^ | $/g, '');
}

/** The highest integer not above the number: 3.9 stays in its own class of severity. */
export function floor(input: Expression): Computed {
  return compute(`floor of ${describe(input)}`, [input], (value) => {
    const number = typeof value === 'number' ? value : Number.parseFloat(textOf(value));
    return Number.isFinite(number) ? Math.floor(number) : undefined;
  });
}

/** The text before the first, or behind the last, colon of `host:port`; brackets of IPv6 are taken off. */
export function hostOf(input: Expression): Computed {
  return text(input, `host of ${describe(input)}`, (value) => {
    const at = value.lastIndexOf(':');
    const host = at < 0 ? value : value.substring(0, at);
    return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  });
}

export function portOf(input: Expression): Computed {
  return text(input, `port of ${describe(input)}`, (value) => {
    const start = value.lastIndexOf(':') + 1;
    if (start === value.length || value.length - start > 5) return undefined;
    let port = 0;
    for (let at = start; at < value.length; at += 1) {
      const digit = value.charCodeAt(at) - 0x30;
      if (digit < 0 || digit > 9) return undefined;
      port = port * 10 + digit;
    }
    return port <= 65_535 ? port : undefined;
  });
}

/** One word of a quoted HTTP request line `METHOD URL VERSION`. */
export function requestPart(input: Expression, part: 'method' | 'url' | 'host'): Computed {
  return text(input, `${part} of ${describe(input)}`, (value) => {
    const start = value.indexOf(' ');
    const end = value.lastIndexOf(' ');
    if (start < 0) return undefined;
    const method = value.substring(0, start);
    const url = end > start ? value.substring(start + 1, end) : value.substring(start + 1);
    if (part === 'method') return method;
    return part === 'url' ? url : /^[a-z]+:\/\/(\[[^\]]*\]|[^:/?#]*)/.exec(url)?.[1];
  });
}

/** A table from text to value; `otherwise` for what is not in it. */
export function choose(
  input: Expression,
  table: Readonly<Record<string, FieldValue>>,
  otherwise?: FieldValue,
): Computed {
  const known = new Map(Object.entries(table));
  const shown = [...known].map(([from, to]) => `${from}→${to}`).join(' ');
  // Most records say what the one before them said: no need to look that up again.
  let last: unknown;
  let chosen = known.get('') ?? otherwise;
  const apply = (value: unknown): FieldValue => {
    if (value === last) return chosen;
    last = value;
    chosen = known.get(textOf(value)) ?? otherwise;
    return chosen;
  };
  return { describe: `${describe(input)}: ${shown}`, inputs: [input], keys: [...known.keys()], apply };
}

/** Those of the values that say something, parted by a space. */
export function spaced(...inputs: Expression[]): Computed {
  return compute(list(inputs), inputs, (...values) =>
    values
      .map((value) => (absent(value) ? '' : textOf(value)))
      .filter((part) => part !== '')
      .join(' '),
  );
}

/** Text with its ASCII letters as capitals; bytes of UTF-8 are left alone. */
export function capitals(input: Expression): Computed {
  return text(input, `${describe(input)} in capitals`, (value) =>
    value.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  );
}

/** A part of an ARN, `arn:partition:service:region:account:resource`, counted from 0; nothing of what is no ARN. */
export function arnPart(input: Expression, part: 3 | 4): Computed {
  const what = part === 3 ? 'region' : 'account';
  return text(input, `${what} of ${describe(input)}`, (arn) =>
    arn.startsWith('arn:') ? arn.split(':')[part] : undefined,
  );
}

/** A title and what explains it as one text: `Title: description`. */
export function titled(title: Expression, description: Expression): Computed {
  return compute(`${describe(title)} and ${describe(description)}`, [title, description], (...parts) => {
    const [head, body] = parts.map(textOf).filter((part) => part !== '');
    if (head === undefined || body === undefined) return head ?? '';
    return `${head}${head.endsWith('.') ? '' : ':'} ${body}`;
  });
}

/** Scalars of a list joined with a comma; anything else as it is. */
export function joined(input: Expression): Computed {
  return compute(`${describe(input)}, joined`, [input], (value) => {
    if (!Array.isArray(value)) return textOf(value);
    return value
      .map(textOf)
      .filter((part) => part !== '')
      .join(',');
  });
}
