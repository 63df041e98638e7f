import type { ObjectOrigin } from './event.ts';
import type { FramingOptions, LogRecord } from './framing/record.ts';
import { bytesOf, type Chunk, RowChunk } from './framing/row-chunk.ts';
import type { Decoder, LogType } from './log-type.ts';

/**
 * Receives each record of an object in order, with its place in the object and the decoder that reads it. `ordinal` is
 * the object's, which inside an envelope is not the record's own. Must keep neither record nor event.
 */
export type EmitRecord = (record: LogRecord, ordinal: number, decoder: Decoder) => void;

/** Bytes of one object to its records, of one log type or of several. */
export interface RecordReader {
  /** Takes the next bytes or rows; `emit` is called, before this returns, for every record they complete. */
  push(chunk: Chunk, emit: EmitRecord): void;
  /** There are no more bytes: what is left is a record, or unreadable. */
  end(emit: EmitRecord): void;
}

/** What an object holds: a log type's records, or an envelope around records of several types. */
export interface ObjectContents {
  /** Name of the log type or of the envelope. */
  readonly name: string;
  readonly origin: ObjectOrigin;
  open(options: FramingOptions): RecordReader;
}

/** An object that holds records of one log type, and nothing around them; or a record that was taken out of an envelope. */
export function plainContents(type: LogType, origin: ObjectOrigin): ObjectContents {
  const whole = origin.enveloped === true ? { whole: true } : {};
  return { name: type.name, origin, open: (options) => new PlainReader(type.open(origin, { ...options, ...whole })) };
}

class PlainReader implements RecordReader {
  private readonly decoder: Decoder;

  constructor(decoder: Decoder) {
    this.decoder = decoder;
  }

  push(chunk: Chunk, emit: EmitRecord): void {
    const { decoder } = this;
    const { framing } = decoder;
    const hand = (record: LogRecord): void => emit(record, record.ordinal, decoder);
    if (chunk instanceof RowChunk && framing.pushRows?.(chunk, hand) === true) return;
    framing.push(bytesOf(chunk), hand);
  }

  end(emit: EmitRecord): void {
    const { decoder } = this;
    decoder.framing.end((record) => emit(record, record.ordinal, decoder));
  }
}
