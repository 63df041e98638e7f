import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meaningOf } from '../../../transports/hec/codes.ts';
import type { Verdict } from '../../../transports/hec/connection.ts';
import { deliver } from '../../../transports/hec/delivery.ts';
import { hecEnvelope } from '../../../transports/hec/envelope.ts';
import { badFrames, blockOf, goodFrames, idOf, lost, makeRig, ORIGIN, settings, TOKEN } from './rig.ts';

type BadCode = keyof typeof badFrames;
/** Code 7, a wrong index, is no fault of an event. */
const badCodes = [6, 12, 13, 15] as const;
const indexes = ['aws'];

/** Good frames, with bad ones at some positions. */
function mixed(good: readonly string[], bad: ReadonlyMap<number, BadCode>): string[] {
  return good.map((frame, i) => {
    const code = bad.get(i);
    return code === undefined ? frame : badFrames[code];
  });
}

describe.each([true, false])('with ack: %s', (ack) => {
  const rig = () => makeRig({ ack }, { tokens: [{ token: TOKEN, ack, indexes }] });

  test.each(badCodes.flatMap((code) => [0, 1, 499, 998, 999].map((at) => [code, at] as const)))(
    'one event of code %d at %d of 1,000: all others arrive',
    async (code, at) => {
      await using own = await rig();
      const { transport, stub, deliver } = own;
      const rejected = await deliver(mixed(goodFrames(transport, 1000), new Map([[at, code]])));
      expect(rejected).toEqual([at]);
      expect(lost(stub, 0, 1000, [at])).toEqual([]);
      const { indexed, duplicates, silentlyDropped } = stub.stats();
      expect({ silentlyDropped, distinct: indexed - duplicates }).toEqual({ silentlyDropped: 0, distinct: 999 });
      // Without acknowledgement the taken events need no second sending; with it they do, to be acknowledged.
      expect(duplicates).toBe(ack ? at : 0);
    },
  );

  test('any bad events anywhere: exactly they are rejected, all others arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 60 }),
        fc.nat(59),
        fc.array(fc.tuple(fc.nat(59), fc.constantFrom(...badCodes)), { maxLength: 12 }),
        async (count, spared, planted) => {
          await using own = await rig();
          const { transport, stub, deliver } = own;
          const bad = new Map(planted.filter(([at]) => at !== spared % count && at < count));
          const rejected = await deliver(mixed(goodFrames(transport, count), bad));
          const expected = [...bad.keys()].sort((a, b) => a - b);
          expect(rejected).toEqual(expected);
          expect(lost(stub, 0, count, expected)).toEqual([]);
          expect(stub.stats().silentlyDropped).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a refusal without a number is narrowed down by halves', async () => {
    await using own = await rig();
    const { transport, stub, deliver } = own;
    const frames = goodFrames(transport, 200);
    stub.fault({ times: 0, containing: '"n":137,', answer: { status: 400, code: 6 } });
    expect(await deliver(frames)).toEqual([137]);
    expect(lost(stub, 0, 200, [137])).toEqual([]);
    expect(stub.stats().requests).toBeLessThan(20);
  });

  test('a number that points to a good event loses nothing', async () => {
    await using own = await rig();
    const { transport, stub, deliver } = own;
    const frames = goodFrames(transport, 20);
    const body = JSON.stringify({ text: 'Invalid data format', code: 6, 'invalid-event-number': 15 });
    stub.fault({ times: 0, containing: '"n":4,', answer: { status: 400, body } });
    expect(await deliver(frames)).toEqual([4]);
    expect(lost(stub, 0, 20, [4])).toEqual([]);
  });

  const spoilt: readonly [string, (frames: string[]) => string[]][] = [
    ['all', (frames) => frames.map(() => badFrames[7])],
    ['one', (frames) => frames.with(frames.length >> 1, badFrames[7])],
    ['the first', (frames) => frames.with(0, badFrames[7])],
    ['the last half', (frames) => frames.map((frame, i) => (i < frames.length >> 1 ? frame : badFrames[7]))],
  ];
  test.each(spoilt.flatMap(([name, spoil]) => [1, 2, 5, 300].map((count) => [name, count, spoil] as const)))(
    'a wrong index of %s of %i blocks the destination, and what stands before it does not come again and again',
    async (_name, count, spoil) => {
      await using own = await rig();
      const { transport, stub, send } = own;
      const frames = spoil(goodFrames(transport, count));
      for (let tries = 0; tries < 4; tries++) {
        const error = await send(tries === 3 ? goodFrames(transport, 1, 1000) : frames);
        expect(error).toMatchObject({ code: 'TF-HEC-07', fault: { kind: 'blocked' } });
        expect(error?.message).toContain('allowed indexes of the token');
      }
      const { duplicates, requests, indexed } = stub.stats();
      expect({ duplicates, few: requests < 10, less: indexed < count }).toEqual({
        duplicates: 0,
        few: true,
        less: true,
      });
      stub.token({ token: TOKEN, ack });
      expect(await send(frames)).toBeUndefined();
      expect(lost(stub, 0, count).filter((n) => frames[n] !== badFrames[7])).toEqual([]);
      expect(stub.stats().duplicates).toBe(indexed);
    },
  );

  test('all events bad in themselves are rejected, at a cost that is not quadratic', async () => {
    await using own = await rig();
    const { stub, send } = own;
    const error = await send(Array.from({ length: 500 }, () => badFrames[13]));
    expect(error?.fault).toEqual({ kind: 'rejected', frames: Array.from({ length: 500 }, (_, i) => i) });
    expect(error?.message).toContain('Event field cannot be blank');
    expect(error?.message.length).toBeLessThan(500);
    const bytes = 500 * badFrames[13].length;
    expect(stub.stats().bytes).toBeLessThan(bytes * 12);
  });

  test('too large for the receiver: split, and only what is too large alone is rejected', async () => {
    await using own = await makeRig({ ack }, { maxContentBytes: 2000 });
    const { transport, stub, deliver } = own;
    const frames = goodFrames(transport, 40);
    frames[13] = goodFrames(transport, 1, 13, 5000)[0] ?? '';
    expect(await deliver(frames)).toEqual([13]);
    expect(lost(stub, 0, 40, [13])).toEqual([]);
    expect(stub.stats().duplicates).toBe(0);
  });

  test('a block above max_content_bytes becomes several requests, in order', async () => {
    await using own = await makeRig({ ack, max_content_bytes: 10_000 });
    const { transport, stub, deliver } = own;
    expect(await deliver(goodFrames(transport, 100, 0, 200))).toEqual([]);
    expect(stub.requests.filter(({ url }) => url.pathname.endsWith('event')).length).toBeGreaterThan(4);
    for (const { body } of stub.requests) expect(body.length).toBeLessThanOrEqual(10_000);
    expect(stub.events.map(({ event }) => (event as { n: number }).n)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
    expect(stub.stats()).toMatchObject({ indexed: 100, duplicates: 0 });
  });

  test('no request holds more events than max_events_per_request', async () => {
    await using own = await makeRig({ ack, max_events_per_request: 40 });
    const { transport, stub, deliver } = own;
    expect(await deliver(goodFrames(transport, 100))).toEqual([]);
    const posts = stub.requests.filter(({ url }) => url.pathname.endsWith('event'));
    expect(posts.map(({ body }) => body.toString().trimEnd().split('\n').length)).toEqual([40, 40, 20]);
  });

  test('an early 413 does not hang', async () => {
    await using own = await makeRig({ ack });
    const { transport, stub, deliver } = own;
    stub.fault({ early: true, answer: { status: 413, body: '<html>', headers: { connection: 'close' } } });
    expect(await deliver(goodFrames(transport, 100, 0, 8000))).toEqual([]);
    expect(lost(stub, 0, 100)).toEqual([]);
  });
});

test('one bad event at each of 1,000 places: it alone is refused, and all others are taken', async () => {
  const envelope = hecEnvelope(settings(), 'h').bind(ORIGIN, 'json');
  const good = Array.from({ length: 1000 }, (_, n) => envelope.frame(`{"n":${n}}`, 0, 0, idOf(n)));
  const { signal } = new AbortController();
  const limits = { mostBytes: 900_000, mostFrames: 1000, mayFollow: () => true };
  for (let at = 0; at < 1000; at += 1) {
    const bad = badCodes[at % badCodes.length] ?? 6;
    const taken = new Set<number>();
    const post = (events: Buffer) => Promise.resolve(asSplunk(events, bad, (n) => taken.add(n)));
    const rules = { place: 'splunk', ...limits, trustPrefix: at % 2 === 0, onMisconfigured: () => {}, signal };
    const refused = await deliver(blockOf(good.with(at, badFrames[bad])), post, rules);
    expect([...refused.keys()]).toEqual([at]);
    expect([taken.size, taken.has(at)]).toEqual([999, false]);
  }
});

/** Takes what stands before the bad event, and names its number. */
function asSplunk(events: Buffer, code: number, take: (n: number) => void): Verdict {
  const lines = events.toString().split('\n').slice(0, -1);
  const bad = lines.findIndex((line) => !line.includes('"event_id"'));
  for (const line of bad < 0 ? lines : lines.slice(0, bad)) take(Number(/"n":(\d+)/.exec(line)?.[1]));
  const said = bad < 0 ? { status: 200, code: 0, invalidEvent: undefined } : { status: 400, code, invalidEvent: bad };
  const answer = { text: '', ackId: undefined, acks: undefined, retryAfterMs: undefined, ...said };
  return { answer, meaning: meaningOf(answer) };
}

describe('a proxy that answers in place of Splunk', () => {
  test.each([413, 400])('HTTP %i once for a small event: it is sent again, and taken', async (status) => {
    await using rig = await makeRig();
    rig.stub.fault({ answer: { status, body: '<html>' } });
    expect(await rig.send(goodFrames(rig.transport, 1))).toBeUndefined();
    expect(rig.stub.stats()).toMatchObject({ indexed: 1, duplicates: 0 });
  });

  test.each([413, 400])('HTTP %i for whatever comes: blocked, and nothing is rejected', async (status) => {
    await using rig = await makeRig();
    rig.stub.fault({ times: 0, answer: { status, body: '<html>' } });
    for (const count of [1, 40]) expect((await rig.send(goodFrames(rig.transport, count)))?.fault.kind).toBe('blocked');
    rig.stub.clear();
    expect(await rig.send(goodFrames(rig.transport, 40))).toBeUndefined();
  });
});

describe('code 8, internal server error', () => {
  test('is tried again, and heals', async () => {
    await using rig = await makeRig();
    rig.stub.fault({ times: 2, answer: { status: 500, code: 8 } });
    expect(await rig.send(goodFrames(rig.transport, 10))).toBeUndefined();
    const posts = rig.stub.requests.filter(({ url }) => url.pathname.endsWith('/event'));
    expect(posts.map(({ body }) => body.toString())).toEqual(Array(3).fill(posts[0]?.body.toString()));
    expect(rig.stub.stats()).toMatchObject({ indexed: 10, duplicates: 0 });
  });

  test('goes on: the event behind it is found, while other blocks pass', async () => {
    await using rig = await makeRig();
    rig.stub.fault({ times: 0, containing: '"n":70,', answer: { status: 500, code: 8 } });
    const poisoned = rig.send(goodFrames(rig.transport, 100));
    for (let i = 1; i < 20; i++) expect(await rig.send(goodFrames(rig.transport, 10, i * 100))).toBeUndefined();
    expect((await poisoned)?.fault).toEqual({ kind: 'rejected', frames: [70] });
    expect(lost(rig.stub, 0, 100, [70])).toEqual([]);
    expect(rig.stub.stats()).toMatchObject({ indexed: 99 + 190, duplicates: 0 });
  });

  test('never rejects anything while the server fails on everything', async () => {
    await using rig = await makeRig();
    rig.stub.fault({ times: 0, answer: { status: 500, code: 8 } });
    const frames = goodFrames(rig.transport, 300);
    const errors = await Promise.all([rig.send(frames), rig.send(frames.slice(0, 1))]);
    expect(errors.map((error) => error?.fault)).toEqual([{ kind: 'retry' }, { kind: 'retry' }]);
    rig.stub.clear();
    expect(await rig.send(frames)).toBeUndefined();
    expect(rig.stub.stats()).toMatchObject({ indexed: 300, duplicates: 0 });
  });
});
