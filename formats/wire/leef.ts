import type { FieldName, LogEvent } from '../event.ts';
import { fromByteString } from '../framing/byte-string.ts';
import { textOf } from '../functions.ts';
import type { LogType } from '../log-type.ts';
import { addressKind } from './address.ts';
import { explainFields, fieldWriters, type WriteField, writeFields, writeWithin } from './fields.ts';
import type { Format, TypeFormatter } from './formatter.ts';
import { leefKeyOf } from './own-keys.ts';
import {
  type Changes,
  CONTROLS,
  controlOr,
  epochText,
  headerField,
  isLaidOut,
  isNumber,
  noChanges,
  plain,
  shorten,
  spaceControls,
} from './text.ts';
import type { ValueKind } from './value-kind.ts';

const TAB = '\t';
const ODD = controlOr('|');

/**
 * LEEF has no escape, so what a reader could take for the end of a value, an attribute or the event is replaced: in a
 * URL and in JSON by their own escapes, which lose nothing; in other text a pipe becomes a slash, a control a space.
 */
function replaceOdd(value: string, kind: ValueKind, changes: Changes): string {
  if (!ODD.test(value)) return value;
  changes.replaced += 1;
  if (kind === 'url') return value.replace(/\|/g, '%7C').replace(CONTROLS, percentEncoded);
  // Outside of its strings JSON may have white space, in them only what an escape can say.
  if (kind === 'json')
    return value
      .replace(/[\t\r\n][\t\r\n ]*/g, ' ')
      .replace(/\|/g, '\\u007c')
      .replace(CONTROLS, jsonEscaped);
  return spaceControls(value.replace(/\|/g, '/'));
}

const hex = (code: number, digits: number): string => code.toString(16).toUpperCase().padStart(digits, '0');

function percentEncoded(bytes: string): string {
  return Array.from(bytes, (byte) => `%${hex(byte.charCodeAt(0), 2)}`).join('');
}

function jsonEscaped(bytes: string): string {
  return `\\u${hex(fromByteString(bytes).charCodeAt(0), 4)}`;
}

function valueText(value: string, most: number, kind: ValueKind, isPlain: boolean, changes: Changes): string {
  const text = shorten(value, most, changes);
  return isPlain && (kind !== 'json' || !isLaidOut(text)) ? text : replaceOdd(text, kind, changes);
}

/** QRadar normalises src and dst only when they are addresses; a host name goes into a custom attribute. */
function addressWriter(type: LogType, key: 'src' | 'dst'): WriteField {
  const taken = key === 'dst' ? type.fieldNames.indexOf('destination.host') : -1;
  return (value, event, isPlain, changes) => {
    const text = textOf(value);
    if (addressKind(text) !== 'name') return `${TAB}${key}=${text}`;
    const named = taken >= 0 && textOf(event.values[taken]) !== '';
    return named || text === '' ? '' : `${TAB}${key}Host=${valueText(text, 255, 'text', isPlain, changes)}`;
  };
}

function fieldWriter(type: LogType, name: FieldName): WriteField | undefined {
  if (name === 'source.address') return addressWriter(type, 'src');
  if (name === 'destination.address') return addressWriter(type, 'dst');
  const entry = leefKeyOf(name, type.spec.ownKeys);
  if (entry === undefined) return undefined;
  const { key, kind, most } = entry;
  const before = `${TAB}${key}=`;
  if (kind === 'number') {
    return (value) => {
      const text = textOf(value);
      return isNumber(text) ? before + text : '';
    };
  }
  // devTime says it already.
  if (kind === 'time')
    return (value, event) =>
      value === event.time ? '' : before + (typeof value === 'number' ? epochText(value) : textOf(value));
  return (value, _event, isPlain, changes) => {
    const text = typeof value === 'string' ? value : textOf(value);
    return text === '' ? '' : before + valueText(text, most, kind, isPlain, changes);
  };
}

/**
 * LEEF 1.0 with its TAB between attributes (IBM LEEF guide). EventID and `cat` name the event for QRadar's QID map;
 * `devTime` is epoch milliseconds, which needs no format; `sev` is at least 1.
 */
export const leef: Format = {
  name: 'leef',
  compile(type, tally): TypeFormatter {
    const changes = noChanges();
    const writers = fieldWriters(type, (name) => fieldWriter(type, name));
    const vendor = headerField(type.spec.vendor ?? 'AWS', 63, false, changes);
    const product = `LEEF:1.0|${vendor}|${headerField(type.spec.product, 63, false, changes)}|`;
    const head = (event: LogEvent, isPlain: boolean): string => {
      const version = headerField(event.version, 31, isPlain, changes);
      const eventId = headerField(event.signature, 255, isPlain, changes);
      const category = valueText(event.category, 1023, 'text', isPlain, changes);
      const cat = category === '' ? '' : `cat=${category}${TAB}`;
      const time = Number.isNaN(event.time) ? '' : `devTime=${epochText(event.time)}${TAB}`;
      return `${product}${version}|${eventId}|${cat}${time}sev=${Math.max(1, event.severity)}${TAB}trailferryEventId=${event.id}`;
    };
    const build = (event: LogEvent, without?: ReadonlySet<FieldName>): string => {
      const isPlain = plain(event.record);
      const marker = without === undefined ? '' : `${TAB}truncated=true`;
      return head(event, isPlain) + writeFields(writers, event, isPlain, changes, without) + marker;
    };
    return {
      kind: 'labelled',
      sourcetype: 'leef',
      verbatim: false,
      ofFields: true,
      write: writeWithin(build, type, changes, tally),
      explain: (event) => explainFields(writers, event),
    };
  },
};
