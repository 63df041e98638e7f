import type { LogEvent } from '../formats/event.ts';
import { eventIds } from '../formats/event-id.ts';
import { FormatError, type LogRecord } from '../formats/framing/record.ts';
import type { Chunk } from '../formats/framing/row-chunk.ts';
import type { Decoder, LogType } from '../formats/log-type.ts';
import type { ObjectContents, RecordReader } from '../formats/reader.ts';
import type { Format, Tally, TypeFormatter } from '../formats/wire/formatter.ts';
import { indexedFields } from '../formats/wire/indexed-fields.ts';
import type { BoundEnvelope, Envelope } from '../transports/transport.ts';
import type { BoundFilters } from './rules/filters.ts';
import type { Hiding } from './rules/hiding.ts';
import { secretMask } from './rules/redaction.ts';
import { noRules, type Rules } from './rules/rules.ts';

/** Larger records are kept in quarantine by their first bytes. CloudTrail's limit is 256 KB; Config items reach a few MB. */
export const MOST_RECORD_BYTES = 16 * 1024 * 1024;

/** Where the frames of one destination go. Nothing here waits: who feeds the converter holds it back between chunks. */
export interface FrameSink {
  /** Records before this one need no frame: an earlier run has handed them over. */
  readonly offered: number;
  frame(ordinal: number, frame: string, logType: string): void;
  /** A record that a filter keeps back: it needs no frame. */
  pass(ordinal: number): void;
  /** A record that cannot become a frame: it is to be kept, with the reason. `decoder`: what would read it again. */
  refuse(ordinal: number, record: LogRecord, error: FormatError, decoder: Decoder): void;
}

/** A destination's wire format and envelope, compiled once for each log type, and what its admin asks for beyond them. */
export class Dress {
  readonly envelope: Envelope;
  readonly rules: Rules;
  readonly tally: Tally = { truncated: 0, replaced: 0 };
  private readonly format: Format;
  private readonly compiled = new Map<LogType, TypeFormatter>();

  constructor(format: Format, envelope: Envelope, rules: Rules = noRules()) {
    this.format = format;
    this.envelope = envelope;
    this.rules = rules;
  }

  formatter(type: LogType): TypeFormatter {
    const known = this.compiled.get(type);
    if (known !== undefined) return known;
    const formatter = this.format.compile(type, this.tally);
    this.compiled.set(type, formatter);
    return formatter;
  }
}

/** One destination as the converter sees it. */
export interface Route {
  readonly dress: Dress;
  readonly sink: FrameSink;
}

interface BoundRoute {
  readonly filters: BoundFilters | undefined;
  readonly hiding: Hiding | undefined;
  readonly formatter: TypeFormatter;
  readonly envelope: BoundEnvelope;
  /** What was added to the record, for an envelope to put beside a text that does not show it. */
  readonly fields: ((event: LogEvent) => string) | undefined;
  readonly sink: FrameSink;
}

/** All that is laid out for the records of one decoder. */
interface Bound {
  readonly decoder: Decoder;
  readonly routes: readonly BoundRoute[];
  /** Whether any destination wants more of a record than its text. */
  readonly inFull: boolean;
  /** Takes out of a record what no destination is to see. */
  readonly mask: ((record: LogRecord) => LogRecord) | undefined;
}

export interface ConverterOptions {
  /** Place in its object of the first record that is pushed; not 0 when a single record is sent again. */
  readonly firstOrdinal?: number;
  readonly maxRecordBytes?: number;
}

/**
 * Bytes of one object to frames: the hot loop, and the seam for a faster converter. No promise, callback into the
 * agent, or log line per record; an event and a record are the same instances each time.
 */
export class Converter {
  private readonly reader: RecordReader;
  private readonly routes: readonly Route[];
  private readonly ids: (ordinal: number) => string;
  private readonly known = new WeakMap<Decoder, Bound>();
  private bound: Bound | undefined;
  private read = 0;
  private counted = 0;
  private counts = new Map<string, number>();

  constructor(contents: ObjectContents, routes: readonly Route[], options: ConverterOptions = {}) {
    const { firstOrdinal = 0, maxRecordBytes = MOST_RECORD_BYTES } = options;
    const skip = Math.min(...routes.map((route) => route.sink.offered));
    this.reader = contents.open({ skip, maxRecordBytes });
    this.routes = routes;
    const ids = eventIds(contents.origin);
    this.ids = firstOrdinal === 0 ? ids : (ordinal) => ids(firstOrdinal + ordinal);
    this.read = skip;
    this.counted = skip;
  }

  /** Number of records read so far, those passed over included. */
  get records(): number {
    return this.read;
  }

  /** Records read since the last call, by log type. */
  takeCounts(): ReadonlyMap<string, number> {
    this.count();
    const { counts } = this;
    if (counts.size > 0) this.counts = new Map();
    return counts;
  }

  push(chunk: Chunk): void {
    this.reader.push(chunk, this.record);
  }

  end(): void {
    this.reader.end(this.record);
  }

  /** What was read since the last look belongs to the log type at hand. */
  private count(): void {
    const { bound, read, counted } = this;
    if (bound === undefined || read === counted) return;
    const { name } = bound.decoder.type;
    this.counts.set(name, (this.counts.get(name) ?? 0) + read - counted);
    this.counted = read;
  }

  private readonly record = (record: LogRecord, ordinal: number, decoder: Decoder): void => {
    const bound = this.bound?.decoder === decoder ? this.bound : this.turnTo(decoder);
    this.read = ordinal + 1;
    const id = this.ids(ordinal);
    let time: number;
    let severity = 1;
    let event: LogEvent;
    try {
      const shown = bound.mask === undefined ? record : bound.mask(record);
      if (bound.inFull) {
        event = decoder.event(shown, id);
        time = event.time;
        severity = event.severity;
      } else {
        time = decoder.time(shown);
        event = { record: shown } as LogEvent;
      }
    } catch (error) {
      for (const route of bound.routes) refuseUnread(record, ordinal, error, route, decoder);
      return;
    }
    for (const { filters, hiding, formatter, envelope, fields, sink } of bound.routes) {
      if (ordinal < sink.offered) continue;
      let frame: string | undefined;
      try {
        if (filters === undefined || filters.drops(event) === undefined) {
          const beside = fields === undefined ? '' : (hiding?.show(event, decoder, fields) ?? fields(event));
          const room = envelope.room - beside.length;
          const text = hiding?.write(event, decoder, formatter, room) ?? formatter.write(event, room);
          frame = envelope.frame(text, time, severity, id, beside);
        }
      } catch (error) {
        refuse(record, ordinal, error, sink, decoder);
        continue;
      }
      if (frame === undefined) sink.pass(ordinal);
      else sink.frame(ordinal, frame, decoder.type.name);
    }
  };

  private turnTo(decoder: Decoder): Bound {
    this.count();
    const bound = this.known.get(decoder) ?? bindAll(this.routes, decoder);
    this.known.set(decoder, bound);
    this.bound = bound;
    return bound;
  }
}

function refuse(record: LogRecord, ordinal: number, error: unknown, sink: FrameSink, decoder: Decoder): void {
  if (ordinal >= sink.offered) sink.refuse(ordinal, record, asFormatError(error), decoder);
}

/** A record that cannot be read goes where it would have gone: a filter that needs no event keeps it back all the same. */
function refuseUnread(
  record: LogRecord,
  ordinal: number,
  error: unknown,
  { filters, sink }: BoundRoute,
  decoder: Decoder,
): void {
  if (ordinal < sink.offered) return;
  if (filters?.asksEvents === false && filters.drops(undefined) !== undefined) sink.pass(ordinal);
  else refuse(record, ordinal, error, sink, decoder);
}

function bindAll(routes: readonly Route[], decoder: Decoder): Bound {
  // Masked once where all want it masked, which is the rule: then no destination has an event of its own.
  const together = routes.every(({ dress }) => dress.rules.redaction.masksSecrets);
  const bound = routes.map((route) => bind(route, decoder, !together));
  const inFull = bound.some(
    ({ formatter, filters, hiding, fields }) =>
      !formatter.verbatim || filters?.asksEvents === true || hiding?.asksEvents === true || fields !== undefined,
  );
  return { decoder, routes: bound, inFull, mask: together ? secretMask(decoder.type) : undefined };
}

function bind({ dress, sink }: Route, { type, origin }: Decoder, alone: boolean): BoundRoute {
  const formatter = dress.formatter(type);
  const envelope = dress.envelope.bind(
    {
      logType: type.name,
      source: `s3://${origin.bucket}/${origin.key}`,
      sourcetype: formatter.sourcetype ?? type.spec.splunk.sourcetype,
      account: origin.account,
      region: origin.region,
    },
    formatter.kind,
  );
  const { filters, redaction } = dress.rules;
  const fields = dress.envelope.takesFields === true && !formatter.ofFields ? indexedFields(type)?.write : undefined;
  return {
    filters: filters.bind(type, origin),
    hiding: redaction.bind(type, alone),
    formatter,
    envelope,
    fields,
    sink,
  };
}

/** A fault of the program over one record costs that record alone: it is quarantined like one that cannot be read. */
function asFormatError(error: unknown): FormatError {
  if (error instanceof FormatError) return error;
  return new FormatError('TF-RECORD-FAULT', `converting the record failed: ${String(error)}`, error);
}
