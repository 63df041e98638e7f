import type { EnvelopeContext } from '../../formats/envelopes/envelope.ts';
import type { ObjectVersion } from './account.ts';

/**
 * A record that could not be delivered, kept with its reason. `record`: the record's raw bytes, which may be converted
 * again. `frame`: the bytes a destination refused. `rest`: everything from this record to the end of an unreadable
 * object; the bytes stay in S3.
 */
export interface QuarantineEntry {
  readonly kind: 'record' | 'frame' | 'rest';
  readonly object: ObjectVersion;
  readonly ordinal: number;
  readonly destination: string;
  /** The queue that the object came by. Older entries do not know it, and for a frame it does not matter. */
  readonly queue?: string;
  readonly logType: string;
  /** Stable code, e.g. TF-JSON-INVALID. */
  readonly reason: string;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** What the envelope said of a record that came in one: without it the record's own bytes are not all of it. */
  readonly context?: EnvelopeContext;
  /** The header line that names the record's columns, where its object has one. A byte string. */
  readonly header?: string;
}

export interface StoredEntry extends QuarantineEntry {
  readonly id: string;
  readonly bytes: Buffer;
}

const LINE_FEED = 0x0a;

/**
 * A segment holds entries one behind the other: a line of JSON about it, then its bytes and a line end.
 * @param place which entry of the segment it was at first; needed where entries before it are gone
 */
export function encodeEntry(entry: QuarantineEntry, bytes: Buffer, place?: number): Buffer {
  const head = JSON.stringify({ ...entry, length: bytes.length, place });
  return Buffer.concat([Buffer.from(`${head}\n`, 'utf8'), bytes, Buffer.from('\n')]);
}

/**
 * The entries of a segment in their order. An id is the segment's name and the place the entry had at first.
 * @throws {SyntaxError} when the segment is damaged
 */
export function readSegment(name: string, content: Buffer): StoredEntry[] {
  const entries: StoredEntry[] = [];
  let number = 0;
  for (let from = 0; from < content.length; ) {
    const line = content.indexOf(LINE_FEED, from);
    const { length, place = number, ...entry } = JSON.parse(content.toString('utf8', from, line)) as StoredHead;
    const to = line + 1 + length + 1;
    if (to > content.length) throw new SyntaxError('the last entry is cut off');
    entries.push({ ...entry, id: `${name}.${place}`, bytes: content.subarray(line + 1, to - 1) });
    number = place + 1;
    from = to;
  }
  return entries;
}

interface StoredHead extends QuarantineEntry {
  readonly length: number;
  /** Written when entries before this one are gone. */
  readonly place?: number;
}

/** A segment of what is left, each entry keeping its id. */
export function encodeLeft(left: readonly StoredEntry[]): Buffer {
  const parts = left.map(({ id, bytes, ...entry }) => {
    return encodeEntry(entry, bytes, Number(id.slice(id.lastIndexOf('.') + 1)));
  });
  return Buffer.concat(parts);
}
