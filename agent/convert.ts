import type { ObjectOrigin } from '../formats/event.ts';
import { eventIds } from '../formats/event-id.ts';
import { FormatError, type LogRecord } from '../formats/framing/record.ts';
import type { Decoder, LogType } from '../formats/log-type.ts';
import type { Format, Tally, TypeFormatter } from '../formats/wire/formatter.ts';
import type { BoundEnvelope, Envelope } from '../transports/transport.ts';

/** Larger records are kept in quarantine by their first bytes. CloudTrail's limit is 256 KB; Config items reach a few MB. */
export const MOST_RECORD_BYTES = 16 * 1024 * 1024;

/** Where the frames of one destination go. Nothing here waits: who feeds the converter holds it back between chunks. */
export interface FrameSink {
  /** Records before this one need no frame: an earlier run has handed them over. */
  readonly offered: number;
  frame(ordinal: number, frame: string): void;
  /**
   * A record that cannot become a frame: it is to be kept, with the reason.
   * @param header the header line that names its columns, without which the record could not be read again; '' when none
   */
  refuse(ordinal: number, record: LogRecord, error: FormatError, header: string): void;
}

/** A destination's wire format and envelope, compiled once for each log type. */
export class Dress {
  readonly envelope: Envelope;
  readonly tally: Tally = { truncated: 0, replaced: 0 };
  private readonly format: Format;
  private readonly compiled = new Map<LogType, TypeFormatter>();

  constructor(format: Format, envelope: Envelope) {
    this.format = format;
    this.envelope = envelope;
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
  readonly formatter: TypeFormatter;
  readonly envelope: BoundEnvelope;
  readonly sink: FrameSink;
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
  private readonly decoder: Decoder;
  private readonly routes: readonly BoundRoute[];
  private readonly ids: (ordinal: number) => string;
  /** Whether any destination wants more of a record than its text. */
  private readonly inFull: boolean;
  private read = 0;

  constructor(type: LogType, origin: ObjectOrigin, routes: readonly Route[], options: ConverterOptions = {}) {
    const { firstOrdinal = 0, maxRecordBytes = MOST_RECORD_BYTES } = options;
    const skip = Math.min(...routes.map((route) => route.sink.offered));
    this.decoder = type.open(origin, { skip, maxRecordBytes });
    this.routes = routes.map((route) => bind(route, type, origin));
    const ids = eventIds(origin);
    this.ids = firstOrdinal === 0 ? ids : (ordinal) => ids(firstOrdinal + ordinal);
    this.inFull = this.routes.some((route) => !route.formatter.verbatim);
    this.read = skip;
  }

  /** Number of records read so far, those passed over included. */
  get records(): number {
    return this.read;
  }

  push(chunk: Buffer): void {
    this.decoder.framing.push(chunk, this.record);
  }

  end(): void {
    this.decoder.framing.end(this.record);
  }

  private readonly record = (record: LogRecord): void => {
    const { ordinal } = record;
    this.read = ordinal + 1;
    const id = this.ids(ordinal);
    let time: number;
    let severity = 1;
    let event: Parameters<TypeFormatter['write']>[0];
    try {
      if (this.inFull) {
        event = this.decoder.event(record, id);
        time = event.time;
        severity = event.severity;
      } else {
        time = this.decoder.time(record);
        event = { record } as typeof event;
      }
    } catch (error) {
      for (const { sink } of this.routes) this.refuse(record, error, sink);
      return;
    }
    for (const { formatter, envelope, sink } of this.routes) {
      if (ordinal < sink.offered) continue;
      let frame: string;
      try {
        frame = envelope.frame(formatter.write(event, envelope.room), time, severity, id);
      } catch (error) {
        this.refuse(record, error, sink);
        continue;
      }
      sink.frame(ordinal, frame);
    }
  };

  private refuse(record: LogRecord, error: unknown, sink: FrameSink): void {
    if (record.ordinal >= sink.offered) sink.refuse(record.ordinal, record, asFormatError(error), this.decoder.header);
  }
}

function bind({ dress, sink }: Route, type: LogType, origin: ObjectOrigin): BoundRoute {
  const formatter = dress.formatter(type);
  const envelope = dress.envelope.bind(
    {
      logType: type.name,
      source: `s3://${origin.bucket}/${origin.key}`,
      sourcetype: type.spec.splunk.sourcetype,
      account: origin.account,
      region: origin.region,
    },
    formatter.kind,
  );
  return { formatter, envelope, sink };
}

/** A fault of the program over one record costs that record alone: it is quarantined like one that cannot be read. */
function asFormatError(error: unknown): FormatError {
  if (error instanceof FormatError) return error;
  return new FormatError('TF-RECORD-FAULT', `converting the record failed: ${String(error)}`, error);
}
