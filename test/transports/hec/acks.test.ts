import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Channel } from '../../../transports/hec/channel.ts';
import { Receipt } from '../../../transports/hec/receipt.ts';
import type { StubFault } from '../../fakes/hec-stub.ts';
import { blockOf, faultOf, goodFrames, lost, makeRig, type Rig, TOKEN } from './rig.ts';

const never = new AbortController().signal;

/** Whether a promise has settled by now. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol('open');
  return (await Promise.race([promise, sleep(0, open)])) !== open;
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 5000) throw new Error('waited in vain');
    await sleep(1);
  }
}

const accepted = (rig: Rig, requests: number) => until(() => rig.stub.stats().requests >= requests);

describe('an acknowledgement', () => {
  test('is waited for: 200 alone delivers nothing', async () => {
    await using rig = await makeRig({}, { indexingMs: 100_000 });
    const sent = rig.send(goodFrames(rig.transport, 3));
    await until(() => rig.stub.stats().polls > 5);
    expect(await settled(sent)).toBe(false);
    expect(rig.transport.assurance).toBe('indexed');
  });

  test('settles its own block only, in any order', async () => {
    await using rig = await makeRig();
    rig.stub.indexing({ ms: 150 });
    const slow = rig.send(goodFrames(rig.transport, 1));
    await accepted(rig, 1);
    rig.stub.indexing({ ms: 0 });
    expect(await rig.send(goodFrames(rig.transport, 1, 1))).toBeUndefined();
    expect(await settled(slow)).toBe(false);
    expect(await slow).toBeUndefined();
  });

  test('is asked for before the posts that wait behind', async () => {
    await using rig = await makeRig();
    rig.stub.fault({ times: 0, delayMs: 10 });
    const sends = Array.from({ length: 20 }, (_, n) => rig.send(goodFrames(rig.transport, 1, n)));
    expect(await sends[0]).toBeUndefined();
    expect(rig.stub.stats().requests).toBeLessThan(10);
    await Promise.all(sends);
  });

  test('of a split block is needed for all its requests', async () => {
    await using rig = await makeRig({ max_content_bytes: 4096 });
    rig.stub.fault({ lose: true, containing: '"n":9,' });
    const sent = rig.send(goodFrames(rig.transport, 10, 0, 1000));
    await until(() => rig.stub.stats().acknowledged >= 2);
    await sleep(30);
    expect(await settled(sent)).toBe(false);
  });

  test('is asked for with one poll at a time, on the channel of the post', async () => {
    await using rig = await makeRig({}, { indexingMs: 400 });
    await Promise.all([0, 1, 2, 3].map((n) => rig.deliver(goodFrames(rig.transport, 1, n))));
    const channels = new Set(rig.stub.requests.map(({ headers }) => headers['x-splunk-request-channel']));
    expect(channels.size).toBe(1);
    const polls = rig.stub.requests.filter(({ url }) => url.pathname.endsWith('/ack'));
    expect(polls.length).toBeGreaterThan(1);
    for (const { url } of polls) expect(channels).toContain(url.searchParams.get('channel'));
    expect(polls.some(({ body }) => body.toString() === '{"acks":[0,1,2,3]}')).toBe(true);
  });

  test('that comes soon is asked for soon, however long the interval', async () => {
    await using rig = await makeRig({ ack_poll_interval: 60_000, ack_timeout: 300_000 });
    const since = performance.now();
    for (let n = 0; n < 7; n++) expect(await rig.send(goodFrames(rig.transport, 1, n))).toBeUndefined();
    expect(performance.now() - since).toBeLessThan(6_000);
    expect(rig.stub.stats().polls).toBe(7);
  });

  test('that does not come is asked for ever more rarely, up to the interval', async () => {
    await using rig = await makeRig({ ack_poll_interval: 800, ack_timeout: 300_000 }, { indexingMs: 100_000 });
    const since = performance.now();
    const sent = rig.send(goodFrames(rig.transport, 1));
    await until(() => rig.stub.stats().polls >= 5);
    // 100, 200, 400, 800, 800
    expect(performance.now() - since).toBeGreaterThan(2_200);
    await rig.transport.close();
    expect((await sent)?.code).toBe('TF-HEC-CLOSED');
  });

  test('that is confirmed in a lost reply is not confirmed again: the events are sent again', async () => {
    await using rig = await makeRig({ ack_timeout: 60 });
    rig.stub.fault({ on: 'ack', reset: 'after' });
    expect((await rig.send(goodFrames(rig.transport, 2)))?.code).toBe('TF-HEC-ACK-TIMEOUT');
    expect(await rig.send(goodFrames(rig.transport, 2))).toBeUndefined();
    expect(rig.stub.stats()).toMatchObject({ distinct: 2, duplicates: 2 });
  });

  test('that is outstanding when the connection ends is waited for ten seconds more, not ack_timeout', async () => {
    await using rig = await makeRig({ ack_timeout: 300_000 });
    rig.stub.fault({ on: 'ack', reset: 'after' });
    const started = Date.now();
    expect((await rig.send(goodFrames(rig.transport, 2)))?.code).toBe('TF-HEC-ACK-TIMEOUT');
    expect(Date.now() - started).toBeGreaterThan(9_900);
    expect(Date.now() - started).toBeLessThan(12_000);
  });

  test('of lost events never comes: they are sent again', async () => {
    await using rig = await makeRig({ ack_timeout: 60 });
    rig.stub.fault({ lose: true, times: 3 });
    await rig.deliver(goodFrames(rig.transport, 5));
    expect(lost(rig.stub, 0, 5)).toEqual([]);
    expect(rig.stub.stats()).toMatchObject({ indexed: 5, duplicates: 0 });
  });

  test('that does not come in time ends the channel for all that waits', async () => {
    await using rig = await makeRig({ ack_timeout: 80 }, { indexingMs: 100_000 });
    const sends = [0, 1, 2].map((n) => rig.send(goodFrames(rig.transport, 1, n)));
    for (const error of await Promise.all(sends)) {
      expect(error).toMatchObject({ code: 'TF-HEC-ACK-TIMEOUT', fault: { kind: 'retry' } });
    }
    rig.stub.indexing({ ms: 0 });
    await rig.deliver(goodFrames(rig.transport, 1));
    expect(new Set(rig.stub.requests.map(({ headers }) => headers['x-splunk-request-channel'])).size).toBe(2);
  });
});

describe('the ack endpoint', () => {
  const garbage: readonly [string, StubFault['answer']][] = [
    ['404', { status: 404, code: 404 }],
    ['400 code 14', { status: 400, code: 14 }],
    ['403 code 4', { status: 403, code: 4 }],
    ['500', { status: 500, code: 8 }],
    ['502 page', { status: 502, body: '<html>' }],
    ['a page with 200', { status: 200, body: '<html>' }],
    ['no acks', { status: 200, body: '{"text":"Success","code":0}' }],
    ['acks as a list', { status: 200, body: '{"acks":[true]}' }],
    ['acks as text', { status: 200, body: '{"acks":{"0":"true"}}' }],
    ['acks as number', { status: 200, body: '{"acks":{"0":1}}' }],
    ['acks of others', { status: 200, body: '{"acks":{"1":true}}' }],
    ['acks with an error status', { status: 503, body: '{"acks":{"0":true}}' }],
  ];

  test.each(garbage)('says nothing of the events with %s', async (_name, answer) => {
    await using rig = await makeRig();
    if (answer !== undefined) rig.stub.fault({ on: 'ack', times: 0, answer });
    const sent = rig.send(goodFrames(rig.transport, 2));
    await until(() => rig.stub.requests.filter(({ url }) => url.pathname.endsWith('/ack')).length >= 4);
    expect(await settled(sent)).toBe(false);
    rig.stub.clear();
    expect(await sent).toBeUndefined();
    expect(rig.stub.stats()).toMatchObject({ indexed: 2, duplicates: 0 });
  });

  test('that resets, stalls or breaks off is asked again, and an operator told once', async () => {
    await using rig = await makeRig({ request_timeout: 300 });
    rig.stub.fault({ on: 'ack', reset: 'before' });
    rig.stub.fault({ on: 'ack', stall: 'before' });
    rig.stub.fault({ on: 'ack', half: true });
    rig.stub.indexing({ ms: 500 });
    expect(await rig.send(goodFrames(rig.transport, 2))).toBeUndefined();
    expect(rig.context.notices).toHaveLength(1);
    expect(rig.stub.stats()).toMatchObject({ indexed: 2, duplicates: 0 });
  });

  test('that never answers well gives a retry after ack_timeout, never a delivery', async () => {
    await using rig = await makeRig({ ack_timeout: 80 });
    rig.stub.fault({ on: 'ack', times: 0, answer: { status: 404, code: 404 } });
    expect((await rig.send(goodFrames(rig.transport, 2)))?.code).toBe('TF-HEC-ACK-TIMEOUT');
  });
});

describe('a token without acknowledgement', () => {
  test('blocks: 200 without an id is not a delivery', async () => {
    await using rig = await makeRig({}, { tokens: [{ token: '6b1f7c9a-0000-4000-8000-c0ffee000001' }] });
    const error = await rig.send(goodFrames(rig.transport, 2));
    expect(error).toMatchObject({ code: 'TF-HEC-NO-ACK', fault: { kind: 'blocked' } });
    expect(error?.message).toContain('ack: false');
  });

  test('blocks with code 14 too', async () => {
    await using rig = await makeRig();
    rig.stub.fault({ answer: { status: 400, code: 14 } });
    expect(await rig.send(goodFrames(rig.transport, 2))).toMatchObject({
      code: 'TF-HEC-14',
      fault: { kind: 'blocked' },
    });
  });

  test('is fine with ack: false', async () => {
    await using rig = await makeRig({ ack: false });
    expect(await rig.send(goodFrames(rig.transport, 2))).toBeUndefined();
    expect(rig.transport.assurance).toBe('accepted');
    expect(rig.stub.stats()).toMatchObject({ indexed: 2, polls: 0 });
  });

  test('with acknowledgement and ack: false blocks, and says what to set', async () => {
    await using rig = await makeRig(
      { ack: false },
      { tokens: [{ token: '6b1f7c9a-0000-4000-8000-c0ffee000001', ack: true }] },
    );
    const error = await rig.send(goodFrames(rig.transport, 2));
    expect(error).toMatchObject({ code: 'TF-HEC-10', fault: { kind: 'blocked' } });
    expect(error?.message).toContain('ack: true');
  });
});

describe('a restart of the indexer', () => {
  test('gives all that waited back, and never takes an id of the new life for one of the old', async () => {
    await using rig = await makeRig({}, { indexingMs: 30 });
    await rig.deliver(goodFrames(rig.transport, 1));
    rig.stub.indexing({ ms: 100_000 });
    const old = [1, 2, 3].map((n) => rig.send(goodFrames(rig.transport, 1, n)));
    await accepted(rig, 4);
    rig.stub.restart();
    rig.stub.indexing({ ms: 0 });
    const next = rig.send(goodFrames(rig.transport, 1, 4));
    for (const error of await Promise.all([...old, next])) expect(error?.code).toBe('TF-HEC-CHANNEL');
    expect(lost(rig.stub, 0, 5)).toEqual([1, 2, 3]);
    await Promise.all([1, 2, 3, 4].map((n) => rig.deliver(goodFrames(rig.transport, 1, n))));
    expect(lost(rig.stub, 0, 5)).toEqual([]);
  });

  test('whose first answer is lost cannot confirm what was lost', async () => {
    await using rig = await makeRig({}, { indexingMs: 100_000 });
    const waiting = rig.send(goodFrames(rig.transport, 1));
    await accepted(rig, 1);
    rig.stub.restart();
    rig.stub.indexing({ ms: 0 });
    rig.stub.fault({ reset: 'after' });
    const next = rig.send(goodFrames(rig.transport, 1, 1));
    expect((await waiting)?.code).toBe('TF-HEC-CHANNEL');
    expect((await next)?.code).toBe('TF-HEC-CONNECTION');
    expect(lost(rig.stub, 0, 2)).toEqual([0]);
  });

  test('behind a proxy that answers 504 cannot confirm what was lost either', async () => {
    await using rig = await makeRig({}, { indexingMs: 100_000 });
    const waiting = rig.send(goodFrames(rig.transport, 1));
    await accepted(rig, 1);
    rig.stub.restart();
    rig.stub.fault({ answer: { status: 504, body: '<html>' } });
    expect((await rig.send(goodFrames(rig.transport, 1, 1)))?.code).toBe('TF-HEC-504');
    expect((await waiting)?.code).toBe('TF-HEC-CHANNEL');
  });

  test('while nothing waits needs nothing', async () => {
    await using rig = await makeRig();
    for (let n = 0; n < 6; n++) {
      expect(await rig.send(goodFrames(rig.transport, 1, n))).toBeUndefined();
      if (n % 2 === 1) rig.stub.restart();
    }
    expect(rig.stub.stats()).toMatchObject({ indexed: 6, duplicates: 0 });
  });

  test('again and again, under load: nothing lost', async () => {
    await using rig = await makeRig({ connections: 2, ack_timeout: 200 }, { indexingMs: 15 });
    let restarts = 0;
    const restarting = setInterval(() => {
      rig.stub.restart();
      restarts += 1;
      if (restarts % 2 === 0) rig.stub.fault({ reset: 'after' });
      if (restarts === 12) clearInterval(restarting);
    }, 20);
    await Promise.all(Array.from({ length: 60 }, (_, i) => rig.deliver(goodFrames(rig.transport, 5, i * 5))));
    await until(() => restarts === 12);
    await Promise.all(Array.from({ length: 20 }, (_, i) => rig.deliver(goodFrames(rig.transport, 5, 300 + i * 5))));
    expect(lost(rig.stub, 0, 400)).toEqual([]);
    expect(rig.stub.stats().silentlyDropped).toBe(0);
  });
});

test('a channel that the indexer has cleaned up is gone on with: while something waits, the questions keep it', async () => {
  await using rig = await makeRig({}, { channelIdleMs: 500 });
  for (let n = 0; n < 3; n++) {
    rig.stub.indexing({ ms: n === 1 ? 1_200 : 0 });
    expect(await rig.send(goodFrames(rig.transport, 1, n))).toBeUndefined();
    await sleep(700);
  }
  expect(rig.stub.stats()).toMatchObject({ indexed: 3, duplicates: 0 });
  expect(rig.stub.requests.filter(({ url }) => url.pathname.endsWith('/event'))).toHaveLength(3);
});

test('a token that is changed while acknowledgements are outstanding: all arrives', async () => {
  await using rig = await makeRig({ ack_timeout: 1_000 }, { indexingMs: 200 });
  const waiting = rig.send(goodFrames(rig.transport, 1));
  await accepted(rig, 1);
  rig.stub.revoke({ token: TOKEN });
  rig.stub.restart();
  expect((await rig.send(goodFrames(rig.transport, 1, 1)))?.code).toBe('TF-HEC-04');
  rig.stub.token({ token: 'another', ack: true });
  rig.context.token = 'another';
  const [first, second] = await Promise.all([waiting, rig.send(goodFrames(rig.transport, 1, 1))]);
  expect(first?.fault.kind).toBe('retry');
  if (second !== undefined) await rig.deliver(goodFrames(rig.transport, 1, 1));
  await rig.deliver(goodFrames(rig.transport, 1));
  expect(lost(rig.stub, 0, 2)).toEqual([]);
});

describe('several indexers behind one address', () => {
  test('with a sticky cookie: one channel on one indexer', async () => {
    await using rig = await makeRig({ connections: 3 }, { nodes: 3, sticky: true });
    await Promise.all(Array.from({ length: 30 }, (_, i) => rig.deliver(goodFrames(rig.transport, 2, i * 2))));
    expect(rig.stub.stats()).toMatchObject({ indexed: 60, duplicates: 0 });
    expect(rig.context.notices).toEqual([]);
  });

  test('without one: nothing lost, and the operator is told why it is slow', async () => {
    await using rig = await makeRig({ ack_timeout: 300 }, { nodes: 2 });
    const deliveries = Array.from({ length: 8 }, (_, i) => rig.deliver(goodFrames(rig.transport, 1, i)));
    await Promise.allSettled(deliveries);
    expect(lost(rig.stub, 0, 8)).toEqual([]);
    expect(rig.context.notices.join()).toContain('sticky');
  });
});

test('a full channel is left once it is empty', async () => {
  await using rig = await makeRig({}, { ackCapacity: 3, indexingMs: 30 });
  await Promise.all(Array.from({ length: 4 }, (_, i) => rig.deliver(goodFrames(rig.transport, 1, i))));
  expect(rig.stub.stats()).toMatchObject({ indexed: 4, duplicates: 0 });
});

test('a channel that is refused as full is not used again', async () => {
  await using rig = await makeRig();
  rig.stub.fault({ answer: { status: 429, code: 27 } });
  await rig.deliver(goodFrames(rig.transport, 1));
  const channels = rig.stub.requests.map(({ headers }) => headers['x-splunk-request-channel']);
  expect(channels[1]).not.toBe(channels[0]);
});

test('a full channel is kept while acknowledgements are outstanding on it', async () => {
  await using rig = await makeRig({}, { indexingMs: 100 });
  const waiting = rig.send(goodFrames(rig.transport, 1));
  await accepted(rig, 1);
  rig.stub.fault({ answer: { status: 429, code: 27 } });
  expect((await rig.send(goodFrames(rig.transport, 1, 1)))?.fault).toEqual({ kind: 'retry' });
  expect(await waiting).toBeUndefined();
});

describe('the channel', () => {
  test('refuses an id that goes back only while others wait', () => {
    const channel = new Channel();
    const receipt = new Receipt();
    expect(channel.expect(5, receipt, 0)).toBe(true);
    expect(channel.expect(5, receipt, 0)).toBe(false);
    expect(channel.expect(4, receipt, 0)).toBe(false);
    expect(channel.expect(7, receipt, 0)).toBe(true);
    expect(channel.confirm({ 5: true, 6: true, 7: true })).toBe(2);
    expect(channel.expect(0, receipt, 0)).toBe(true);
  });

  test('waits for an id until it is due, and not so long when in doubt', () => {
    const channel = new Channel();
    const receipt = new Receipt();
    channel.expect(0, receipt, 1000);
    expect([channel.overdue(999), channel.overdue(1000)]).toEqual([false, true]);
    channel.doubt(2000);
    expect(channel.overdue(1000)).toBe(true);
    channel.doubt(500);
    expect([channel.overdue(499), channel.overdue(500)]).toEqual([false, true]);
    channel.confirm({ 0: true });
    expect(channel.overdue(1000)).toBe(false);
  });
});

test('sends of one connection keep their order', async () => {
  await using rig = await makeRig();
  const sends = Array.from({ length: 50 }, (_, n) =>
    rig.transport.send(blockOf(goodFrames(rig.transport, 1, n)), never),
  );
  for (const sent of sends) expect(await faultOf(sent)).toBeUndefined();
  expect(rig.stub.events.map(({ event }) => (event as { n: number }).n)).toEqual(
    Array.from({ length: 50 }, (_, n) => n),
  );
});
