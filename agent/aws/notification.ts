import { parseJson } from './json.ts';
import type { Found } from './notification-parts.ts';
import { readBody } from './notification-shapes.ts';
import type { ObjectRef } from './objects.ts';

/**
 * What one SQS body says.
 *
 * - `objects`: at least one object to read. `notices` names what else the body held, such as `folder marker`.
 * - `notice`: understood, and there is nothing to read: the message may be deleted. Count it by `what`, which comes from
 *   closed lists and so can be a metric's label.
 * - `unknown`: nobody understands it, wholly or in part. It is never deleted; the queue's dead-letter policy takes it to
 *   where a person looks.
 */
export type Notification =
  | { readonly kind: 'objects'; readonly objects: readonly ObjectRef[]; readonly notices: readonly string[] }
  | { readonly kind: 'notice'; readonly what: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Reads the body of an SQS message. Total: whatever the text, it answers and never throws. */
export function decodeNotification(body: string): Notification {
  const value = parseJson(body);
  if (value === undefined) return { kind: 'unknown', reason: 'the body is not JSON' };
  return verdict(readBody(value));
}

/** A body is understood as a whole or not at all: one odd part keeps the message. */
function verdict(found: readonly Found[]): Notification {
  const objects: ObjectRef[] = [];
  const notices = new Set<string>();
  for (const part of found) {
    if (part.kind === 'unknown') return part;
    if (part.kind === 'object') objects.push(part.object);
    else notices.add(part.what);
  }
  if (objects.length > 0) return { kind: 'objects', objects, notices: [...notices] };
  return { kind: 'notice', what: [...notices].sort().join(', ') || 'no records' };
}
