import type { BoundEnvelope, Envelope, Origin, TextKind } from '../transport.ts';
import { type FacilityName, priorities } from './priority.ts';
import { EVENT_ID_LENGTH, structuredData } from './structured-data.ts';
import { filled, isIPv6Name } from './template.ts';
import { BSD_LENGTH, bsdStamp, ISO_LENGTH, isoStamp, type Stamp } from './timestamp.ts';

/** What a syslog frame looks like, besides the event's text. */
export interface FrameStyle {
  readonly header: 'rfc5424' | 'rfc3164';
  /** `datagram`: the datagram is the frame (RFC 5426). `none`: the transport itself lays a frame around header and text. */
  readonly framing: 'octet-counting' | 'newline' | 'datagram' | 'none';
  readonly facility: FacilityName;
  /** Templates, see `template.ts`. */
  readonly hostname: string;
  readonly appName: string;
  readonly msgId: string;
  /** `{host}` of the templates. */
  readonly thisHost: string;
  /** `null`: where the text does not say the same. */
  readonly structuredData: boolean | null;
  /** Private enterprise number of the structured data. */
  readonly enterprise: number;
  /** Most bytes of header and text. Octet count and line feed are not part of the message (RFC 6587 3.4). */
  readonly maxMessageBytes: number;
}

/** Puts header and text together: all that a framing has to say. */
type Framing = (head: string, text: string) => string;

const FRAMINGS: Readonly<Record<FrameStyle['framing'], Framing>> = {
  // RFC 5425 4.3, RFC 6587 3.4.1: the count takes any text as it is.
  'octet-counting': (head, text) => `${head.length + text.length} ${head}${text}`,
  // RFC 6587 3.4.2: a line feed ends the frame, so none may stand in the text.
  newline: (head, text) => `${head}${oneLine(text)}\n`,
  datagram: (head, text) => head + oneLine(text),
  none: (head, text) => head + text,
};

/** The syslog envelope: `header` around an event's text, `framing` around both. Pure, but for the clock of RFC 3164. */
export function syslogEnvelope(style: FrameStyle): Envelope {
  const [bind, stamp] =
    style.header === 'rfc5424' ? ([bind5424, isoStamp()] as const) : ([bind3164, bsdStamp()] as const);
  return { bind: (origin, kind) => bind(style, stamp, origin, kind) };
}

/** `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG` (RFC 5424 6), without BOM: parsers look for `LEEF:` first. */
function bind5424(style: FrameStyle, stamp: Stamp, origin: Origin, kind: TextKind): BoundEnvelope {
  const framed = FRAMINGS[style.framing];
  const before = priorities(style.facility).map((pri) => `${pri}1 `);
  const least = before[0] ?? '';
  const fields = ` ${hostField(style, origin)} ${field(style, style.appName, origin, 48)} - ${field(style, style.msgId, origin, 32)} `;
  const roomLess = (length: number) => style.maxMessageBytes - longest(before) - ISO_LENGTH - length;
  if (!(style.structuredData ?? kind !== 'labelled')) {
    const after = `${fields}- `;
    return {
      room: roomLess(after.length),
      frame: (text, timeMs, severity) => framed((before[severity] ?? least) + stamp(timeMs) + after, text),
    };
  }
  const data = structuredData(origin, style.enterprise);
  const [start, end] = [fields + data.before, `${data.after} `];
  return {
    room: roomLess(start.length + EVENT_ID_LENGTH + end.length),
    frame: (text, timeMs, severity, eventId) =>
      framed((before[severity] ?? least) + stamp(timeMs) + start + eventId + end, text),
  };
}

/**
 * `<PRI>TIMESTAMP HOSTNAME MSG` (RFC 3164 4.1). LEEF and CEF follow the host name at once, as IBM documents it: their
 * own prefix plays the part of the TAG. Any other text needs a TAG, or a relay would take its first word for one.
 */
function bind3164(style: FrameStyle, stamp: Stamp, origin: Origin, kind: TextKind): BoundEnvelope {
  const framed = FRAMINGS[style.framing];
  const before = priorities(style.facility);
  const least = before[0] ?? '';
  const tag = kind === 'labelled' ? '' : `${field(style, style.appName, origin, 32)}: `;
  const after = ` ${hostField(style, origin)} ${tag}`;
  return {
    room: style.maxMessageBytes - longest(before) - BSD_LENGTH - after.length,
    frame: (text, timeMs, severity) => framed((before[severity] ?? least) + stamp(timeMs) + after, text),
  };
}

function oneLine(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]/g, ' ') : text;
}

/** QRadar cannot route by an IPv6 address in a header, so none is ever written. */
function hostField(style: FrameStyle, origin: Origin): string {
  const name = filled(style.hostname, origin, style.thisHost);
  return isIPv6Name(name) ? '-' : printable(name, 255);
}

function field({ thisHost }: FrameStyle, template: string, origin: Origin, most: number): string {
  return printable(filled(template, origin, thisHost), most);
}

/** A header field: PRINTUSASCII of at most `most` characters, NILVALUE when empty (RFC 5424 6). */
function printable(value: string, most: number): string {
  return value.slice(0, most).replace(/[^!-~]/g, '_') || '-';
}

function longest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}
