import type { LogTypeOverride } from '../config/config.ts';
import { matches } from '../config/wildcard.ts';
import type { ObjectOrigin } from '../formats/event.ts';
import type { LogType } from '../formats/log-type.ts';
import { logTypeNamed, logTypeOfContent, logTypeOfKey, originOfKey } from '../formats/log-types/index.ts';

/** Enough of an object to tell its log type by. */
const HEAD_BYTES = 64 * 1024;

/** Chunks as they come, but the first holds enough to tell the log type by. What came before a failure comes first. */
export async function* withHead(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  const head: Buffer[] = [];
  let held = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const chunk of source) {
      if (held >= HEAD_BYTES) yield chunk;
      else {
        head.push(chunk);
        held += chunk.length;
        if (held >= HEAD_BYTES) yield Buffer.concat(head);
      }
    }
  } catch (error) {
    failure = { error };
  }
  if (held > 0 && held < HEAD_BYTES) yield Buffer.concat(head);
  if (failure !== undefined) throw failure.error;
}

/** What an object holds, by the admin's word, else by its key, else by its content; and where it comes from, by its key. */
export function chooseLogType(
  object: Pick<ObjectOrigin, 'bucket' | 'key' | 'version'>,
  head: Buffer,
  overrides: readonly LogTypeOverride[],
): { type: LogType; origin: ObjectOrigin } {
  const { key } = object;
  const start = head.toString('latin1', 0, HEAD_BYTES);
  const word = overrides.find((override) => matches(override.key, key));
  const named = word === undefined ? undefined : logTypeNamed(word.type, start);
  return { type: named ?? logTypeOfKey(key) ?? logTypeOfContent(start), origin: { ...object, ...originOfKey(key) } };
}
