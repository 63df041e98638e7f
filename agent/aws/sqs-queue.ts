import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { QueueError } from './errors.ts';
import { at, parseJson, textAt } from './json.ts';
import type { NotificationQueue, QueueDepth, QueueMessage, QueuePolicy } from './queue.ts';
import { BATCH, inBatches } from './sqs-batch.ts';

/** How much longer than its long poll a receive may take, before the connection counts as dead. */
const RECEIVE_GRACE_MS = 5_000;

export interface SqsQueueOptions {
  readonly url: string;
  readonly visibilitySeconds: number;
}

/** The queue over the AWS SDK. Requests that carry several messages always do so by ten: one call costs as much as ten. */
export function sqsQueue(client: SQSClient, options: SqsQueueOptions): NotificationQueue {
  const { url, visibilitySeconds } = options;

  const changeVisibility = (messages: readonly QueueMessage[], seconds: number) =>
    inBatches(`changing the visibility of messages of ${url}`, messages, (entries) =>
      client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: url,
          Entries: entries.map((entry) => ({ ...entry, VisibilityTimeout: seconds })),
        }),
      ),
    );

  return {
    url,
    visibilitySeconds,
    async receive(max, waitSeconds, signal) {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(max, BATCH),
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
      });
      const requestTimeout = waitSeconds * 1_000 + RECEIVE_GRACE_MS;
      const asked = client.send(command, { abortSignal: signal, requestTimeout });
      const { Messages } = await orQueueError(`receiving from ${url}`, asked, signal);
      const now = Date.now();
      return (Messages ?? []).map((message) => received(message, now));
    },
    extend: changeVisibility,
    release: changeVisibility,
    remove: (messages) =>
      inBatches(`deleting messages of ${url}`, messages, (entries) =>
        client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entries })),
      ),
    async depth(signal) {
      const found = await attributes(client, url, DEPTH, signal);
      return depthOf(found);
    },
    async policy(signal) {
      const found = await attributes(client, url, POLICY, signal);
      return policyOf(found);
    },
  };
}

function received(message: Message, now: number): QueueMessage {
  return {
    id: message.MessageId ?? '',
    receipt: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
    sentAtMs: Number(message.Attributes?.SentTimestamp ?? now),
    receivedAtMs: now,
  };
}

const DEPTH = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

const POLICY = ['QueueArn', 'VisibilityTimeout', 'MessageRetentionPeriod', 'RedrivePolicy'] as const;

type Attributes = Readonly<Partial<Record<string, string>>>;

async function attributes(
  client: SQSClient,
  url: string,
  names: readonly QueueAttributeName[],
  signal: AbortSignal,
): Promise<Attributes> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] });
  const answer = await orQueueError(`asking ${url}`, client.send(command, { abortSignal: signal }), signal);
  return answer.Attributes ?? {};
}

function depthOf(found: Attributes): QueueDepth {
  return {
    visible: Number(found['ApproximateNumberOfMessages'] ?? 0),
    inFlight: Number(found['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    delayed: Number(found['ApproximateNumberOfMessagesDelayed'] ?? 0),
  };
}

function policyOf(found: Attributes): QueuePolicy {
  const redrive = parseJson(found['RedrivePolicy'] ?? '');
  const arn = textAt(redrive, 'deadLetterTargetArn');
  return {
    arn: found['QueueArn'] ?? '',
    visibilitySeconds: Number(found['VisibilityTimeout']),
    retentionSeconds: Number(found['MessageRetentionPeriod']),
    deadLetters: arn === undefined ? undefined : { arn, maxReceiveCount: Number(at(redrive, 'maxReceiveCount')) },
  };
}

async function orQueueError<T>(doing: string, asked: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    signal.throwIfAborted();
    throw new QueueError(doing, cause);
  }
}
