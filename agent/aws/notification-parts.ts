import type { ObjectRef } from './objects.ts';

/** What one part of a body turned out to be. */
export type Found =
  | { readonly kind: 'object'; readonly object: ObjectRef }
  | { readonly kind: 'notice'; readonly what: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export const notice = (what: string): Found => ({ kind: 'notice', what });
export const unknown = (reason: string): Found => ({ kind: 'unknown', reason });

/** `form`: application/x-www-form-urlencoded. `plain`: as it is. */
export type KeyEncoding = 'form' | 'plain';

/** What a shape says of an object besides its name; anything of the wrong type counts as not said. */
export interface Details {
  readonly size?: unknown;
  readonly etag?: unknown;
  readonly versionId?: unknown;
  readonly sequencer?: unknown;
}

/** An announced object, unless there is nothing in it to read. */
export function announced(
  encoding: KeyEncoding,
  bucket: string | undefined,
  writtenKey: string | undefined,
  details: Details = {},
): Found {
  if (!bucket || !writtenKey) return unknown('an object is announced without a bucket or a key');
  const size = sizeOf(details.size);
  const keys = keysOf(encoding, writtenKey);
  if (keys.key.endsWith('/') && !size) return notice('folder marker');
  if (size === 0) return notice('empty object');
  return { kind: 'object', object: { bucket, ...keys, ...(size && { size }), ...marksOf(details) } };
}

/** A key with a broken `%` was not encoded, whatever its shape promises. */
function keysOf(encoding: KeyEncoding, written: string): Pick<ObjectRef, 'key' | 'alternateKey'> {
  const decoded = formDecoded(written);
  if (decoded === undefined || decoded === written) return { key: written };
  return encoding === 'form' ? { key: decoded, alternateKey: written } : { key: written, alternateKey: decoded };
}

function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function sizeOf(size: unknown): number | undefined {
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

function marksOf(details: Details): Pick<ObjectRef, 'etag' | 'versionId' | 'sequencer'> {
  const etag = wordOf(details.etag)?.replace(/^"(.*)"$/, '$1');
  const versionId = wordOf(details.versionId);
  const sequencer = wordOf(details.sequencer);
  return { ...(etag && { etag }), ...(versionId && { versionId }), ...(sequencer && { sequencer }) };
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
