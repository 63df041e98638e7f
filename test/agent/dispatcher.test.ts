import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { named, QueueError } from '../../agent/aws/errors.ts';
import { createLeases } from '../../agent/aws/leases.ts';
import { readLedger } from '../../agent/delivery/ledger.ts';
import { Dispatcher, type DispatcherParts, type HandleMessage, type Verdict } from '../../agent/dispatcher.ts';
import { messageHandler } from '../../agent/message.ts';
import { Places } from '../../agent/places.ts';
import { FakeQueue } from '../fakes/queue.ts';
import { BUCKET, held, lines, numbers, type Rig, range, s3Error, startRig } from './rig.ts';

const SETTLED: Verdict = { kind: 'settled', what: 'objects' };
const RETURNED: Verdict = { kind: 'return', code: 'TF-S3-503', message: 'busy', afterSeconds: 10 };

interface Work {
  readonly id: string;
  readonly reading: AbortSignal;
  readonly waiting: AbortSignal;
  end(verdict: Verdict): void;
}

let queue: FakeQueue;
let works: Work[];
let said: string[];
beforeEach(() => {
  queue = new FakeQueue();
  [works, said] = [[], []];
});
afterEach(() => vi.restoreAllMocks());

/** Keeps each message until the test ends it. */
const keep: HandleMessage = ({ id }, { reading, waiting }) => {
  const { promise, resolve } = Promise.withResolvers<Verdict>();
  works.push({ id, reading, waiting, end: resolve });
  return promise;
};

function dispatcher(some: Partial<DispatcherParts> = {}): Dispatcher {
  return new Dispatcher({
    queue,
    leases: createLeases(queue, { failed: () => {}, lost: () => {} }),
    handle: keep,
    places: new Places(3),
    priorityOf: () => 'normal',
    destinationsUp: async () => {},
    observer: {
      received: (messages) => messages.length > 0 && said.push(`received ${messages.length}`),
      ended: (verdict) => said.push(verdict.kind === 'return' ? `returned ${verdict.code}` : verdict.kind),
      receive: (error) => error !== undefined && said.push(error.code),
    },
    ...some,
  });
}

const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
const began = (count: number): Promise<void> => vi.waitFor(() => expect(works).toHaveLength(count));
const ids = (): string[] => works.map(({ id }) => id);

describe('receiving', () => {
  test('takes only as many as there are free places', async () => {
    for (const body of range(0, 5)) queue.send(String(body));
    const one = dispatcher();
    const run = one.run(false);
    await began(3);
    await turns();
    expect(queue.asked).toEqual([3]);
    works[1]?.end(SETTLED);
    await began(4);
    await turns();
    expect(queue.asked).toEqual([3, 1]);
    expect(ids()).toEqual(['m0', 'm1', 'm2', 'm3']);
    for (const work of works) work.end(SETTLED);
    await began(5);
    works[4]?.end(SETTLED);
    await one.stop(1000);
    await run;
    expect(Math.max(...queue.asked)).toBe(3);
    expect(queue.removed.sort()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  });

  test('asks for ten at most', async () => {
    const one = dispatcher({ places: new Places(64) });
    const run = one.run(false);
    await vi.waitFor(() => expect(queue.asked).toEqual([10]));
    await one.stop(0);
    await run;
  });

  test('waits while a destination is down, and takes nothing', async () => {
    queue.send('x');
    const up = held();
    const one = dispatcher({ destinationsUp: () => up.until });
    const run = one.run(false);
    await turns();
    expect(queue.asked).toEqual([]);
    up.go();
    await began(1);
    works[0]?.end(SETTLED);
    await one.stop(0);
    await run;
  });

  test('of a queue whose places another queue has taken goes on when those are free again', async () => {
    const places = new Places(2);
    for (const body of ['a', 'b']) queue.send(body);
    const first = dispatcher({ places });
    const firstRun = first.run(false);
    await began(2);
    const second = new FakeQueue();
    second.send('other', 'other');
    const observer = { received: () => {}, ended: () => {}, receive: () => {} };
    const leases = createLeases(second, { failed: () => {}, lost: () => {} });
    const other = dispatcher({ places, queue: second, leases, observer });
    const otherRun = other.run(false);
    await turns();
    expect(second.asked).toEqual([]);
    works[0]?.end(SETTLED);
    await vi.waitFor(() => expect(ids()).toContain('other'));
    for (const work of works) work.end(SETTLED);
    await Promise.all([first.stop(1000), other.stop(1000), firstRun, otherRun]);
  });

  test('that fails is tried again after a pause, longer each time', async () => {
    vi.useFakeTimers();
    try {
      const busy = new QueueError('receiving', named('ServiceUnavailable', 'busy'));
      const denied = new QueueError('receiving', named('AccessDenied', 'no'));
      queue.failures.push(busy, denied);
      const one = dispatcher();
      const run = one.run(false);
      await vi.advanceTimersByTimeAsync(9_999);
      expect(queue.asked).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(queue.asked).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(59_999);
      expect(queue.asked).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(1);
      expect(queue.asked).toHaveLength(3);
      expect(said).toEqual(['TF-SQS-503', 'TF-SQS-403']);
      await one.stop(0);
      await run;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('that fails by a fault of the program ends the run', async () => {
    queue.failures.push(new TypeError('a bug'));
    await expect(dispatcher().run(false)).rejects.toThrow('a bug');
  });

  test('leaves no listeners behind, however often places are full', async () => {
    const one = dispatcher({ places: new Places(1), handle: async () => SETTLED });
    for (const body of range(0, 200)) queue.send(String(body));
    const run = one.run(false);
    await vi.waitFor(() => expect(queue.removed).toHaveLength(200), 10_000);
    expect(getEventListeners(queue.signal as AbortSignal, 'abort').length).toBeLessThan(5);
    await one.stop(0);
    await run;
  });
});

describe('a message', () => {
  async function ended(verdict: Verdict): Promise<void> {
    queue.send('x');
    await dispatcher({ handle: async () => verdict }).run(true);
  }

  test.each([
    [SETTLED, ['received 1', 'settled']],
    [{ kind: 'notice', what: 's3:TestEvent' } as const, ['received 1', 'notice']],
  ])('that is %j is deleted', async (verdict, expected) => {
    await ended(verdict);
    expect(queue.removed).toEqual(['m0']);
    expect(queue.released).toEqual([]);
    expect(said).toEqual(expected);
  });

  test('that is to come again is released for as long as its verdict says, and never deleted', async () => {
    await ended({ ...RETURNED, afterSeconds: 300 });
    expect(queue.removed).toEqual([]);
    expect(queue.released).toEqual(['m0 after 300']);
    expect(said).toEqual(['received 1', 'returned TF-S3-503']);
  });

  test('that could not be deleted does not count as deleted', async () => {
    queue.refusals.push(new QueueError('deleting', named('AccessDenied', 'no')));
    await ended(SETTLED);
    expect(queue.removed).toEqual([]);
    expect(said).toEqual(['received 1', 'returned TF-SQS-403']);
  });

  test('that comes twice while it is worked on is worked on once, and deleted by its newest receipt', async () => {
    queue.send('x', 'twin');
    const one = dispatcher();
    const run = one.run(false);
    await began(1);
    queue.send('x', 'twin');
    await vi.waitFor(() => expect(said).toEqual(['received 1', 'received 1']));
    await turns();
    expect(works).toHaveLength(1);
    works[0]?.end(SETTLED);
    await vi.waitFor(() => expect(queue.removed).toEqual(['twin']));
    await one.stop(0);
    await run;
  });

  test('whose lease is lost stops the reading and the waiting, and is neither deleted nor released', async () => {
    vi.spyOn(queue, 'extend').mockImplementation(async (messages) => {
      const error = new QueueError('extending', named('ReceiptHandleIsInvalid', 'the receipt handle has expired'));
      return messages.map((message) => ({ message, error }));
    });
    vi.useFakeTimers();
    try {
      queue.send('x');
      const one = dispatcher();
      const run = one.run(false);
      await vi.advanceTimersByTimeAsync(150_000);
      const { reading, waiting } = works[0] as Work;
      expect([reading.aborted, waiting.aborted]).toEqual([true, true]);
      expect(reading.reason).toMatchObject({ code: 'TF-SQS-LEASE' });
      works[0]?.end({ kind: 'return', code: 'TF-SQS-LEASE', message: '', afterSeconds: 0 });
      await one.stop(0);
      await run;
      expect([queue.removed, queue.released]).toEqual([[], []]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a stop', () => {
  test('ends receiving and reading at once, and waits for answers', async () => {
    queue.send('x');
    const one = dispatcher();
    const run = one.run(false);
    await began(1);
    let stopped = false;
    const stop = one.stop(10_000).then(() => {
      stopped = true;
    });
    await turns();
    const { reading, waiting } = works[0] as Work;
    expect([reading.aborted, waiting.aborted, stopped]).toEqual([true, false, false]);
    works[0]?.end({ kind: 'return', code: 'TF-AGENT-STOP', message: '', afterSeconds: 0 });
    await stop;
    await run;
    expect(queue.released).toEqual(['m0 after 0']);
  });

  test('gives up answers when its grace is over', async () => {
    queue.send('x');
    const one = dispatcher({
      handle: (_, { reading, waiting }) =>
        new Promise((resolve) => {
          const back: Verdict = { kind: 'return', code: 'TF-AGENT-STOP', message: '', afterSeconds: 0 };
          waiting.addEventListener('abort', () => reading.aborted && resolve(back));
        }),
    });
    const run = one.run(false);
    await vi.waitFor(() => expect(said).toEqual(['received 1']));
    await one.stop(30);
    await run;
    expect(queue.released).toEqual(['m0 after 0']);
  });

  test.each([
    ['receives', {}],
    ['waits for a destination', { destinationsUp: (signal: AbortSignal) => rejection(signal) }],
  ])('ends a dispatcher that %s', async (_, some) => {
    const one = dispatcher(some);
    const run = one.run(false);
    await turns();
    await one.stop(0);
    await run;
  });

  test('ends a dispatcher that waits for a place', async () => {
    const places = new Places(1);
    const other = held();
    void places.add('normal', () => other.until);
    const one = dispatcher({ places });
    const run = one.run(false);
    await turns();
    await one.stop(0);
    await run;
    other.go();
  });
});

function rejection(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

describe('once', () => {
  test('ends when the queue gives nothing more and all work is done', async () => {
    queue.send('x');
    let ended: number | undefined;
    const run = dispatcher()
      .run(true)
      .then((givenBack) => {
        ended = givenBack;
      });
    await began(1);
    await turns();
    expect(ended).toBeUndefined();
    works[0]?.end(RETURNED);
    await began(2);
    works[1]?.end(SETTLED);
    await run;
    expect(ended).toBe(0);
    expect(queue.removed).toEqual(['m0']);
  });

  test('tells how many messages it leaves behind', async () => {
    const handle: HandleMessage = async () => ({ ...RETURNED, afterSeconds: 1000 });
    for (const body of ['x', 'y']) queue.send(body);
    expect(await dispatcher({ handle }).run(true)).toBe(2);
    expect(queue.removed).toEqual([]);
  });

  test('gives up when receiving fails for good, or five times in a row', async () => {
    const denied = new QueueError('receiving', named('AccessDenied', 'no'));
    queue.failures.push(denied);
    await expect(dispatcher().run(true)).rejects.toBe(denied);
    vi.useFakeTimers();
    try {
      const busy = new QueueError('receiving', named('ServiceUnavailable', 'busy'));
      queue.failures.push(...Array(5).fill(busy));
      const gone = expect(dispatcher().run(true)).rejects.toBe(busy);
      await vi.advanceTimersByTimeAsync(120_000);
      await gone;
    } finally {
      vi.useRealTimers();
    }
  });

  test('tries again after a receive that failed', async () => {
    vi.useFakeTimers();
    try {
      queue.failures.push(new QueueError('receiving', named('ServiceUnavailable', 'busy')));
      queue.send('x');
      const run = dispatcher({ handle: async () => SETTLED }).run(true);
      await vi.advanceTimersByTimeAsync(20_000);
      await run;
      expect(queue.removed).toEqual(['m0']);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('nothing is deleted before it is complete on the disk', () => {
  const KEYS = ['a', 'b', 'c', 'd'];
  const DESTINATIONS = ['siem', 'archive'];
  const message = fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 3 });
  const fault = fc.constantFrom<'none' | 'read' | 'missing' | 'retry' | 'refuse'>(
    ...(['none', 'read', 'missing', 'retry', 'refuse'] as const),
  );

  function body(keys: readonly string[]): string {
    const Records = keys.map((key) => ({
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: BUCKET }, object: { key, eTag: 'v1', size: 1 } },
    }));
    return JSON.stringify({ Records });
  }

  async function incomplete(rig: Rig, text: string): Promise<string[]> {
    const { entries } = await readLedger(rig.stateDir);
    const { Records } = JSON.parse(text) as { Records: { s3: { object: { key: string } } }[] };
    const wanted = Records.flatMap(({ s3 }) => DESTINATIONS.map((name) => `${s3.object.key} ${name}`));
    const done = entries.filter((entry) => entry.complete).map((entry) => `${entry.object.key} ${entry.destination}`);
    return wanted.filter((name) => !done.includes(name));
  }

  test('whatever fails at first, over all its objects and destinations; in the end all is deleted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 6 }),
        fc.array(fault, { maxLength: 6 }),
        async (messages, faults) => {
          const rig = await startRig({ destinations: DESTINATIONS, openObjects: 2 });
          queue = new FakeQueue();
          const early: string[] = [];
          queue.beforeRemove = async (text) => {
            early.push(...(await incomplete(rig, text)));
          };
          for (const [index, key] of KEYS.entries()) {
            const all = [lines(index * 120, index * 120 + 110), lines(index * 120 + 110, index * 120 + 120)];
            rig.objects.put(key, all);
          }
          const script = [...faults];
          const open = rig.objects.open.bind(rig.objects);
          vi.spyOn(rig.objects, 'open').mockImplementation(async (ref, signal) => {
            const next = script.shift();
            if (next === 'missing') throw s3Error('SlowDown');
            const object = await open(ref, signal);
            if (next !== 'read') return object;
            const stream = object.stream.bind(object);
            return {
              ...object,
              async *stream(stop) {
                for await (const chunk of stream(stop)) {
                  yield chunk;
                  throw s3Error('ECONNRESET');
                }
              },
            };
          });
          for (const transport of rig.transports) {
            transport.script(() => {
              const next = script.shift();
              if (next === 'retry') return { kind: 'retry' };
              return next === 'refuse' ? { kind: 'rejected', frames: [0] } : 'ok';
            });
          }
          for (const keys of messages) queue.send(body(keys));
          const observer = { began: () => {}, ended: () => {} };
          const handle = messageHandler({ pipeline: rig.parts, buckets: [BUCKET], observer });
          await dispatcher({ handle }).run(true);
          expect(early).toEqual([]);
          expect(queue.removed).toHaveLength(messages.length);
          const wanted = KEYS.flatMap((key, index) =>
            messages.some((keys) => keys.includes(key)) ? range(index * 120, index * 120 + 120) : [],
          );
          const kept = await rig.quarantined();
          for (const [index, name] of DESTINATIONS.entries()) {
            const aside = kept
              .filter((entry) => entry.split(' ')[2] === name)
              .map((entry) => (JSON.parse(entry.split(' ').slice(4).join(' ')) as { n: number }).n);
            const all = [...numbers(rig.transports[index]), ...aside].sort((a, b) => a - b);
            expect(all).toEqual(wanted);
          }
          await rig.close();
        },
      ),
      { numRuns: 10 },
    );
  });
});
