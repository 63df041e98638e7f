import type { ObjectOrigin } from '../formats/event.ts';
import { eventIds } from '../formats/event-id.ts';
import { FormatError, type LogRecord } from '../formats/framing/record.ts';
import type { Decoder, LogType } from '../formats/log-type.ts';
import type { Format, Tally, TypeFormatter } from '../formats/wire/formatter.ts';
import type { BoundEnvelope, Envelope } from '../transports/transport.ts';

/** Where the frames of one destination go. Nothing here waits: who feeds the converter holds it back between chunks. */
export interface FrameSink {
  /** Records before this one need no frame: an earlier run has handed them over. */
  readonly offered: number;
  frame(ordinal: number, frame: string): void;
  /** A record that cannot become a frame: it is to be kept, with the reason. */
  refuse(ordinal: number, record: LogRecord, error: FormatError): void;
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

  /** @param firstOrdinal place in the object of the first record that is pushed; not 0 when a single record is sent again */
  constructor(type: LogType, origin: ObjectOrigin, routes: readonly Route[], maxRecordBytes: number, firstOrdinal = 0) {
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
      this.refuse(record, error);
      return;
    }
    for (const { formatter, envelope, sink } of this.routes) {
      if (ordinal < sink.offered) continue;
      try {
        sink.frame(ordinal, envelope.frame(formatter.write(event, envelope.room), time, severity, id));
      } catch (error) {
        sink.refuse(ordinal, record, asFormatError(error));
      }
    }
  };

  private refuse(record: LogRecord, error: unknown): void {
    const problem = asFormatError(error);
    for (const { sink } of this.routes) {
      if (record.ordinal >= sink.offered) sink.refuse(record.ordinal, record, problem);
    }
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

/** @throws what is no FormatError: a fault of the program, not of the record */
function asFormatError(error: unknown): FormatError {
  if (error instanceof FormatError) return error;
  throw error;
}
