import type { FieldName, LogEvent } from '../event.ts';
import { textOf } from '../functions.ts';
import type { LogType } from '../log-type.ts';
import { addressKind } from './address.ts';
import type { CefKey } from './cef-keys.ts';
import { explainFields, fieldWriters, type WriteField, writeFields, writeWithin } from './fields.ts';
import type { Format, TypeFormatter } from './formatter.ts';
import { cefKeyOf } from './own-keys.ts';
import { protocolName } from './protocols.ts';
import {
  type Changes,
  controlOr,
  epochText,
  headerField,
  isLaidOut,
  isNumber,
  noChanges,
  plain,
  shorten,
  trimmed,
} from './text.ts';

const ODD = controlOr('\\\\=');

/**
 * A CEF extension value: backslash, equals sign and line ends are escaped, other controls become a space, and it does
 * not begin or end with one, since readers trim. Cut before it is escaped.
 */
function escapeValue(value: string, most: number, changes: Changes): string {
  const text = trimmed(shorten(value, most, changes));
  if (!ODD.test(text)) return text;
  const escaped = text
    .replace(/\\/g, '\\\\')
    .replace(/=/g, '\\=')
    .replace(/\r\n?|\n|\xc2\x85|\xe2\x80[\xa8\xa9]/g, '\\n');
  if (escaped !== text) changes.escaped += 1;
  const clean = escaped.replace(/[\x00-\x1f\x7f]/g, ' ');
  if (clean !== escaped) changes.replaced += 1;
  return clean;
}

/** `plain` says that the record holds no backslash or control; an equals sign is common and looked for each time. */
function valueText(value: string, most: number, isPlain: boolean, changes: Changes): string {
  if (isPlain && value.length <= most && !value.includes('=')) return trimmed(value);
  return escapeValue(value, most, changes);
}

type Keys = Readonly<{ ipv4: string; ipv6: string; label: string; name: string; nameField: FieldName | undefined }>;

const SOURCE: Keys = { ipv4: 'src', ipv6: 'c6a2', label: 'Source IPv6 Address', name: 'shost', nameField: undefined };
const DESTINATION: Keys = {
  ipv4: 'dst',
  ipv6: 'c6a3',
  label: 'Destination IPv6 Address',
  name: 'dhost',
  nameField: 'destination.host',
};

/** src and dst are typed IPv4; IPv6 has slots of its own, and a host name is no address. */
function addressWriter(type: LogType, keys: Keys): WriteField {
  const taken = keys.nameField === undefined ? -1 : type.fieldNames.indexOf(keys.nameField);
  return (value, event, isPlain, changes) => {
    const text = textOf(value);
    const kind = addressKind(text);
    if (kind === 'ipv4') return ` ${keys.ipv4}=${text}`;
    if (kind === 'ipv6') return ` ${keys.ipv6}=${text} ${keys.ipv6}Label=${keys.label}`;
    const named = taken >= 0 && textOf(event.values[taken]) !== '';
    const name = named ? '' : valueText(text, 1023, isPlain, changes);
    return name === '' ? '' : ` ${keys.name}=${name}`;
  };
}

/** How each kind of value becomes text; undefined writes nothing. */
function convert(kind: CefKey['kind'], value: unknown): string | undefined {
  const text = textOf(value);
  switch (kind) {
    case 'time':
      return typeof value === 'number' ? epochText(value) : text;
    case 'number':
      return isNumber(text) ? text : undefined;
    case 'protocol':
      return protocolName(text);
    case 'flag':
      return text === 'true' ? '1' : '0';
    case 'direction':
      return text === 'ingress' ? '0' : '1';
    default:
      return text;
  }
}

function fieldWriter(type: LogType, name: FieldName): WriteField | undefined {
  if (name === 'source.address') return addressWriter(type, SOURCE);
  if (name === 'destination.address') return addressWriter(type, DESTINATION);
  const entry = cefKeyOf(name, type.spec.ownKeys);
  if (entry === undefined) return undefined;
  const { key, kind, most, label } = entry;
  const before = ` ${key}=`;
  const after = label === undefined ? '' : ` ${key}Label=${label}`;
  const fixed = kind === 'number' || kind === 'time' || kind === 'flag' || kind === 'direction';
  return (value, _event, isPlain, changes) => {
    const text = kind === 'text' && typeof value === 'string' ? value : convert(kind, value);
    if (text === undefined) return '';
    // An id longer than its slot is worse than none: two of them may look the same.
    if (key === 'externalId' && text.length > most) return '';
    const written = fixed ? text : valueText(text, most, isPlain && (kind !== 'json' || !isLaidOut(text)), changes);
    return written === '' ? '' : before + written + after;
  };
}

/** CEF 0.1 in the form every reader we know of takes: `CEF:0`, all seven pipes, header sanitised, each key once. */
export const cef: Format = {
  name: 'cef',
  compile(type, tally): TypeFormatter {
    const { spec } = type;
    const changes = noChanges();
    const writers = fieldWriters(type, (name) => fieldWriter(type, name));
    const vendor = headerField(spec.vendor ?? 'AWS', 63, false, changes);
    const product = `CEF:0|${vendor}|${headerField(spec.product, 63, false, changes)}|`;
    const head = (event: LogEvent, isPlain: boolean): string => {
      const version = headerField(event.version, 31, isPlain, changes);
      const scoped = event.scope === '' ? event.signature : `${event.scope}:${event.signature}`;
      const classId = headerField(scoped, 1023, isPlain, changes);
      const name = headerField(event.label, 512, isPlain, changes);
      const time = Number.isNaN(event.time) ? '' : `rt=${epochText(event.time)} `;
      const category = valueText(event.category, 1023, isPlain, changes);
      const cat = category === '' ? '' : `cat=${category} `;
      return `${product}${version}|${classId}|${name}|${event.severity}|${time}${cat}TrailferryEventId=${event.id}`;
    };
    const build = (event: LogEvent, without?: ReadonlySet<FieldName>): string => {
      const isPlain = plain(event.record);
      const marker = without === undefined ? '' : ' TrailferryTruncated=true';
      return head(event, isPlain) + writeFields(writers, event, isPlain, changes, without) + marker;
    };
    return {
      kind: 'labelled',
      sourcetype: 'cef',
      verbatim: false,
      ofFields: true,
      write: writeWithin(build, type, changes, tally),
      explain: (event) => explainFields(writers, event),
    };
  },
};
