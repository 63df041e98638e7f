import { isAscii } from 'node:buffer';
import type { ObjectOrigin } from '../event.ts';
import { JsonFraming } from '../framing/json.ts';
import { JsonRecord } from '../framing/json-record.ts';
import { FormatError, type FramingOptions, type JsonMembers, type LogRecord } from '../framing/record.ts';
import { bytesOf, type Chunk } from '../framing/row-chunk.ts';
import type { Decoder, LogType } from '../log-type.ts';
import type { EmitRecord, RecordReader } from '../reader.ts';
import type { Envelope, EnvelopeContext, Letter } from './envelope.ts';
import { envelopeOf } from './index.ts';

/** Says what a letter holds. `members`: names of its JSON object's members; undefined when it is no object. */
export type TypeOfLetter = (letter: Letter, members: ReadonlySet<string> | undefined) => LogType;

/** SNS around EventBridge around ...: deeper than this nobody nests. */
const MOST_LAYERS = 4;
/** Decoders that are kept: one for each log type, account, region and log group. */
const MOST_READINGS = 500;

interface Reading {
  readonly decoder: Decoder;
  /** The decoder's origin; it goes from letter to letter. */
  readonly origin: { -readonly [Name in keyof ObjectOrigin]: ObjectOrigin[Name] };
}

/**
 * Records that stand in envelopes: each outer JSON value is opened, and what it holds is read by the log type it belongs
 * to. Ordinals count the inner records of the whole object. An envelope that cannot be opened is one unreadable record.
 */
export class EnvelopeReader implements RecordReader {
  private readonly origin: ObjectOrigin;
  private readonly options: FramingOptions;
  private readonly typeOf: TypeOfLetter;
  private readonly outer: JsonFraming;
  private readonly inner = new JsonRecord();
  private readonly readings = new Map<string, Reading>();
  private ordinal = 0;

  constructor(origin: ObjectOrigin, options: FramingOptions, typeOf: TypeOfLetter) {
    this.origin = origin;
    this.options = options;
    this.typeOf = typeOf;
    this.outer = new JsonFraming([], { skip: 0, maxRecordBytes: options.maxRecordBytes });
  }

  push(chunk: Chunk, emit: EmitRecord): void {
    this.outer.push(bytesOf(chunk), (record) => this.value(record, emit));
  }

  end(emit: EmitRecord): void {
    this.outer.end((record) => this.value(record, emit));
  }

  private value({ text, problem, json }: LogRecord, emit: EmitRecord): void {
    const letter = { text, context: {} };
    if (problem === undefined && json !== undefined) this.letter(letter, json, 0, emit);
    else this.refuse(letter, problem, emit);
  }

  /** An envelope is opened; anything else is read as what it is. `json`: its text as an object, if it is one. */
  private letter(letter: Letter, json: JsonMembers | undefined, depth: number, emit: EmitRecord): void {
    const members = json === undefined ? undefined : new Set(json.names());
    const envelope = members === undefined || depth >= MOST_LAYERS ? undefined : envelopeOf(members);
    if (envelope === undefined || json === undefined) {
      this.read(letter, members, emit);
      return;
    }
    const letters = this.open(envelope, json, letter, emit);
    for (const { context, ...rest } of letters) {
      const inner = { ...rest, context: { ...letter.context, ...context } };
      this.letter(inner, this.object(inner.text), depth + 1, emit);
    }
  }

  private open(envelope: Envelope, json: JsonMembers, letter: Letter, emit: EmitRecord): readonly Letter[] {
    try {
      return envelope.open(json);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.refuse(letter, error, emit);
      return [];
    }
  }

  /** A text that is one JSON object. */
  private object(text: string): JsonMembers | undefined {
    if (text.charCodeAt(0) !== 0x7b) return undefined;
    const bytes = Buffer.from(text, 'latin1');
    const end = this.inner.scan(bytes, 0, bytes.length);
    if (end <= 0 || /\S/.test(text.substring(end))) return undefined;
    this.inner.at(0, bytes, 0, end, isAscii(bytes));
    return this.inner;
  }

  private read(letter: Letter, members: ReadonlySet<string> | undefined, emit: EmitRecord): void {
    const { decoder } = this.reading(this.typeOf(letter, members), letter.context);
    const hand = (record: LogRecord): void => this.hand(record, decoder, emit);
    decoder.framing.push(Buffer.from(letter.text, 'latin1'), hand);
    decoder.framing.end(hand);
  }

  private refuse(letter: Letter, problem: FormatError | undefined, emit: EmitRecord): void {
    const { decoder } = this.reading(this.typeOf(letter, undefined), letter.context);
    const { text } = letter;
    const reason = problem ?? new FormatError('TF-JSON-NO-OBJECT', 'the value is not a JSON object');
    this.hand({ ordinal: 0, text, repaired: false, printable: false, problem: reason, json: undefined }, decoder, emit);
  }

  private hand(record: LogRecord, decoder: Decoder, emit: EmitRecord): void {
    const ordinal = this.ordinal++;
    // What comes after a broken record may be read wrong by a framing that is still inside it.
    if (record.problem !== undefined) this.readings.clear();
    if (ordinal >= this.options.skip) emit(record, ordinal, decoder);
  }

  private reading(type: LogType, context: EnvelopeContext): Reading {
    const { account, region, logGroup = '' } = context;
    const name = [type.name, type.spec.layout.kind, account, region, logGroup].join('\0');
    const found = this.readings.get(name) ?? this.begin(type, context);
    if (this.readings.size >= MOST_READINGS) this.readings.clear();
    this.readings.set(name, found);
    found.origin.timestamp = context.timestamp;
    found.origin.logStream = context.logStream;
    return found;
  }

  private begin(type: LogType, context: EnvelopeContext): Reading {
    const origin = { ...this.origin, ...context, enveloped: true };
    const decoder = type.open(origin, { skip: 0, maxRecordBytes: this.options.maxRecordBytes, whole: true });
    return { decoder, origin };
  }
}
