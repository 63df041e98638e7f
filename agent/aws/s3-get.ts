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

/** Bytes of an object, from one up to another or to the end. */
export interface S3Range {
  readonly from: number;
  readonly to?: number;
}

/** All of an object, which needs no range. */
export const WHOLE: S3Range = { from: 0 };

/**
 * One GET of a range. Resolves with the head of the answer; the body flows as it is read.
 * @throws {ObjectError}
 * @throws the signal's reason when it aborts
 */
export async function getObject(
  client: S3Client,
  place: S3Place,
  range: S3Range,
  signal: AbortSignal,
): Promise<S3Answer> {
  const command = new GetObjectCommand({
    Bucket: place.bucket,
    Key: place.key,
    VersionId: place.versionId,
    IfMatch: place.ifMatch,
    ExpectedBucketOwner: place.expectedOwner,
    Range: rangeHeader(range),
  });
  try {
    return answerFrom(await client.send(command, { abortSignal: signal }), range);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ObjectError(`reading s3://${place.bucket}/${place.key}`, cause);
  }
}

function rangeHeader({ from, to }: S3Range): string | undefined {
  if (to !== undefined) return `bytes=${from}-${to - 1}`;
  return from > 0 ? `bytes=${from}-` : undefined;
}

/** A server that ignored the range would send bytes twice, and one that tells no length could stop anywhere. */
function answerFrom(output: GetObjectCommandOutput, asked: S3Range): S3Answer {
  const { Body: body, ContentLength: length, ETag: etag, ContentRange: range } = output;
  if (!(body instanceof Readable)) throw named('BodyError', 'the answer has no body');
  const ranged = rangeHeader(asked) === undefined || range?.startsWith(`bytes ${asked.from}-`);
  const most = asked.to === undefined ? Number.POSITIVE_INFINITY : asked.to - asked.from;
  if (length === undefined || length > most || etag === undefined || !ranged) {
    body.destroy();
    throw named('BodyError', 'the answer has no length or etag, or not the range asked for');
  }
  return { body, length, etag, versionId: output.VersionId, lastModified: output.LastModified };
}
