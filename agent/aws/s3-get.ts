import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { named, ObjectError } from './errors.ts';

/** What is asked for: one key, and the version that it must be, where that is known. */
export interface S3Place {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
  /** An etag as HTTP writes it, in quotes. */
  readonly ifMatch: string | undefined;
  readonly expectedOwner: string | undefined;
}

export interface S3Answer {
  readonly body: Readable;
  /** Bytes of this answer. */
  readonly length: number;
  readonly etag: string;
  readonly versionId: string | undefined;
  readonly lastModified: Date | undefined;
}

/**
 * One GET, from a byte to the end. Resolves with the head of the answer; the body flows as it is read.
 * @throws {ObjectError}
 * @throws the signal's reason when it aborts
 */
export async function getObject(
  client: S3Client,
  place: S3Place,
  from: number,
  signal: AbortSignal,
): Promise<S3Answer> {
  const command = new GetObjectCommand({
    Bucket: place.bucket,
    Key: place.key,
    VersionId: place.versionId,
    IfMatch: place.ifMatch,
    ExpectedBucketOwner: place.expectedOwner,
    Range: from > 0 ? `bytes=${from}-` : undefined,
  });
  try {
    return answerFrom(await client.send(command, { abortSignal: signal }), from);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ObjectError(`reading s3://${place.bucket}/${place.key}`, cause);
  }
}

/** A server that ignored the range would send bytes twice, and one that tells no length could stop anywhere. */
function answerFrom(output: GetObjectCommandOutput, from: number): S3Answer {
  const { Body: body, ContentLength: length, ETag: etag, ContentRange: range } = output;
  if (!(body instanceof Readable)) throw named('BodyError', 'the answer has no body');
  const ranged = from === 0 || range?.startsWith(`bytes ${from}-`);
  if (length === undefined || etag === undefined || !ranged) {
    body.destroy();
    throw named('BodyError', 'the answer has no length or etag, or not the range asked for');
  }
  return { body, length, etag, versionId: output.VersionId, lastModified: output.LastModified };
}
