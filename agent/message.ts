import { ignoredBy } from '../formats/log-types/ignored.ts';
import { bucketAllowed } from './aws/allowed-buckets.ts';
import { ObjectError, QueueError } from './aws/errors.ts';
import { decodeNotification } from './aws/notification.ts';
import type { ObjectRef } from './aws/objects.ts';
import { unlessAborted } from './delivery/abort.ts';
import { newAccount } from './delivery/account.ts';
import type { HandleMessage, Verdict } from './dispatcher.ts';
import { DestinationDown } from './gate.ts';
import { ferry, type PipelineParts, type StopSignals } from './pipeline.ts';

export interface MessageParts {
  readonly pipeline: PipelineParts;
  /** Buckets that messages may name, by pattern. */
  readonly buckets: readonly string[];
  readonly observer: ObjectObserver;
}

export interface ObjectObserver {
  began(): void;
  ended(result: 'ok' | 'skipped' | 'failed', seconds: number): void;
}

type Return = Extract<Verdict, { kind: 'return' }>;

/** A body nobody understands is never deleted; the queue's dead-letter policy takes it to where a person looks. */
const UNKNOWN_SECONDS = 60;
const DOWN_SECONDS = 60;
const FAULT = 'TF-PROGRAM-FAULT';

/** Does what one notification asks for: every object in it, to every destination of its queue. */
export function messageHandler(parts: MessageParts): HandleMessage {
  async function object(ref: ObjectRef, stop: StopSignals): Promise<void> {
    if (ignoredBy(ref.key) !== undefined) return skip(ref, parts, stop);
    const keys = ref.alternateKey === undefined ? [ref.key] : [ref.key, ref.alternateKey];
    const act = (): Promise<void> => timed(() => ferryNewest(ref, parts.pipeline, stop), parts.observer);
    const destinations = parts.pipeline.targets.map(({ name }) => name);
    await parts.pipeline.lanes.inTurn(ref.bucket, keys, destinations, act);
  }

  return async (message, stop) => {
    const notification = decodeNotification(message.body);
    if (notification.kind === 'unknown') return giveBack('TF-MESSAGE-UNKNOWN', notification.reason, UNKNOWN_SECONDS);
    if (notification.kind === 'notice') return { kind: 'notice', what: notification.what };
    const foreign = notification.objects.find(({ bucket }) => !bucketAllowed(parts.buckets, bucket));
    if (foreign !== undefined) return giveBack('TF-MESSAGE-BUCKET', foreignBucket(foreign.bucket), UNKNOWN_SECONDS);
    const results = await Promise.allSettled(notification.objects.map((ref) => object(ref, stop)));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [returned(result.reason, stop)] : []));
    return failures.find(({ code }) => code === FAULT) ?? failures[0] ?? { kind: 'settled', what: 'objects' };
  };
}

/** The announced bytes of an overwritten object are gone for good; what is there now is read instead. */
async function ferryNewest(ref: ObjectRef, parts: PipelineParts, stop: StopSignals): Promise<void> {
  try {
    await ferry(ref, parts, stop);
  } catch (error) {
    if (!(error instanceof ObjectError) || error.code !== 'TF-S3-412') throw error;
    const { etag: _overwritten, ...current } = ref;
    await ferry(current, parts, stop);
  }
}

/** An object that a rule leaves out has an account like any other, with no records. */
async function skip(ref: ObjectRef, { pipeline, observer }: MessageParts, stop: StopSignals): Promise<void> {
  const object = { bucket: ref.bucket, key: ref.key, version: ref.versionId ?? ref.etag ?? '' };
  for (const { name } of pipeline.targets) pipeline.ledger.record({ ...newAccount(object, name), complete: true });
  await unlessAborted(pipeline.ledger.durable(), stop.waiting);
  observer.ended('skipped', 0);
}

async function timed(act: () => Promise<void>, observer: ObjectObserver): Promise<void> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  observer.began();
  try {
    await act();
    observer.ended('ok', seconds());
  } catch (error) {
    observer.ended('failed', seconds());
    throw error;
  }
}

function giveBack(code: string, message: string, afterSeconds: number): Return {
  return { kind: 'return', code, message, afterSeconds };
}

function foreignBucket(bucket: string): string {
  return `the message names bucket "${bucket.slice(0, 80)}", which is not in the queue's "buckets"; nothing was read from it`;
}

/** A fault of the program gives its message back as well: one odd object must not stop all the others. */
function returned(error: unknown, stop: StopSignals): Return {
  if (error instanceof ObjectError) return giveBack(error.code, error.message, error.retryAfterSeconds);
  if (error instanceof QueueError) return giveBack(error.code, error.message, 0);
  if (error instanceof DestinationDown) return giveBack('TF-DESTINATION-DOWN', error.message, DOWN_SECONDS);
  const stopped = [stop.reading, stop.waiting].some((signal) => signal.aborted && signal.reason === error);
  if (stopped) return giveBack('TF-AGENT-STOP', 'the agent is stopping', 0);
  return giveBack(FAULT, `a fault of the program: ${textOf(error)}`, UNKNOWN_SECONDS);
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
