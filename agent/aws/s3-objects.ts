import type { S3Client } from '@aws-sdk/client-s3';
import { isBucketName } from './allowed-buckets.ts';
import { named, ObjectError } from './errors.ts';
import type { ObjectReader, ObjectRef, OpenObject } from './objects.ts';
import { getObject, type S3Answer, type S3Place, WHOLE } from './s3-get.ts';
import { readThrough } from './s3-stream.ts';

const IDLE_MS = 30_000;

export interface S3ReaderOptions {
  /** The account that must own every bucket: S3 refuses any other with 403. */
  readonly expectedOwner?: string | undefined;
  /** How long a read waits for the next byte before it takes the connection for dead; 30 s when not given. */
  readonly idleMs?: number;
}

/** Reads objects over the AWS SDK. */
export function s3ObjectReader(client: S3Client, options: S3ReaderOptions = {}): ObjectReader {
  const { expectedOwner, idleMs = IDLE_MS } = options;

  async function get(ref: ObjectRef, key: string, signal: AbortSignal): Promise<OpenObject> {
    const { bucket, versionId, etag } = ref;
    const place = { bucket, key, versionId, ifMatch: etag && `"${etag}"`, expectedOwner };
    return opened(client, place, await getObject(client, place, WHOLE, signal), idleMs);
  }

  return {
    async open(ref, signal) {
      if (!isBucketName(ref.bucket)) throw notABucket(ref);
      try {
        return await get(ref, ref.key, signal);
      } catch (error) {
        if (ref.alternateKey === undefined || !maybeMissing(error)) throw error;
        return await get(ref, ref.alternateKey, signal).catch((second: unknown) => {
          throw maybeMissing(second) ? error : second;
        });
      }
    },
  };
}

function notABucket({ bucket, key }: ObjectRef): ObjectError {
  return new ObjectError(`opening ${key} of ${bucket}`, named('InvalidBucketName', 'this is not the name of a bucket'));
}

/** A role that may not list a bucket is told 403 for a key that is not there. */
function maybeMissing(error: unknown): boolean {
  return error instanceof ObjectError && (error.code === 'TF-S3-404' || error.code === 'TF-S3-403');
}

function opened(client: S3Client, asked: S3Place, answer: S3Answer, idleMs: number): OpenObject {
  const { bucket, key } = asked;
  const place = { ...asked, versionId: answer.versionId, ifMatch: answer.etag };
  const whole = { name: `s3://${bucket}/${key}`, start: 0, end: answer.length, idleMs };
  let unread: S3Answer['body'] | undefined = answer.body;
  return {
    version: { bucket, key, version: versionOf(answer) },
    size: answer.length,
    lastModified: answer.lastModified,
    stream(signal) {
      const first = unread;
      unread = undefined;
      const rest = async (from: number) => (await getObject(client, place, { from }, signal)).body;
      return readThrough({ ...whole, first, rest }, signal);
    },
    async range(start, end, signal) {
      if (start === end) return new ArrayBuffer(0);
      const rest = async (from: number) => (await getObject(client, place, { from, to: end }, signal)).body;
      return collect(readThrough({ ...whole, start, end, first: undefined, rest }, signal), end - start);
    },
    [Symbol.dispose]() {
      answer.body.destroy();
    },
  };
}

async function collect(chunks: AsyncIterable<Buffer>, size: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes.buffer;
}

/** The version `null` of a bucket with suspended versions may be overwritten, so its id says nothing. */
function versionOf({ versionId, etag }: S3Answer): string {
  return versionId === undefined || versionId === 'null' ? etag.replaceAll('"', '') : versionId;
}
