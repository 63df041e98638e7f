import type { SQSClient } from '@aws-sdk/client-sqs';
import type { AwsSettings, QueueSettings } from '../../config/config.ts';
import type { ProbeStep, SecretRef } from '../../transports/transport.ts';
import { Walk } from '../../transports/walk.ts';
import { type Credentials, sqsClient } from './clients.ts';
import { credentialsFor } from './credentials.ts';
import { QueueError } from './errors.ts';
import type { QueuePolicy } from './queue.ts';
import { sqsQueue } from './sqs-queue.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY_SECONDS = 86_400;

/** AWS refuses requests that are five minutes off. */
const REFUSED_SKEW_MS = 5 * MINUTE;
const ODD_SKEW_MS = MINUTE;

/** Below this a long weekend without the SIEM may cost messages; 14 days are the most that SQS keeps. */
const LEAST_RETENTION_SECONDS = 4 * DAY_SECONDS;

/** What a queue looks like from here. Nothing is received: that would count against the messages. */
export async function probeQueue(
  aws: AwsSettings,
  queue: QueueSettings,
  secret: (ref: SecretRef) => string,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const walk = new Walk(explain);
  // What failed is among the steps.
  await throughQueue(walk, aws, queue, secret, signal).catch(() => undefined);
  return walk.steps;
}

async function throughQueue(
  walk: Walk,
  aws: AwsSettings,
  queue: QueueSettings,
  secret: (ref: SecretRef) => string,
  signal: AbortSignal,
): Promise<void> {
  const credentials = await walk.step('credentials', () => found(aws, secret));
  const client = sqsClient(aws, queue, credentials);
  const skew = watchClock(client);
  const asked = sqsQueue(client, { url: queue.url, visibilitySeconds: 0 });
  try {
    const policy = await walk.step('queue', async () => {
      const set = await asked.policy(signal);
      const { visible, inFlight } = await asked.depth(signal);
      return [set, `${set.arn}: ${visible} messages wait, ${inFlight} are being read`];
    });
    walk.note(policySteps(policy));
  } finally {
    client.destroy();
    // A clock that is off looks like bad credentials, so it is told in any case.
    const ms = skew();
    if (ms !== undefined) walk.note([clockStep(ms)]);
  }
}

async function found(aws: AwsSettings, secret: (ref: SecretRef) => string) {
  const credentials = credentialsFor(aws, secret);
  const doing = `looking for credentials (${sourceOf(aws)})`;
  const identity = await identityOf(credentials).catch((cause) => Promise.reject(new QueueError(doing, cause)));
  const { expiration } = identity;
  const until = expiration === undefined ? '' : `, until ${expiration.toISOString()}`;
  return [credentials, `${sourceOf(aws)}: key ...${identity.accessKeyId.slice(-4)}${until}`] as const;
}

async function identityOf(credentials: Credentials) {
  return typeof credentials === 'function' ? await credentials() : credentials;
}

function sourceOf({ access_key_id, profile, assume_role }: AwsSettings): string {
  const chain = profile === undefined ? 'the default chain of the AWS SDK' : `profile ${profile}`;
  const own = access_key_id === undefined ? chain : 'aws.access_key_id';
  return assume_role === undefined ? own : `role ${assume_role.arn} by ${own}`;
}

/** Looks at the time in each answer. @returns by how much this host is ahead, ms; undefined without any answer */
function watchClock(client: SQSClient): () => number | undefined {
  let skew: number | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const output = await next(args);
      const { headers } = output.response as { readonly headers?: Readonly<Record<string, string>> };
      const then = Date.parse(headers?.['date'] ?? '');
      if (!Number.isNaN(then)) skew = Date.now() - then;
      return output;
    },
    { step: 'deserialize', priority: 'low', name: 'watchClock' },
  );
  return () => skew;
}

/** @param ms by how much this host's clock is ahead */
export function clockStep(ms: number): ProbeStep {
  const off = Math.abs(ms);
  const detail =
    off < 2 * SECOND ? 'as that of AWS' : `${Math.round(off / SECOND)} s ${ms > 0 ? 'ahead of' : 'behind'} AWS`;
  const remedy = off < ODD_SKEW_MS ? {} : { remedy: 'set the clock: AWS refuses requests that are 5 minutes off' };
  return { step: 'clock', ok: off < REFUSED_SKEW_MS, ms: 0, detail, ...remedy };
}

/** What the queue does with messages that we cannot handle, or not in time. */
export function policySteps({ deadLetters, retentionSeconds }: QueuePolicy): readonly ProbeStep[] {
  const step = (name: string, detail: string, remedy: string | undefined): ProbeStep => {
    return { step: name, ok: true, ms: 0, detail, ...(remedy === undefined ? {} : { remedy }) };
  };
  const kept = `${Math.round((retentionSeconds / DAY_SECONDS) * 10) / 10} days`;
  const longer = 'raise MessageRetentionPeriod to 14 days: while a destination is down, the queue is the buffer';
  return [
    deadLetters === undefined
      ? step(
          'dead letters',
          'no redrive policy: a message that nobody understands is received again and again',
          REDRIVE,
        )
      : step('dead letters', `${deadLetters.arn} after ${deadLetters.maxReceiveCount} receives`, undefined),
    step('retention', kept, retentionSeconds < LEAST_RETENTION_SECONDS ? longer : undefined),
  ];
}

const REDRIVE = 'give the queue a redrive policy to a dead-letter queue with 14 days of retention';

function explain(error: unknown): Pick<ProbeStep, 'detail' | 'remedy'> {
  const { message } = error as Error;
  if (!(error instanceof QueueError)) return { detail: message, remedy: 'mend the aws section of the configuration' };
  return { detail: message.replace(` ${error.remedy}`, ''), remedy: error.remedy };
}
