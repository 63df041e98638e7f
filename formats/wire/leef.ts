import type { FieldName, LogEvent } from '../event.ts';
import { textOf } from '../functions.ts';
import type { LogType } from '../log-type.ts';
import { explainFields, fieldWriters, shrink, type WriteField, writeFields } from './fields.ts';
import type { Format, Tally, TypeFormatter } from './formatter.ts';
import { LEEF_KEYS, type ValueKind } from './keys.ts';
import { addressKind, controlOr, headerField, plain, shorten, spaceControls } from './text.ts';

const TAB = '\t';
const ODD = controlOr('|');

/**
 * LEEF has no escape, so what a reader could take for the end of a value, an attribute or the event is replaced: in a
 * URL and in JSON by their own escapes, which lose nothing; in other text a pipe becomes a slash, a control a space.
 */
function replaceOdd(value: string, kind: ValueKind, tally: Tally): string {
  if (!ODD.test(value)) return value;
  tally.replaced += 1;
  if (kind === 'url') return spaceControls(value.replace(/\t/g, '%09').replace(/\|/g, '%7C'));
  if (kind === 'json') return spaceControls(value.replace(/\s*[\r\n]\s*/g, ' ').replace(/\|/g, '\\u007c'));
  return spaceControls(value.replace(/\|/g, '/'));
}

function valueText(value: string, most: number, kind: ValueKind, isPlain: boolean, tally: Tally): string {
  const text = value.length > most ? shorten(value, most) : value;
  // Pretty-printed JSON holds line ends as white space, which `plain` does not speak of.
  return isPlain && kind !== 'json' ? text : replaceOdd(text, kind, tally);
}

/** QRadar normalises src and dst only when they are addresses; a host name goes into a custom attribute. */
function addressWriter(type: LogType, key: 'src' | 'dst'): WriteField {
  const taken = key === 'dst' ? type.fieldNames.indexOf('destination.host') : -1;
  return (value, event, isPlain, tally) => {
    const text = textOf(value);
    if (addressKind(text) !== 'name') return `${TAB}${key}=${text}`;
    const named = taken >= 0 && textOf(event.values[taken]) !== '';
    return named ? '' : `${TAB}${key}Host=${valueText(text, 255, 'text', isPlain, tally)}`;
  };
}

const NUMBER = /^-?\d{1,19}(?:\.\d+)?$/;

function fieldWriter(type: LogType, name: FieldName): WriteField | undefined {
  if (name === 'source.address') return addressWriter(type, 'src');
  if (name === 'destination.address') return addressWriter(type, 'dst');
  const entry = LEEF_KEYS[name];
  if (entry === undefined) return undefined;
  const { key, kind, most } = entry;
  const before = `${TAB}${key}=`;
  if (kind === 'number') {
    return (value) => {
      const text = textOf(value);
      return NUMBER.test(text) ? before + text : '';
    };
  }
  // devTime says it already.
  if (kind === 'time') return (value, event) => (value === event.time ? '' : before + textOf(value));
  return (value, _event, isPlain, tally) =>
    before + valueText(typeof value === 'string' ? value : textOf(value), most, kind, isPlain, tally);
}

/**
 * LEEF 1.0 with its TAB between attributes (IBM LEEF guide). EventID and `cat` name the event for QRadar's QID map;
 * `devTime` is epoch milliseconds, which needs no format; `sev` is at least 1.
 */
export const leef: Format = {
  name: 'leef',
  compile(type, tally): TypeFormatter {
    const writers = fieldWriters(type, (name) => fieldWriter(type, name));
    const product = `LEEF:1.0|AWS|${headerField(type.spec.product, 63)}|`;
    const head = (event: LogEvent): string => {
      const time = Number.isNaN(event.time) ? '' : `${TAB}devTime=${event.time}`;
      const cat = valueText(event.category, 1023, 'text', false, tally);
      return `${product}${headerField(event.version, 31)}|${headerField(event.signature, 255)}|cat=${cat}${time}${TAB}sev=${Math.max(1, event.severity)}${TAB}trailferryEventId=${event.id}`;
    };
    const build = (event: LogEvent, without?: ReadonlySet<FieldName>): string =>
      head(event) +
      writeFields(writers, event, plain(event.record), tally, without) +
      (without === undefined ? '' : `${TAB}truncated=true`);
    return {
      kind: 'text',
      verbatim: false,
      write: (event, room) => {
        const text = build(event);
        return text.length <= room ? text : shrink((without) => build(event, without), room, tally);
      },
      explain: (event) => explainFields(writers, event),
    };
  },
};
