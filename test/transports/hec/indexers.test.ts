import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { hec } from '../../../transports/hec/index.ts';
import type { HecSettings } from '../../../transports/hec/settings.ts';
import type { DeliveryError, Transport } from '../../../transports/transport.ts';
import { createHecStub, type HecStub, type HecStubOptions } from '../../fakes/hec-stub.ts';
import { badFrames, blockOf, Context, faultOf, goodFrames, idOf, settings, TOKEN } from './rig.ts';

const never = new AbortController().signal;
const busy = { status: 503, code: 9, text: 'Server is busy' };

/** What another host takes is sent again at once. */
async function deliver(
  transport: Transport,
  frames: readonly string[],
  signal = never,
): Promise<DeliveryError | undefined> {
  for (;;) {
    const error = await faultOf(transport.send(blockOf(frames), signal));
    if (error?.fault.kind !== 'retry' || error.fault.elsewhere === undefined) return error;
  }
}

class Cluster implements AsyncDisposable {
  readonly context = new Context();
  readonly stubs: readonly HecStub[];
  readonly transport: Transport;

  constructor(stubs: readonly HecStub[], changes: Partial<HecSettings>) {
    this.stubs = stubs;
    this.transport = hec.create(settings({ url: stubs.map(({ url }) => url), ...changes }), this.context);
  }

  stub(index: number): HecStub {
    return this.stubs[index] as HecStub;
  }

  /** Sends blocks of two frames, `from` on, as the agent does, and tells what became of each. */
  send(blocks: number, from = 0, signal = never): Promise<readonly (DeliveryError | undefined)[]> {
    const frames = (n: number) => goodFrames(this.transport, 2, from + 2 * n);
    return Promise.all(Array.from({ length: blocks }, (_, n) => deliver(this.transport, frames(n), signal)));
  }

  /** Frames below `count` that no indexer has. */
  lost(count: number): number[] {
    const has = (n: number) => this.stubs.some((stub) => stub.ids().has(idOf(n)));
    return Array.from({ length: count }, (_, n) => n).filter((n) => !has(n));
  }

  get indexed(): readonly number[] {
    return this.stubs.map((stub) => stub.stats().indexed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport.close();
    for (const stub of this.stubs) await stub[Symbol.asyncDispose]();
  }
}

async function cluster(count: number, changes: Partial<HecSettings> = {}, options: HecStubOptions = {}) {
  const one = () => createHecStub({ tokens: [{ token: TOKEN, ack: changes.ack ?? true }], keep: true, ...options });
  return new Cluster(await Promise.all(Array.from({ length: count }, one)), changes);
}

const delivered = (count: number): undefined[] => Array(count).fill(undefined);

describe.each([true, false])('several indexers, ack: %s', (ack) => {
  test('share the blocks, few or many', async () => {
    await using own = await cluster(3, { ack });
    for (let n = 0; n < 6; n++) expect(await own.send(1, 2 * n)).toEqual(delivered(1));
    expect(own.indexed).toEqual([4, 4, 4]);
    expect(await own.send(60, 12)).toEqual(delivered(60));
    expect(own.lost(132)).toEqual([]);
    for (const stub of own.stubs) expect(stub.stats()).toMatchObject({ duplicates: 0, silentlyDropped: 0 });
    expect(Math.min(...own.indexed)).toBeGreaterThanOrEqual(30);
    expect(own.context.hosts).toHaveLength(3);
  });

  test('a slow one gets fewer', async () => {
    await using own = await cluster(2, { ack });
    own.stub(0).fault({ times: 0, delayMs: 150 });
    for (let n = 0; n < 10; n++) {
      const sends = own.send(4, 8 * n);
      await sleep(20);
      void sends;
    }
    await expect.poll(() => own.lost(80), { timeout: 20_000 }).toEqual([]);
    expect(own.stub(0).stats().indexed).toBeLessThan(own.stub(1).stats().indexed);
  });

  test('one that is not there: the others take all, and the operator is told once', async () => {
    await using own = await cluster(3, { ack });
    const { port } = own.stub(0);
    await own.stub(0)[Symbol.asyncDispose]();
    expect(await own.send(30)).toEqual(delivered(30));
    expect(own.lost(60)).toEqual([]);
    expect(own.context.hosts.slice(3)).toEqual([expect.stringMatching(`^127.0.0.1:${port} down .*ECONNREFUSED`)]);
    await using back = await createHecStub({ port, tokens: [{ token: TOKEN, ack }] });
    await expect
      .poll(async () => [await own.send(2), back.stats().indexed > 0][1], { timeout: 40_000, interval: 500 })
      .toBe(true);
    expect(own.context.hosts.at(-1)).toBe(`127.0.0.1:${port} up`);
  });

  test('one that says nothing costs one stall, not one for each block', async () => {
    await using own = await cluster(2, { ack });
    const mute = createServer();
    await once(mute.listen(0, '127.0.0.1'), 'listening');
    const silent = `http://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const given = { url: [silent, own.stub(0).url], ack, request_timeout: 700 };
    const transport = hec.create(settings(given), new Context());
    const since = performance.now();
    await Promise.all(Array.from({ length: 40 }, (_, n) => deliver(transport, goodFrames(transport, 1, n))));
    expect(performance.now() - since).toBeLessThan(5 * 700);
    expect(own.lost(40)).toEqual([]);
    await transport.close();
    mute.close();
  });

  test('one that is busy and says for how long: what waits behind goes to the others at once', async () => {
    await using own = await cluster(2, { ack });
    own.stub(0).fault({ times: 0, answer: { ...busy, headers: { 'retry-after': '60' } } });
    expect(await own.send(40)).toEqual(delivered(40));
    expect(own.indexed).toEqual([0, 80]);
    expect(own.stub(0).stats().requests).toBe(0);
    expect(own.stub(0).requests.length).toBeLessThan(3);
  });

  test('one whose token is wrong: the others take all, and the remedy is named', async () => {
    await using own = await cluster(2, { ack });
    own.stub(1).revoke({ token: TOKEN });
    expect(await own.send(20)).toEqual(delivered(20));
    expect(own.indexed).toEqual([40, 0]);
    expect(own.context.hosts.at(-1)).toMatch(/blocked .*enter a valid, enabled HEC token/);
  });

  test('all of one opinion: blocked, and nothing is lost', async () => {
    await using own = await cluster(2, { ack });
    for (const stub of own.stubs) stub.revoke({ token: TOKEN });
    const [error] = await own.send(1);
    expect(error).toMatchObject({ code: 'TF-HOSTS-BLOCKED', fault: { kind: 'blocked' } });
    expect(error?.message).toContain('enter a valid, enabled HEC token');
    for (const stub of own.stubs) stub.token({ token: TOKEN, ack });
    expect(await own.send(4)).toEqual(delivered(4));
  });

  test('one blocked, one down: time may heal it', async () => {
    await using own = await cluster(2, { ack });
    own.stub(0).revoke({ token: TOKEN });
    own.stub(1).fault({ times: 0, answer: busy });
    expect((await own.send(1))[0]).toMatchObject({ code: 'TF-HOSTS-DOWN', fault: { kind: 'retry' } });
  });

  test('a bad event is found and refused by one, and asked of no other', async () => {
    await using own = await cluster(2, { ack });
    const frames = goodFrames(own.transport, 20);
    frames[7] = badFrames[13];
    const error = await faultOf(own.transport.send(blockOf(frames), never));
    expect(error?.fault).toEqual({ kind: 'rejected', frames: [7] });
    expect(own.indexed.filter((count) => count > 0)).toHaveLength(1);
    expect(own.context.hosts).toHaveLength(2);
  });

  test('an aborted send goes to no other', async () => {
    await using own = await cluster(2, { ack });
    for (const stub of own.stubs) stub.fault({ times: 0, stall: 'before' });
    const abort = new AbortController();
    const sends = own.send(2, 0, abort.signal);
    await expect.poll(() => own.stubs.map(({ requests }) => requests.length)).toEqual([1, 1]);
    abort.abort();
    for (const error of await sends) expect(error?.code).toBe('TF-HEC-ABORTED');
    expect(own.stubs.map(({ requests }) => requests.length)).toEqual([1, 1]);
    for (const stub of own.stubs) stub.clear();
    expect(await own.send(4)).toEqual(delivered(4));
    expect(own.indexed.every((count) => count > 0)).toBe(true);
  });

  test('close gives all back', async () => {
    await using own = await cluster(2, { ack });
    for (const stub of own.stubs) stub.fault({ times: 0, stall: 'before' });
    const sends = own.send(6);
    await expect.poll(() => own.stubs.map(({ requests }) => requests.length)).toEqual([1, 1]);
    await own.transport.close();
    for (const error of await sends) expect(error?.code).toBe('TF-HEC-CLOSED');
  });
});

test('acknowledgements are asked for where the events went, on channels that no two connections share', async () => {
  await using own = await cluster(3, { connections: 2 }, { indexingMs: 40 });
  expect(await own.send(60)).toEqual(delivered(60));
  const channels = own.stubs.map(
    ({ requests }) => new Set(requests.map(({ headers }) => String(headers['x-splunk-request-channel']))),
  );
  expect(channels.map(({ size }) => size)).toEqual([2, 2, 2]);
  expect(new Set(channels.flatMap((each) => [...each])).size).toBe(6);
});

test('an indexer that restarts: what it had not indexed goes to another', async () => {
  await using own = await cluster(2);
  own.stub(0).indexing({ ms: 100_000 });
  const sends = own.send(10);
  await expect.poll(() => own.stub(0).stats().requests).toBeGreaterThan(4);
  own.stub(0).restart();
  own.stub(0).fault({ times: 0, reset: 'before' });
  // A post that is reset ends the channel, and with it the wait for what the restart has lost.
  expect(await own.send(2, 20)).toEqual(delivered(2));
  expect(await sends).toEqual(delivered(10));
  expect(own.lost(24)).toEqual([]);
});

test('the window grows with the indexers', async () => {
  await using one = await cluster(1);
  await using three = await cluster(3);
  expect(three.transport.window).toBe(3 * one.transport.window);
});

test('a probe goes to each of them', async () => {
  await using own = await cluster(2);
  own.stub(1).revoke({ token: TOKEN });
  const { ok, steps } = await own.transport.probe(never);
  expect(ok).toBe(false);
  expect(steps.filter(({ step }) => step === 'token').map((step) => step.ok)).toEqual([true, false]);
  const hosts = steps.filter(({ step }) => step === 'host').map(({ detail }) => detail);
  expect(hosts).toEqual(own.stubs.map(({ port }, index) => `127.0.0.1:${port}, ${index + 1} of 2, spread`));
});
