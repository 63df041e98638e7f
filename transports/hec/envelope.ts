import type { BoundEnvelope, Envelope, Origin, TextKind } from '../transport.ts';
import type { HecSettings, Metadata } from './settings.ts';

/** The settings that decide what stands in an event object. */
export type EnvelopeSettings = Pick<HecSettings, keyof Metadata | 'log_types' | 'indexed_fields' | 'max_content_bytes'>;

/**
 * The HEC event object, one a line. Its keys are a closed set (time, host, source, sourcetype, index, event, fields):
 * Splunk drops an event with any other key, and all behind it, and still answers 200. A JSON text is spliced in byte for
 * byte, so numbers and field names stay as AWS wrote them.
 * https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/format-events-for-http-event-collector
 */
export function hecEnvelope(settings: EnvelopeSettings, hostname: string): Envelope {
  const takesFields = settings.indexed_fields;
  return { takesFields, bind: (origin, kind) => bind(settings, hostname, origin, kind) };
}

/** Most bytes that time, event id and the braces add to the constant part. */
const variableBytes = 80;
/** A control character becomes `\u00XX`: six bytes for one. */
const worstQuoting = 6;

function bind(settings: EnvelopeSettings, hostname: string, origin: Origin, kind: TextKind): BoundEnvelope {
  const constant = constantPart(settings, hostname, origin);
  const room = Math.max(0, settings.max_content_bytes - constant.length - variableBytes);
  if (kind === 'json') {
    return {
      room,
      frame: (text, timeMs, _severity, eventId, fields = '') =>
        `{${time(timeMs)}${constant}${eventId}"${fields}},"event":${text}}\n`,
    };
  }
  return {
    room: Math.floor(room / worstQuoting),
    frame: (text, timeMs, _severity, eventId, fields = '') =>
      `{${time(timeMs)}${constant}${eventId}"${fields}},"event":"${quoted(text)}"}\n`,
  };
}

/** Host, source, sourcetype and index of a lane's events. */
export function metadataOf(settings: EnvelopeSettings, hostname: string, origin: Origin) {
  const special = settings.log_types.find(({ type }) => type.includes(origin.logType));
  const said = (name: keyof Metadata): string | null => special?.[name] ?? settings[name];
  return {
    host: said('host') ?? hostname,
    source: said('source') ?? origin.source,
    sourcetype: said('sourcetype') ?? origin.sourcetype,
    index: said('index') ?? undefined,
  };
}

/** Everything but time, event id and event; `fields` is last and open, so that the event id and other fields can follow. */
function constantPart(settings: EnvelopeSettings, hostname: string, origin: Origin): string {
  const metadata = JSON.stringify(metadataOf(settings, hostname, origin));
  const indexed = { aws_account_id: origin.account, aws_region: origin.region, log_type: origin.logType };
  const fields = JSON.stringify({ ...(settings.indexed_fields ? indexed : {}), event_id: '' });
  const text = `${metadata.slice(1, -1)},"fields":${fields.slice(0, -'"}'.length)}`;
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** What follows the seconds, by milliseconds: nothing after whole seconds, which is what most log types write. */
const FRACTIONS: readonly string[] = Array.from({ length: 1000 }, (_, ms) =>
  ms === 0 ? ',' : `.${String(ms).padStart(3, '0')},`,
);

/** Seconds. Without a time Splunk takes the time of arrival. */
function time(timeMs: number): string {
  if (!Number.isFinite(timeMs)) return '';
  const seconds = Math.floor(timeMs / 1000);
  if (seconds < 0) return `"time":${(timeMs / 1000).toFixed(3)},`;
  return `"time":${seconds}${FRACTIONS[Math.floor(timeMs) - seconds * 1000]}`;
}

const mustEscape = /["\\\x00-\x1f]/;

/** The inside of a JSON string (RFC 8259, 7) from a byte string: bytes above 0x7f are UTF-8 and stay. */
function quoted(text: string): string {
  return mustEscape.test(text) ? text.replace(/["\\\x00-\x1f]/g, escaped) : text;
}

function escaped(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
