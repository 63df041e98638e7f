import { isUtf8 } from 'node:buffer';
import { Converter, Dress, type FrameSink, type Route } from '../../agent/convert.ts';
import { contentsOf, withHead } from '../../agent/object-type.ts';
import { decompress } from '../../formats/framing/decompress.ts';
import { FormatError } from '../../formats/framing/record.ts';
import type { ObjectContents } from '../../formats/reader.ts';
import type { FormatName } from '../../formats/wire/formatter.ts';
import { formatNames, formats } from '../../formats/wire/index.ts';
import { parseCef } from '../cef-parser.ts';
import { parseLeef } from '../leef-parser.ts';
import { origin } from './convert.ts';

/** Line ends of any reader, and what is no byte. */
const BROKEN = /[\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9]|[^\x00-\xff]/;
const NO_BYTE = /[^\x00-\xff]/;

const MOST_CHECKED = 20_000;

/** Strict readers of the formats in which no part of a record stands as it was. */
const READERS: Partial<Record<FormatName, (text: string) => unknown>> = {
  leef: parseLeef,
  cef: parseCef,
  ocsf: JSON.parse,
  ecs: JSON.parse,
};

/** What one destination has been given: counted and checked, not kept. */
export class CheckedSink implements FrameSink {
  readonly offered = 0;
  readonly format: FormatName;
  readonly refused = new Map<string, number>();
  frames = 0;
  bytes = 0;
  /** What is wrong, with the frame it is wrong with; a few are enough. */
  readonly faults: string[] = [];
  private readonly room: number;
  private next = 0;

  constructor(format: FormatName, room: number) {
    this.format = format;
    this.room = room;
  }

  get accounted(): number {
    return this.next;
  }

  frame(ordinal: number, frame: string): void {
    this.frames += 1;
    this.bytes += frame.length;
    this.take(ordinal);
    // Of a million frames that are alike some are enough.
    if (this.frames > MOST_CHECKED && this.frames % 64 !== 0) return;
    if (frame.length > this.room) this.fault(`a frame of ${frame.length} bytes`, frame);
    if ((this.format === 'raw' || this.format === 'splunk' ? NO_BYTE : BROKEN).test(frame))
      this.fault('a frame of several lines', frame);
    const bytes = Buffer.from(frame, 'latin1');
    if (!isUtf8(bytes)) this.fault('a frame that is no UTF-8', frame);
    else if (this.frames % 8 === 0) this.readBack(bytes.toString('utf8'));
  }

  /** What is written anew, and not passed on, is sound by itself. */
  private readBack(text: string): void {
    try {
      READERS[this.format]?.(text);
    } catch (error) {
      this.fault(`a frame that cannot be read: ${error}`, text);
    }
  }

  /** No filter is at work here. */
  pass(ordinal: number): void {
    this.fault(`record ${ordinal} was filtered`, '');
  }

  refuse(ordinal: number, _record: unknown, error: FormatError): void {
    this.refused.set(error.code, (this.refused.get(error.code) ?? 0) + 1);
    this.take(ordinal);
    // What the converter caught is a fault of the program all the same.
    if (error.code === 'TF-RECORD-FAULT') this.fault(String((error.cause as Error | undefined)?.stack), error.message);
  }

  /** Every record once, in order. */
  private take(ordinal: number): void {
    if (ordinal !== this.next) this.fault(`record ${ordinal} where ${this.next} was due`, '');
    this.next = ordinal + 1;
  }

  private fault(what: string, frame: string): void {
    if (this.faults.length < 5) this.faults.push(`${this.format}: ${what}: ${frame.slice(0, 300)}`);
  }
}

export interface Account {
  /** Of the log type, or of the envelope; '' when there was not a byte. */
  readonly name: string;
  readonly records: number;
  readonly sinks: readonly CheckedSink[];
  /** What ended the object before its end. */
  readonly failure: string | undefined;
  /** All that is wrong. */
  readonly faults: readonly string[];
}

/** One destination for each of these formats, so that compiled mappings serve many objects. */
export class Destinations {
  private readonly dresses: readonly (readonly [FormatName, Dress])[];
  private readonly room: number;

  constructor(room: number, names: readonly FormatName[] = formatNames) {
    this.room = room;
    const envelope = { bind: () => ({ room, frame: (text: string) => text }) };
    this.dresses = names.map((name) => [name, new Dress(formats[name], envelope)]);
  }

  routes(): { sinks: CheckedSink[]; routes: Route[] } {
    const sinks = this.dresses.map(([name]) => new CheckedSink(name, this.room));
    return { sinks, routes: this.dresses.map(([, dress], index) => ({ dress, sink: sinks[index] as CheckedSink })) };
  }

  /** Takes the bytes of one object that need no decompression through the converter. @throws nothing but faults */
  convert(contents: ObjectContents, chunks: Iterable<Buffer>): Account {
    const { sinks, routes } = this.routes();
    const converter = new Converter(contents, routes);
    for (const chunk of chunks) converter.push(chunk);
    converter.end();
    return account(contents.name, converter.records, sinks, undefined);
  }

  /** Takes the bytes of one object the agent's whole way. `each` is called after every chunk of plain bytes. */
  async read(source: AsyncIterable<Buffer>, key: string, each: () => void = () => undefined): Promise<Account> {
    const { sinks, routes } = this.routes();
    let name = '';
    let converter: Converter | undefined;
    let failure: FormatError | undefined;
    try {
      for await (const chunk of withHead(decompress(source))) {
        if (converter === undefined) {
          const contents = contentsOf({ ...origin, key }, chunk, []);
          name = contents.name;
          converter = new Converter(contents, routes);
        }
        converter.push(chunk);
        each();
      }
      converter?.end();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      failure = error;
    }
    return account(name, converter?.records ?? 0, sinks, failure?.code);
  }
}

function account(name: string, records: number, sinks: readonly CheckedSink[], failure: string | undefined): Account {
  const unequal = sinks
    .filter(({ accounted }) => accounted !== records)
    .map(({ format, accounted }) => `${format}: ${accounted} of ${records} records are accounted for`);
  return { name, records, sinks, failure, faults: [...sinks.flatMap(({ faults }) => faults), ...unequal] };
}
