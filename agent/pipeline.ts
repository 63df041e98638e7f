import type { LogTypeOverride } from '../config/config.ts';
import { toByteString } from '../formats/framing/byte-string.ts';
import { FormatError } from '../formats/framing/record.ts';
import type { Chunk } from '../formats/framing/row-chunk.ts';
import type { ObjectReader, ObjectRef, OpenObject } from './aws/objects.ts';
import { Converter } from './convert.ts';
import { unlessAborted } from './delivery/abort.ts';
import type { Lane } from './delivery/lane.ts';
import type { Lanes } from './delivery/lanes.ts';
import type { Ledger } from './delivery/ledger.ts';
import type { Gate } from './gate.ts';
import { type KeepParts, LaneSink, type Target } from './lane-sink.ts';
import { contentsOf, withHead } from './object-type.ts';
import type { Places } from './places.ts';
import { plainBytes } from './plain-bytes.ts';
import { priorityOfObject } from './priority.ts';
import type { Mapping } from './rules/mapping.ts';

/** What a pipeline tells of the object it works on. Counts are of this run. */
export interface PipelineObserver {
  opened(object: OpenObject): void;
  /** Records were read since the last call: their number by log type, and the plain bytes they came from. */
  read(records: ReadonlyMap<string, number>, bytes: number): void;
  quarantined(reason: string): void;
}

/** What every pipeline of a queue shares. */
export interface PipelineParts extends KeepParts {
  readonly objects: ObjectReader;
  readonly targets: readonly Target[];
  readonly lanes: Lanes;
  readonly ledger: Ledger;
  readonly overrides: readonly LogTypeOverride[];
  readonly mapping: Mapping;
  /** Places for objects being read: each costs an inflater and a connection. Waiting for answers costs none. */
  readonly openObjects: Places;
  readonly gate: Gate;
  readonly observer: PipelineObserver;
}

/** When to stop: `reading` takes no more of the object, `waiting` gives up on answers that are still out. */
export interface StopSignals {
  readonly reading: AbortSignal;
  readonly waiting: AbortSignal;
}

/**
 * One object, from its first unsettled record to the last: resolves when every record is settled at every destination
 * and the ledger says so durably.
 * @throws {ObjectError} when the object cannot be read; what was handed over goes on, and the next try starts behind it
 * @throws {DestinationDown} when reading has not begun while a destination was down for too long
 * @throws the reason of a stop signal; what was handed over before `reading` stopped has been waited for
 */
export async function ferry(ref: ObjectRef, parts: PipelineParts, stop: StopSignals): Promise<void> {
  const lanes: Lane[] = [];
  try {
    await inPlace(ref, parts, () => readObject(ref, lanes, parts, stop.reading));
  } finally {
    await allSettled(lanes, stop.waiting).finally(() => parts.lanes.leave(lanes));
  }
  const open = lanes.find((lane) => !lane.complete);
  if (open !== undefined)
    throw new Error(`records of s3://${open.object.bucket}/${open.object.key} are not accounted for`);
  await unlessAborted(parts.ledger.durable(), stop.waiting);
}

/** Reads when there is a place. Patience ends the wait for one, never what has begun: its lanes have one reader only. */
async function inPlace(ref: ObjectRef, parts: PipelineParts, act: () => Promise<void>): Promise<void> {
  const { openObjects, gate } = parts;
  const wait = new AbortController();
  const { patienceEnds } = gate;
  const giveUp = (): void => wait.abort(patienceEnds.reason);
  const begin = (): Promise<void> => {
    patienceEnds.removeEventListener('abort', giveUp);
    return act();
  };
  patienceEnds.addEventListener('abort', giveUp, { once: true });
  if (patienceEnds.aborted) giveUp();
  await openObjects.add(priorityOfObject(ref, parts), begin, { signal: wait.signal });
}

/** Opens the object and hands over what its lanes still lack; they are put into `lanes`. */
async function readObject(ref: ObjectRef, lanes: Lane[], parts: PipelineParts, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  using object = await parts.objects.open(ref, signal);
  const sinks: LaneSink[] = [];
  for (const target of parts.targets) {
    const lane = parts.lanes.of(object.version, target.name);
    lanes.push(lane);
    if (!lane.readToEnd) sinks.push(new LaneSink(lane, target, parts, signal));
  }
  if (sinks.length === 0) return;
  parts.observer.opened(object);
  const records = await read(object, sinks, parts, signal);
  for (const { lane } of sinks) parts.lanes.ended(lane, records);
}

/** Waits for all answers, also after a failure: then the watermark is as far as it can be. */
async function allSettled(lanes: readonly Lane[], signal: AbortSignal): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.rest(signal)));
}

/** Reads the object to its end and hands all of it over. @returns the number of its records */
async function read(
  object: OpenObject,
  sinks: readonly LaneSink[],
  parts: PipelineParts,
  signal: AbortSignal,
): Promise<number> {
  const bytes = plainBytes(object, signal);
  let converter: Converter | undefined;
  try {
    for await (const chunk of withHead(bytes)) {
      converter ??= start(chunk, object, sinks, parts);
      converter.push(chunk);
      parts.observer.read(converter.takeCounts(), chunk.length);
      await heldBack(sinks);
      signal.throwIfAborted();
    }
    converter?.end();
    if (converter !== undefined) parts.observer.read(converter.takeCounts(), 0);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    // What follows is one thing, quarantined as a pointer: its bytes stay in S3. Nobody waits here: a lane must know of its
    // end together with its last record, or the next try would put a second rest behind it.
    for (const sink of sinks) {
      sink.handPassed();
      sink.keep('rest', sink.lane.offered, Buffer.alloc(0), error);
    }
    return (converter?.records ?? 0) + 1;
  }
  await heldBack(sinks);
  return converter?.records ?? 0;
}

function start(head: Chunk, object: OpenObject, sinks: readonly LaneSink[], parts: PipelineParts): Converter {
  const { bucket, key, version } = object.version;
  const contents = contentsOf({ bucket, key: toByteString(key), version }, head, parts.overrides, parts.mapping);
  for (const sink of sinks) sink.turnTo(contents.name);
  return new Converter(
    contents,
    sinks.map((sink) => ({ dress: sink.target.dress, sink })),
  );
}

async function heldBack(sinks: readonly LaneSink[]): Promise<void> {
  for (const sink of sinks) await sink.room();
}
