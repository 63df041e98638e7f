import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { named, QueueError } from './errors.ts';
import type { Outcome, QueueMessage } from './queue.ts';

/** Most messages that one request of SQS takes. */
export const BATCH = 10;

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
}

interface BatchAnswer {
  readonly Successful?: readonly { readonly Id: string | undefined }[] | undefined;
  readonly Failed?: readonly BatchResultErrorEntry[] | undefined;
}

/**
 * Sends one request for every ten messages and tells what became of each, in their order. Never rejects: a request that
 * fails is a failure of its messages.
 */
export async function inBatches(
  doing: string,
  messages: readonly QueueMessage[],
  send: (entries: Entry[]) => Promise<BatchAnswer>,
): Promise<readonly Outcome[]> {
  const batches: Promise<readonly Outcome[]>[] = [];
  for (let from = 0; from < messages.length; from += BATCH) {
    batches.push(oneBatch(doing, messages.slice(from, from + BATCH), send));
  }
  return (await Promise.all(batches)).flat();
}

async function oneBatch(
  doing: string,
  messages: readonly QueueMessage[],
  send: (entries: Entry[]) => Promise<BatchAnswer>,
): Promise<readonly Outcome[]> {
  // The ids need only differ within the batch; a message id could come twice when it was delivered twice.
  const entries = messages.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
  try {
    const answer = await send(entries);
    return messages.map((message, index) => outcome(doing, message, String(index), answer));
  } catch (cause) {
    const error = new QueueError(doing, cause);
    return messages.map((message) => ({ message, error }));
  }
}

/** A message of which the answer says nothing counts as failed. */
function outcome(doing: string, message: QueueMessage, id: string, answer: BatchAnswer): Outcome {
  if (answer.Successful?.some((entry) => entry.Id === id)) return { message };
  const failed = answer.Failed?.find((entry) => entry.Id === id);
  const cause = named(failed?.Code ?? 'InternalError', failed?.Message ?? failed?.Code ?? 'SQS did not answer for it');
  return { message, error: new QueueError(doing, cause) };
}
