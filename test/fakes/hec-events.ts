/**
 * How a HEC endpoint reads the objects of a request. Written from measurements of Splunk 10.4.3; what was not measured
 * there is marked. Shares no code with the transport: the two check each other.
 */
import { isUtf8 } from 'node:buffer';

export interface HecEvent {
  readonly event: unknown;
  readonly time?: unknown;
  readonly host?: string;
  readonly source?: string;
  readonly sourcetype?: string;
  readonly index?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface ReadEvents {
  /** The objects taken, in order. */
  readonly events: HecEvent[];
  /** What ended the reading, if anything; objects before it are taken all the same. */
  readonly fault?: { readonly code: number; readonly number: number | undefined };
  /** Objects passed over without a word: the answer does not tell. */
  readonly silentlyDropped: number;
}

const envelopeKeys = new Set(['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields']);

/** @param allowed whether the token may write to an index; undefined is the token's default index */
export function readEvents(body: Buffer, allowed: (index: string | undefined) => boolean): ReadEvents {
  const events: HecEvent[] = [];
  let silentlyDropped = 0;
  let number = 0;
  let ignoring = false;
  for (const value of values(body)) {
    const verdict: Verdict = ignoring ? 'drop the rest' : judge(value, allowed);
    if (typeof verdict === 'number') {
      // Measured: code 7 names the object after the bad one.
      return { events, silentlyDropped, fault: { code: verdict, number: verdict === 7 ? number + 1 : number } };
    }
    if (verdict === 'take') events.push(value as HecEvent);
    else silentlyDropped += 1;
    ignoring = verdict === 'drop the rest';
    number += 1;
  }
  if (events.length === 0) return { events, silentlyDropped, fault: { code: 5, number: 0 } };
  return { events, silentlyDropped };
}

/**
 * The lines of a body for /raw, each an event, as a sourcetype with SHOULD_LINEMERGE=false makes them; metadata is the
 * query's. Not measured: that a wrong index is refused without a number.
 */
export function readLines(
  body: Buffer,
  query: URLSearchParams,
  allowed: (index: string | undefined) => boolean,
): ReadEvents {
  const metadata = Object.fromEntries([...query].filter(([name]) => envelopeKeys.has(name)));
  const events = body
    .toString()
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
    .map((event): HecEvent => ({ ...metadata, event }));
  if (events.length === 0) return { events, silentlyDropped: 0, fault: { code: 5, number: undefined } };
  if (!allowed(metadata['index'])) return { events: [], silentlyDropped: 0, fault: { code: 7, number: undefined } };
  return { events, silentlyDropped: 0 };
}

type Verdict = number | 'take' | 'drop' | 'drop the rest';

function judge(value: unknown, allowed: (index: string | undefined) => boolean): Verdict {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 6;
  const object = value as Record<string, unknown>;
  // Measured: an unknown key in object 1 of 3 leaves only object 0 indexed, and the answer is 200.
  if (Object.keys(object).some((key) => !envelopeKeys.has(key))) return 'drop the rest';
  return judgeFields(object['fields']) ?? judgeMetadata(object) ?? judgeEvent(object) ?? judgeIndex(object, allowed);
}

function judgeFields(fields: unknown): number | undefined {
  if (fields === undefined) return undefined;
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return 6;
  const nested = Object.values(fields).some((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
  return nested ? 15 : undefined;
}

/** Not measured: that metadata of another type is refused with code 6. */
function judgeMetadata({ time, host, source, sourcetype, index }: Record<string, unknown>): number | undefined {
  if ([host, source, sourcetype, index].some((text) => text !== undefined && typeof text !== 'string')) return 6;
  if (time === undefined || typeof time === 'number') return undefined;
  return typeof time === 'string' && Number.isFinite(Number(time)) ? undefined : 6;
}

function judgeEvent({ event, fields }: Record<string, unknown>): Verdict | undefined {
  if (event === undefined) return fields === undefined ? 12 : 'drop';
  if (event === null || event === false) return 6;
  return typeof event === 'string' && event.trim() === '' ? 13 : undefined;
}

function judgeIndex({ index }: Record<string, unknown>, allowed: (index: string | undefined) => boolean): Verdict {
  return allowed(index === undefined ? undefined : String(index)) ? 'take' : 7;
}

const broken = Symbol('not JSON');
const newline = 0x0a;

/** The values of a body, one after another with or without white space between; `broken` ends it. */
function* values(body: Buffer): Generator<unknown> {
  const utf8 = isUtf8(body);
  for (let at = skipSpace(body, 0); at < body.length; at = skipSpace(body, at)) {
    let end = lineEnd(body, at);
    let value = parse(body, at, end, utf8);
    if (value === broken) {
      end = valueEnd(body, at);
      value = parse(body, at, end, utf8);
    }
    if (Array.isArray(value)) yield* value;
    else yield value;
    if (value === broken) return;
    at = end;
  }
}

/** Not measured: that bytes which are not UTF-8 make an object bad. */
function parse(body: Buffer, start: number, end: number, utf8: boolean): unknown {
  if (!utf8 && !isUtf8(body.subarray(start, end))) return broken;
  try {
    return JSON.parse(body.toString('utf8', start, end));
  } catch {
    return broken;
  }
}

function lineEnd(body: Buffer, from: number): number {
  const end = body.indexOf(newline, from);
  return end === -1 ? body.length : end;
}

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && [0x20, 0x09, newline, 0x0d].includes(body[at] ?? 0)) at += 1;
  return at;
}

/** Where the object or array that begins at `from` ends: by depth, outside of strings. */
function valueEnd(body: Buffer, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; at < body.length; at++) {
    const character = String.fromCharCode(body[at] ?? 0);
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth === 0 && !inString) return at + 1;
  }
  return body.length;
}
