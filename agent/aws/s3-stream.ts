import { addAbortSignal, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../../transports/backoff.ts';
import { named, ObjectError } from './errors.ts';

/** Requests in a row that may bring no byte. With the waits between them, about three seconds. */
const FRUITLESS_TRIES = 6;

export interface Reading {
  readonly name: string;
  /** First byte, and the one behind the last. */
  readonly start: number;
  readonly end: number;
  /** The body of a request for all of it, when there already is one. */
  readonly first: Readable | undefined;
  /** Asks for the same version from a byte on, up to `end`. */
  rest(from: number, signal: AbortSignal): Promise<Readable>;
  readonly idleMs: number;
}

/** Bytes of an object, over as many connections as it takes. See `OpenObject.stream`. */
export async function* readThrough(reading: Reading, signal: AbortSignal): AsyncGenerator<Buffer> {
  const backoff = new Backoff(200, 10_000);
  let body = reading.first;
  let from = reading.start;
  let fruitless = 0;
  for (;;) {
    try {
      body ??= await reading.rest(from, signal);
      for await (const chunk of chunksOf(body, reading.idleMs, signal)) {
        from += chunk.length;
        fruitless = 0;
        yield chunk;
      }
      if (from === reading.end) return;
      throw named('BodyError', `the connection ended at byte ${from} of ${reading.end}`);
    } catch (cause) {
      signal.throwIfAborted();
      const error = cause instanceof ObjectError ? cause : new ObjectError(`reading ${reading.name}`, cause);
      fruitless += 1;
      if (!error.transient || fruitless === FRUITLESS_TRIES) throw error;
    }
    body = undefined;
    if (fruitless === 1) backoff.reset();
    else await pause(backoff.next(), signal);
  }
}

/**
 * The chunks of one body. The clock runs only while a chunk is awaited: a consumer may take hours for one, and then the
 * far end has closed the connection, which is nobody's fault.
 */
async function* chunksOf(body: Readable, idleMs: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  addAbortSignal(signal, body);
  const watch = () => setTimeout(() => body.destroy(named('TimeoutError', `no byte came for ${idleMs} ms`)), idleMs);
  let timer = watch();
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      yield chunk;
      timer = watch();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Only the signal can cut it short. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
