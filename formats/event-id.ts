import { hash } from 'node:crypto';
import type { ObjectOrigin } from './event.ts';
import { fromByteString } from './framing/byte-string.ts';

/**
 * The ids of the events of one object: first 128 bits of SHA-256(bucket NUL key NUL version NUL ordinal), 32 hex digits.
 * The same record gives the same id at every delivery, on every host; so a resend can be recognised in the SIEM.
 */
export function eventIds(origin: Pick<ObjectOrigin, 'bucket' | 'key' | 'version'>): (ordinal: number) => string {
  const prefix = `${origin.bucket}\0${fromByteString(origin.key)}\0${origin.version}\0`;
  return (ordinal) => hash('sha256', `${prefix}${ordinal}`, 'hex').substring(0, 32);
}
