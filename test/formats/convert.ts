import { Converter, Dress } from '../../agent/convert.ts';
import { contentsOf, withHead } from '../../agent/object-type.ts';
import type { ObjectOrigin } from '../../formats/event.ts';
import { decompress } from '../../formats/framing/decompress.ts';
import { FormatError } from '../../formats/framing/record.ts';
import type { FormatName } from '../../formats/wire/formatter.ts';
import { formatNames, formats } from '../../formats/wire/index.ts';
import type { Envelope } from '../../transports/transport.ts';

export const origin: ObjectOrigin = {
  bucket: 'logs',
  key: 'object',
  version: 'v1',
  account: undefined,
  region: undefined,
};

/** What one destination was given: frames as text, and refused records as `ordinal CODE`. */
export interface Output {
  readonly frames: { readonly ordinal: number; readonly text: string }[];
  readonly refused: string[];
  readonly dress: Dress;
}

export interface Conversion {
  /** Of the log type, or of the envelope. */
  readonly name: string | undefined;
  readonly records: number;
  /** Records by log type. */
  readonly types: ReadonlyMap<string, number>;
  readonly outputs: Readonly<Record<FormatName, Output>>;
  /** What ended the object before its end. */
  readonly failure: FormatError | undefined;
}

export interface Wanted {
  readonly key?: string;
  readonly type?: string;
  readonly columns?: string;
  readonly room?: number;
  readonly maxRecordBytes?: number;
}

const bare = (room: number): Envelope => ({ bind: () => ({ room, frame: (text) => text }) });

function output(name: FormatName, room: number): Output {
  return { frames: [], refused: [], dress: new Dress(formats[name], bare(room)) };
}

/** Runs bytes through a converter with all formats at once, as an agent with four destinations would. */
export async function convertBytes(chunks: Iterable<Buffer>, wanted: Wanted = {}): Promise<Conversion> {
  const room = wanted.room ?? 2 ** 30;
  const outputs = {
    leef: output('leef', room),
    cef: output('cef', room),
    json: output('json', room),
    raw: output('raw', room),
    splunk: output('splunk', room),
    ocsf: output('ocsf', room),
    ecs: output('ecs', room),
  };
  const overrides = wanted.type === undefined ? [] : [{ key: '*', type: wanted.type, columns: wanted.columns ?? null }];
  let name: string | undefined;
  let converter: Converter | undefined;
  let failure: FormatError | undefined;
  try {
    for await (const chunk of withHead(decompress(stream(chunks)))) {
      if (converter === undefined) {
        const object = { bucket: origin.bucket, key: wanted.key ?? origin.key, version: origin.version };
        const contents = contentsOf(object, chunk, overrides);
        name = contents.name;
        const most = wanted.maxRecordBytes ?? 16 * 1024 * 1024;
        const routes = formatNames.map((format) => ({ dress: outputs[format].dress, sink: sinkOf(outputs[format]) }));
        converter = new Converter(contents, routes, { maxRecordBytes: most });
      }
      converter.push(chunk);
    }
    converter?.end();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    failure = error;
  }
  return { name, records: converter?.records ?? 0, types: converter?.takeCounts() ?? new Map(), outputs, failure };
}

function sinkOf({ frames, refused }: Output): ConstructorParameters<typeof Converter>[1][number]['sink'] {
  return {
    offered: 0,
    frame: (ordinal, frame) => frames.push({ ordinal, text: decoded(frame) }),
    pass: () => {},
    refuse: (ordinal, _record, error) => refused.push(`${ordinal} ${error.code}`),
  };
}

/** The text of a frame. @throws {TypeError} when its bytes are no UTF-8 */
export function decoded(frame: string): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(frame, 'latin1'));
}

export async function* stream(chunks: Iterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  yield* chunks;
}
