/**
 * The endpoint /services/collector/raw: Splunk breaks the body into events and finds their time itself, by the rules of
 * the sourcetype, and takes metadata for a whole request only. So a frame is the query of its request, a line feed, and
 * the text on one line; frames of one query become one request.
 */
import type { BoundEnvelope, Envelope, FrameBlock, Origin } from '../transport.ts';
import { type EnvelopeSettings, metadataOf } from './envelope.ts';

const LINE_FEED = 0x0a;

/** The text as it stands, without event id and indexed fields, for which /raw has no place. */
export function rawEnvelope(settings: EnvelopeSettings, hostname: string): Envelope {
  return { bind: (origin) => bind(settings, hostname, origin) };
}

function bind(settings: EnvelopeSettings, hostname: string, origin: Origin): BoundEnvelope {
  const given = Object.entries(metadataOf(settings, hostname, origin)).filter(([, value]) => value !== undefined);
  const query = `${new URLSearchParams(given as [string, string][])}\n`;
  return {
    room: Math.max(0, settings.max_content_bytes - query.length - 1),
    // Between the tokens of JSON, and in a line of text, a blank says the same.
    frame: (text) => `${query}${text.replace(/[\r\n]+/g, ' ')}\n`,
  };
}

/** Whether a frame may follow the one before it in one request. */
export function sameRequest({ data, ends }: FrameBlock, index: number): boolean {
  const start = ends[index - 1] ?? 0;
  const before = ends[index - 2] ?? 0;
  const query = data.subarray(before, data.indexOf(LINE_FEED, before) + 1);
  return data.subarray(start, start + query.length).equals(query);
}

/** Query and body of the request that frames of one query become. */
export function rawRequest(frames: Buffer): { readonly query: string; readonly body: Buffer } {
  const queryLength = frames.indexOf(LINE_FEED) + 1;
  const texts: Buffer[] = [];
  for (let at = 0; at < frames.length; ) {
    const end = frames.indexOf(LINE_FEED, at + queryLength) + 1 || frames.length;
    texts.push(frames.subarray(at + queryLength, end));
    at = end;
  }
  return { query: frames.toString('latin1', 0, queryLength - 1), body: Buffer.concat(texts) };
}
