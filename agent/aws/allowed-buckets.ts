import { matches } from '../../config/wildcard.ts';

/**
 * Which buckets a queue may name. Whoever can write to the queue can name any bucket, so nothing is read from one that
 * the admin did not list, and a name that is none never reaches the SDK: an ARN there would be followed to an access
 * point of another account.
 */

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** True for a plain bucket name: no ARN, no slash, no host trick. */
export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name);
}

/** True when `bucket` is a bucket name that one of the patterns allows: exact, or with `*` for any run of characters. */
export function bucketAllowed(patterns: readonly string[], bucket: string): boolean {
  return isBucketName(bucket) && patterns.some((pattern) => matches(pattern, bucket));
}
