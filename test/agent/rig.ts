import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { named, ObjectError } from '../../agent/aws/errors.ts';
import type { ObjectReader, ObjectRef, OpenObject } from '../../agent/aws/objects.ts';
import { Dress } from '../../agent/convert.ts';
import { unlessAborted } from '../../agent/delivery/abort.ts';
import { Lanes } from '../../agent/delivery/lanes.ts';
import { Ledger } from '../../agent/delivery/ledger.ts';
import { Outbox } from '../../agent/delivery/outbox.ts';
import { Quarantine, quarantined } from '../../agent/delivery/quarantine.ts';
import { Gate } from '../../agent/gate.ts';
import type { Target } from '../../agent/lane-sink.ts';
import type { PipelineParts } from '../../agent/pipeline.ts';
import { Places } from '../../agent/places.ts';
import { unchanged } from '../../agent/rules/mapping.ts';
import { rulesOf } from '../../agent/rules/rules.ts';
import type { FilterSettings } from '../../config/config.ts';
import { formats } from '../../formats/wire/index.ts';
import { type FakeTransport, fakeTransport } from '../fakes/transport.ts';

export const BUCKET = 'logs';
export const never = new AbortController().signal;

/** What a stream does next: gives bytes, fails, or waits until the test lets it go on. */
export type Step = string | Buffer | Error | Promise<void>;

/** S3 in memory. Every object is in one bucket, and its version is its etag. */
export interface FakeObjects extends ObjectReader {
  put(key: string, steps: readonly Step[], etag?: string): ObjectRef;
  /** Keys and versions that were opened, in order. */
  readonly opened: readonly string[];
  /** Steps that streams have taken. */
  readonly steps: number;
  /** Objects that were opened and not disposed of. */
  readonly held: number;
}

export function s3Error(name: string): ObjectError {
  return new ObjectError('reading s3://logs/x', named(name, 'as the test says'));
}

export function fakeObjects(): FakeObjects {
  const stored = new Map<string, { readonly etag: string; readonly steps: readonly Step[] }>();
  const opened: string[] = [];
  const count = { steps: 0, held: 0 };
  async function* stream(steps: readonly Step[], signal: AbortSignal): AsyncGenerator<Buffer> {
    for (const step of steps) {
      signal.throwIfAborted();
      count.steps += 1;
      if (step instanceof Error) throw step;
      if (step instanceof Promise) await unlessAborted(step, signal);
      else yield Buffer.from(step);
    }
    signal.throwIfAborted();
  }
  return {
    opened,
    get steps() {
      return count.steps;
    },
    get held() {
      return count.held;
    },
    put(key, steps, etag = 'v1') {
      stored.set(key, { etag, steps });
      return { bucket: BUCKET, key, etag };
    },
    async open(ref, signal): Promise<OpenObject> {
      signal.throwIfAborted();
      const found = [ref.key, ref.alternateKey ?? ref.key].find((key) => stored.has(key));
      const object = found === undefined ? undefined : stored.get(found);
      if (found === undefined || object === undefined) throw s3Error('NoSuchKey');
      if (ref.etag !== undefined && ref.etag !== object.etag) throw s3Error('PreconditionFailed');
      opened.push(`${found} ${object.etag}`);
      count.held += 1;
      return {
        version: { bucket: ref.bucket, key: found, version: object.etag },
        size: 1,
        lastModified: undefined,
        stream: (stop) => stream(object.steps, stop),
        range: () => Promise.reject(new Error('no range is asked of small objects')),
        [Symbol.dispose]: () => {
          count.held -= 1;
        },
      };
    },
  };
}

export interface Rig {
  readonly stateDir: string;
  readonly objects: FakeObjects;
  readonly transports: readonly FakeTransport[];
  /** Things the pipeline said: records read by log type, reasons of quarantine. */
  readonly said: { read: Record<string, number>; quarantined: string[] };
  parts: PipelineParts;
  /** As a new process would: everything anew but the state directory, the objects and the destinations. */
  restart(): Promise<void>;
  /** Kind, ordinal, destination, reason and bytes of what is in quarantine. */
  quarantined(): Promise<string[]>;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly destinations?: readonly string[];
  readonly windowBytes?: number;
  readonly openObjects?: number;
  readonly quarantineBytes?: number;
  /** By destination. */
  readonly filters?: Readonly<Record<string, readonly FilterSettings[]>>;
}

/** A pipeline on real delivery, between objects and destinations in memory. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const { destinations = ['siem', 'archive'], windowBytes = 1024 * 1024, openObjects = 8 } = options;
  const stateDir = mkdtempSync(join(tmpdir(), 'trailferry-'));
  const objects = fakeObjects();
  const transports = destinations.map(() => fakeTransport());
  const said: Rig['said'] = { read: {}, quarantined: [] };

  async function compose(): Promise<PipelineParts> {
    const ledger = await Ledger.load(stateDir, () => {});
    const quarantine = await Quarantine.open(stateDir, options.quarantineBytes ?? 1024 * 1024, () => {});
    const targets = destinations.map((name, index): Target => {
      const transport = transports[index] as FakeTransport;
      const outbox = new Outbox({
        transport,
        windowBytes,
        lingerMs: 1,
        reject: ({ object, destination }, ordinal, frame, { code, message }) =>
          quarantine.put(
            { kind: 'frame', object, ordinal, destination, logType: '', reason: code, message, at: 1 },
            frame,
          ),
        observer: { delivered: () => {}, retried: () => {}, circuit: () => {}, heldBack: () => {} },
      });
      const rules = rulesOf({ filters: options.filters?.[name] ?? [], redact: [], redact_defaults: true });
      return { name, outbox, dress: new Dress(formats.raw, transport.envelope, rules), priorityOf: () => 'normal' };
    });
    return {
      ...{ objects, targets, ledger, quarantine, queue: 'q', overrides: [], mapping: unchanged },
      lanes: new Lanes(ledger),
      openObjects: new Places(openObjects),
      gate: new Gate(targets.map(({ outbox }) => outbox)),
      observer: {
        opened: () => {},
        read: (records) => {
          for (const [type, count] of records) said.read[type] = (said.read[type] ?? 0) + count;
        },
        quarantined: (reason) => said.quarantined.push(reason),
      },
    };
  }

  async function end({ gate, targets, ledger }: PipelineParts): Promise<void> {
    gate.close();
    for (const { outbox } of targets) await outbox.stop(0);
    await ledger.close();
  }

  const rig: Rig = {
    ...{ stateDir, objects, transports, said },
    parts: await compose(),
    async restart() {
      await end(rig.parts);
      rig.parts = await compose();
    },
    async quarantined() {
      const entries = await Array.fromAsync(quarantined(stateDir));
      return entries
        .map(({ kind, ordinal, destination, reason, bytes }) => `${kind} ${ordinal} ${destination} ${reason} ${bytes}`)
        .sort();
    },
    async close() {
      await end(rig.parts);
      rmSync(stateDir, { recursive: true });
    },
  };
  return rig;
}

/** Long enough that 100 records are more than the head by which an object's log type is told. */
const PAD = '.'.repeat(700);

export function record(n: number): string {
  return `{"n":${n},"pad":"${PAD}"}`;
}

/** Records `from` up to, not including, `to`, as lines of JSON. */
export function lines(from: number, to: number): string {
  return range(from, to)
    .map((n) => `${record(n)}\n`)
    .join('');
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

/** Numbers of the records that a destination answered for, in order. */
export function numbers(transport: FakeTransport | undefined): number[] {
  return (transport?.delivered ?? []).map((text) => (JSON.parse(text) as { n: number }).n);
}

/** A promise, and the function that fulfils it. */
export function held(): { readonly until: Promise<void>; go(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { until: promise, go: resolve };
}
