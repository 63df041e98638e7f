import type { Config } from '../config/config.ts';
import { toByteString } from '../formats/framing/byte-string.ts';
import { FormatError } from '../formats/framing/record.ts';
import { SILENT } from '../transports/transport.ts';
import { Converter, type Dress } from './convert.ts';
import type { StoredEntry } from './delivery/segment.ts';
import { createTransport, dressOf } from './destination.ts';
import { contentsOf } from './object-type.ts';
import { OneFrame, sendFrame } from './one-frame.ts';
import { Enrichment } from './rules/enrichment.ts';
import { type Mapping, mappings } from './rules/mapping.ts';

/**
 * Sends a quarantined record to its destination again: a record is converted anew, a refused frame goes as it is.
 * Resolves to why it could not be delivered, or to undefined when it was.
 */
export type Resend = (entry: StoredEntry) => Promise<string | undefined>;

/** @throws {LookupFileError} */
export function resending(config: Config): Resend {
  const mappingFor = mappings(config.overrides, new Enrichment(config.enrichment));
  return (entry) => {
    // A queue that is not there any more has no labels.
    const queue = config.queues.find(({ name }) => name === entry.queue);
    return resend(entry, config, mappingFor(queue ?? { static_labels: {} }));
  };
}

async function resend(entry: StoredEntry, config: Config, mapping: Mapping): Promise<string | undefined> {
  const settings = config.destinations.find(({ name }) => name === entry.destination);
  if (settings === undefined) return `there is no destination "${entry.destination}" any more`;
  const transport = createTransport(settings, SILENT);
  try {
    const frame =
      entry.kind === 'frame' ? entry.bytes : convertAgain(entry, dressOf(settings, transport.envelope), mapping);
    await sendFrame(transport, frame);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await transport.close();
  }
}

/** @throws {FormatError} when the record still cannot be converted */
function convertAgain(entry: StoredEntry, dress: Dress, mapping: Mapping): Buffer {
  if (entry.kind === 'rest') {
    throw new FormatError(
      entry.reason,
      'the object itself is unreadable; once it is repaired in S3, send its notification again',
    );
  }
  const { bucket, key, version } = entry.object;
  const { context, header } = entry;
  const object = { bucket, key: toByteString(key), version, ...(context && { ...context, enveloped: true }) };
  // In an envelope lines have no header: there the columns are those of the context.
  const head = header === undefined || context !== undefined ? '' : `${header}\n`;
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), entry.bytes]);
  const contents = contentsOf(object, bytes, [{ key: '*', type: entry.logType }], mapping);
  const sink = new OneFrame();
  const converter = new Converter(contents, [{ dress, sink }], { firstOrdinal: entry.ordinal });
  converter.push(bytes);
  converter.end();
  return sink.bytes();
}
