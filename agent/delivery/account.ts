import { hash } from 'node:crypto';
import type { Outcome } from './tracker.ts';

/** One version of one S3 key. Another version is another object. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  /** `versionId`, or the etag where the bucket keeps no versions. */
  readonly version: string;
}

/** What became of one object's records at one destination. Below the watermark, read = delivered + filtered + quarantined. */
export interface LaneAccount extends Outcome {
  readonly object: ObjectVersion;
  readonly destination: string;
  /** Number of records, from the first, that are all settled. */
  readonly watermark: number;
  /** Frames that were sent again: an upper bound of the duplicates the destination may hold. */
  readonly resent: number;
  /** The object was read to its end and every record is settled. */
  readonly complete: boolean;
}

/** An account that has not begun. */
export function newAccount(object: ObjectVersion, destination: string): LaneAccount {
  return { object, destination, watermark: 0, delivered: 0, filtered: 0, quarantined: 0, resent: 0, complete: false };
}

/** Whether the law of conservation holds. */
export function balanced(account: LaneAccount): boolean {
  return account.watermark === account.delivered + account.filtered + account.quarantined;
}

/** A short name for an object version: 128 bits, so that two never meet. */
export function objectId({ bucket, key, version }: ObjectVersion): string {
  return hash('sha256', `${bucket}\0${key}\0${version}`, 'hex').substring(0, 32);
}
