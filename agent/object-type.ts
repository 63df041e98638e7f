import type { LogTypeOverride } from '../config/config.ts';
import { matches } from '../config/wildcard.ts';
import { contextOf } from '../formats/envelopes/envelope.ts';
import { EnvelopeReader, type TypeOfLetter } from '../formats/envelopes/reader.ts';
import type { ObjectOrigin } from '../formats/event.ts';
import { toByteString } from '../formats/framing/byte-string.ts';
import { bytesOf, type Chunk } from '../formats/framing/row-chunk.ts';
import { columnNames } from '../formats/layout.ts';
import {
  envelopeOfContent,
  logTypeNamed,
  logTypeOfContent,
  logTypeOfKey,
  logTypeOfLetter,
  originOfKey,
} from '../formats/log-types/index.ts';
import { type ObjectContents, plainContents } from '../formats/reader.ts';
import { type Mapping, unchanged } from './rules/mapping.ts';

/** Enough of an object to tell its log type by. */
const HEAD_BYTES = 64 * 1024;

/** Chunks as they come, but the first holds enough to tell the log type by. What came before a failure comes first. */
export async function* withHead(source: AsyncIterable<Chunk>): AsyncGenerator<Chunk, void, void> {
  const head: Buffer[] = [];
  let held = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const chunk of source) {
      if (held >= HEAD_BYTES) yield chunk;
      else {
        head.push(bytesOf(chunk));
        held += chunk.length;
        if (held >= HEAD_BYTES) yield Buffer.concat(head);
      }
    }
  } catch (error) {
    failure = { error };
  }
  if (held > 0 && held < HEAD_BYTES) yield Buffer.concat(head);
  if (failure !== undefined) throw failure.error;
}

/** Name of the log type of an object as far as its key tells, or the admin's word; else empty. */
export function nameOfKey(key: string, overrides: readonly LogTypeOverride[]): string {
  const text = toByteString(key);
  return wordOn(text, overrides)?.type ?? logTypeOfKey(text)?.name ?? '';
}

function wordOn(key: string, overrides: readonly LogTypeOverride[]): LogTypeOverride | undefined {
  return overrides.find((override) => matches(override.key, key));
}

/**
 * What an object holds: envelopes by its content; else records of one log type, by the admin's word, by its key, or by its
 * content; `mapping` says how that type is to be read. Where it comes from is told by its key, if `object` says no more.
 */
export function contentsOf(
  object: Pick<ObjectOrigin, 'bucket' | 'key' | 'version'> & Partial<ObjectOrigin>,
  head: Chunk,
  overrides: readonly LogTypeOverride[],
  mapping: Mapping = unchanged,
): ObjectContents {
  const { key } = object;
  const start = bytesOf(head).toString('latin1', 0, HEAD_BYTES);
  const word = wordOn(key, overrides);
  const named = word === undefined ? undefined : logTypeNamed(word.type, start);
  const columns = word?.columns == null ? undefined : columnNames(word.columns);
  const origin = {
    ...object,
    ...originOfKey(key),
    ...contextOf(object),
    ...(columns === undefined ? {} : { columns }),
  };
  const envelope = envelopeOfContent(start);
  if (envelope === undefined)
    return plainContents(mapping(named ?? logTypeOfKey(key, start) ?? logTypeOfContent(start)), origin);
  const typeOf = logTypeOfLetter(named, key);
  const mapped: TypeOfLetter = (letter, members) => mapping(typeOf(letter, members));
  return { name: envelope, origin, open: (options) => new EnvelopeReader(origin, options, mapped) };
}
