import type { FieldValue } from './event.ts';
import { absent, type Computed, describe, type Expression } from './expression.ts';

/** The words a mapping is written in. Each makes an expression; none reads anything by itself. */

const list = (inputs: readonly Expression[]): string => inputs.map(describe).join(', ');

function compute(text: string, inputs: readonly Expression[], apply: (...values: unknown[]) => FieldValue): Computed {
  return { describe: text, inputs, apply };
}

/** A value as text; structures have none. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Applies `change` to the text of an expression where it is there. */
export function text(input: Expression, what: string, change: (value: string) => FieldValue): Computed {
  return compute(what, [input], (value) => (absent(value) ? undefined : change(textOf(value))));
}

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

/** What stands behind the last `mark`. */
export function tail(input: Expression, mark: string): Computed {
  return text(input, `last part of ${describe(input)}`, (value) =>
    value.substring(value.lastIndexOf(mark) + mark.length),
  );
}

/** `CreateUser` and `UnauthorizedAccess:EC2/SSHBruteForce` as words; each distinct name is worked out once. */
export function words(input: Expression): Computed {
  const known = new Map<string, string>();
  return text(input, `${describe(input)} in words`, (value) => {
    const seen = known.get(value);
    if (seen !== undefined) return seen;
    const made = value
      .replace(/[:/._!-]+/g, ' ')
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
      .trim();
    if (known.size < 10_000) known.set(value, made);
    return made;
  });
}

/** The highest integer not above the number: 3.9 stays in its own class of severity. */
export function floor(input: Expression): Computed {
  return compute(`floor of ${describe(input)}`, [input], (value) => {
    const number = typeof value === 'number' ? value : Number.parseFloat(textOf(value));
    return Number.isFinite(number) ? Math.floor(number) : undefined;
  });
}

/** An integer in a text; undefined where there is none. */
export function integer(input: Expression): Computed {
  return compute(describe(input), [input], (value) => {
    if (typeof value === 'number') return Math.trunc(value);
    const text = textOf(value);
    return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
  });
}

export function epochSeconds(input: Expression): Computed {
  return compute(`${describe(input)} (seconds)`, [input], (value) => {
    const seconds = typeof value === 'number' ? value : Number(absent(value) ? Number.NaN : value);
    return Number.isFinite(seconds) ? Math.round(seconds * 1000) : undefined;
  });
}

/** ISO 8601 or any form Date.parse reads, to epoch milliseconds; without a zone it is UTC. */
export function isoTime(input: Expression): Computed {
  return compute(describe(input), [input], (value) => (typeof value === 'string' ? parseIso(value) : undefined));
}

let cachedDay = '';
let cachedDayMs = 0;

function parseIso(value: string): number | undefined {
  const day = value.substring(0, 10);
  if (value.length >= 20 && value.charCodeAt(10) === 0x54 && value.endsWith('Z')) {
    if (day !== cachedDay) {
      cachedDayMs = Date.parse(`${day}T00:00:00Z`);
      cachedDay = day;
    }
    const seconds = two(value, 11) * 3600 + two(value, 14) * 60 + two(value, 17);
    const fraction = value.length > 20 ? Math.trunc(Number(value.substring(19, value.length - 1)) * 1000 + 1e-6) : 0;
    const time = cachedDayMs + seconds * 1000 + fraction;
    if (Number.isFinite(time)) return time;
  }
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value.replace(' ', 'T')}Z`;
  const time = Date.parse(zoned);
  return Number.isFinite(time) ? time : undefined;
}

function two(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** `[06/Feb/2019:00:00:38 +0000]`, with or without brackets, to epoch milliseconds. */
export function clfTime(input: Expression): Computed {
  return text(input, describe(input), (value) => {
    const found = /(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})/.exec(value);
    if (found === null) return undefined;
    const [, day, month = '', year, time, zone] = found;
    const number = String(MONTHS.indexOf(month) / 3 + 1).padStart(2, '0');
    const ms = Date.parse(`${year}-${number}-${day}T${time}${zone}`);
    return Number.isFinite(ms) ? ms : undefined;
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
    const port = value.substring(value.lastIndexOf(':') + 1);
    return /^\d{1,5}$/.test(port) ? Number(port) : undefined;
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
  return compute(`${describe(input)}: ${shown}`, [input], (value) => known.get(textOf(value)) ?? otherwise);
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
