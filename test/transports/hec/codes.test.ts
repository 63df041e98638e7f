import { describe, expect, test } from 'vitest';
import { HEC_CODES, HTTP_STATUSES } from '../../../transports/hec/codes.ts';
import type { Fault } from '../../../transports/transport.ts';
import type { StubAnswer } from '../../fakes/hec-stub.ts';
import { goodFrames, lost, makeRig, TOKEN } from './rig.ts';

type Kind = Fault['kind'] | 'delivered';

/** What comes of a block of two good frames when all requests are answered so. */
const jsonRows: readonly [code: number, status: number, kind: Kind][] = [
  [1, 403, 'blocked'],
  [2, 401, 'blocked'],
  [3, 401, 'blocked'],
  [4, 403, 'blocked'],
  [5, 400, 'blocked'],
  [6, 400, 'rejected'],
  [7, 400, 'blocked'],
  [8, 500, 'retry'],
  [9, 503, 'retry'],
  [10, 400, 'blocked'],
  [11, 400, 'blocked'],
  [12, 400, 'rejected'],
  [13, 400, 'rejected'],
  [14, 400, 'blocked'],
  [15, 400, 'rejected'],
  [16, 400, 'blocked'],
  [17, 200, 'retry'],
  [18, 503, 'retry'],
  [19, 503, 'retry'],
  [20, 503, 'retry'],
  [21, 400, 'blocked'],
  [22, 400, 'blocked'],
  [23, 503, 'retry'],
  [26, 429, 'retry'],
  [27, 429, 'retry'],
  [99, 400, 'blocked'],
  [99, 503, 'retry'],
  [99, 200, 'retry'],
];

const page = '<html><body>nginx</body></html>';
const statusRows: readonly [status: number, body: string, kind: Kind][] = [
  [200, page, 'retry'],
  [200, '', 'retry'],
  [204, '', 'retry'],
  [302, page, 'blocked'],
  [400, page, 'blocked'],
  [401, page, 'blocked'],
  [403, page, 'blocked'],
  [404, '{"text":"The requested URL was not found on this server.","code":404}', 'blocked'],
  [405, '{"text":"The requested URL was not found on this server.","code":404}', 'blocked'],
  [407, page, 'blocked'],
  [408, page, 'retry'],
  [413, page, 'blocked'],
  [415, page, 'blocked'],
  [418, page, 'blocked'],
  [425, page, 'retry'],
  [429, page, 'retry'],
  [500, page, 'retry'],
  [502, page, 'retry'],
  [503, page, 'retry'],
  [504, page, 'retry'],
  [503, '{"text":"Success","code":0}', 'retry'],
];

describe('an answer to everything', () => {
  test.each(jsonRows)('code %d with HTTP %d: %s', async (code, status, kind) => {
    expect(await outcome({ status, code, text: 'words' })).toBe(kind);
  });

  test.each(statusRows)('HTTP %d with body %s: %s', async (status, body, kind) => {
    expect(await outcome({ status, body })).toBe(kind);
  });

  test('covers every row of the tables', () => {
    const codes = new Set(jsonRows.map(([code]) => code));
    expect(Object.keys(HEC_CODES).filter((code) => !codes.has(Number(code)))).toEqual(['0', '24', '25']);
    const statuses = new Set(statusRows.map(([status]) => status));
    expect(Object.keys(HTTP_STATUSES).filter((status) => !statuses.has(Number(status)))).toEqual([]);
  });

  async function outcome(answer: StubAnswer): Promise<Kind> {
    await using rig = await makeRig();
    rig.stub.fault({ times: 0, answer });
    const error = await rig.send(goodFrames(rig.transport, 2));
    expect(rig.stub.stats().indexed).toBe(0);
    expect(error?.message).toContain(rig.stub.url);
    expect(error?.code).toMatch(/^TF-HEC-[0-9A-Z-]+$/);
    if (error?.fault.kind === 'rejected') expect(error.fault.frames).toEqual([0, 1]);
    if (error?.fault.kind === 'blocked') expect(error.message).toContain(error.fault.remedy);
    return error?.fault.kind ?? 'delivered';
  }
});

describe('a single answer', () => {
  test.each([0, 24, 25])('200 with code %d delivers', async (code) => {
    await using rig = await makeRig();
    rig.stub.fault({ code });
    expect(await rig.send(goodFrames(rig.transport, 2))).toBeUndefined();
    expect(rig.stub.stats()).toMatchObject({ indexed: 2, duplicates: 0 });
  });

  test('24 holds back the next request', async () => {
    await using rig = await makeRig();
    rig.stub.fault({ code: 24 });
    const start = Date.now();
    await rig.deliver(goodFrames(rig.transport, 1));
    expect(Date.now() - start).toBeLessThan(900);
    await rig.deliver(goodFrames(rig.transport, 1, 1));
    expect(Date.now() - start).toBeGreaterThanOrEqual(950);
  });

  test('names its code, HTTP or HEC', async () => {
    await using rig = await makeRig();
    rig.stub.fault({ answer: { status: 503, code: 9, text: 'Server is busy' } });
    rig.stub.fault({ answer: { status: 502, body: page } });
    const busy = await rig.send(goodFrames(rig.transport, 1));
    expect(busy?.code).toBe('TF-HEC-09');
    expect(busy?.message).toContain('503 code 9 "Server is busy"');
    const proxy = await rig.send(goodFrames(rig.transport, 1));
    expect(proxy?.code).toBe('TF-HEC-502');
    expect(proxy?.message).not.toContain('nginx');
  });

  test.each([
    ['7', 7000],
    ['999999', 300_000],
    ['soon', undefined],
  ])('Retry-After: %s gives %s ms', async (header, afterMs) => {
    await using rig = await makeRig();
    rig.stub.fault({ answer: { status: 503, code: 9, headers: { 'retry-after': header } } });
    const error = await rig.send(goodFrames(rig.transport, 1));
    expect(error?.fault).toEqual(afterMs === undefined ? { kind: 'retry' } : { kind: 'retry', afterMs });
  });

  test('Retry-After gives back what waits behind, and holds back what comes later', async () => {
    await using rig = await makeRig();
    rig.stub.fault({ answer: { status: 503, code: 9, headers: { 'retry-after': '1' } } });
    const start = Date.now();
    const faults = await Promise.all([0, 1].map((n) => rig.send(goodFrames(rig.transport, 1, n))));
    for (const error of faults) expect(error?.fault).toEqual({ kind: 'retry', afterMs: 1000 });
    expect(rig.stub.requests).toHaveLength(1);
    expect(await rig.send(goodFrames(rig.transport, 1))).toBeUndefined();
    expect(Date.now() - start).toBeGreaterThanOrEqual(950);
  });

  test('that fails the request gives back unsent what waits behind it', async () => {
    await using rig = await makeRig();
    rig.stub.fault({ answer: { status: 403, code: 4 } });
    const faults = await Promise.all([0, 1, 2].map((n) => rig.send(goodFrames(rig.transport, 1, n))));
    expect(faults.map((error) => error?.code)).toEqual(Array(3).fill('TF-HEC-04'));
    expect(rig.stub.requests).toHaveLength(1);
    await Promise.all([0, 1, 2].map((n) => rig.deliver(goodFrames(rig.transport, 1, n))));
    expect(rig.stub.stats()).toMatchObject({ indexed: 3, duplicates: 0 });
  });

  test('503 storm: all arrives, nothing twice', async () => {
    await using rig = await makeRig({ connections: 2 });
    rig.stub.fault({ times: 60, answer: { status: 503, code: 9 } });
    await Promise.all(Array.from({ length: 20 }, (_, i) => rig.deliver(goodFrames(rig.transport, 10, i * 10))));
    expect(lost(rig.stub, 0, 200)).toEqual([]);
    expect(rig.stub.stats()).toMatchObject({ indexed: 200, duplicates: 0, silentlyDropped: 0, withoutId: 0 });
  });
});

describe('the token', () => {
  test('blocks while it is wrong, and heals when it is rotated', async () => {
    await using rig = await makeRig();
    await rig.deliver(goodFrames(rig.transport, 1));
    rig.stub.revoke({ token: TOKEN });
    const refused = await rig.send(goodFrames(rig.transport, 1, 1));
    expect(refused).toMatchObject({ code: 'TF-HEC-04', fault: { kind: 'blocked' } });
    rig.stub.token({ token: 'another-token', ack: true });
    rig.context.token = 'another-token';
    expect(await rig.send(goodFrames(rig.transport, 1, 1))).toBeUndefined();
    expect(lost(rig.stub, 0, 2)).toEqual([]);
  });

  test('heals when it is enabled again', async () => {
    await using rig = await makeRig();
    rig.stub.token({ token: TOKEN, ack: true, disabled: true });
    expect((await rig.send(goodFrames(rig.transport, 1)))?.code).toBe('TF-HEC-01');
    rig.stub.token({ token: TOKEN, ack: true });
    expect(await rig.send(goodFrames(rig.transport, 1))).toBeUndefined();
  });

  test('that cannot be read blocks, and heals', async () => {
    await using rig = await makeRig();
    for (const token of [new Error('no such file'), '', 'two words', 'line\nbreak']) {
      rig.context.token = token;
      const error = await rig.send(goodFrames(rig.transport, 1));
      expect(error).toMatchObject({ code: 'TF-HEC-TOKEN', fault: { kind: 'blocked' } });
    }
    rig.context.token = TOKEN;
    expect(await rig.send(goodFrames(rig.transport, 1))).toBeUndefined();
  });

  test('is read once a connection', async () => {
    await using rig = await makeRig();
    for (let i = 0; i < 5; i++) await rig.deliver(goodFrames(rig.transport, 1, i));
    expect(rig.context.secretReads).toBe(1);
    expect(rig.context.connectionCounts).toEqual([1]);
  });

  test('never stands in an error or a notice, even if the server echoes it', async () => {
    await using rig = await makeRig({ ack_poll_interval: 1 });
    const echo = `you sent Splunk ${TOKEN}`;
    const faults: unknown[] = [];
    for (const answer of [
      { status: 400, code: 11, text: echo },
      { status: 403, code: 4, text: echo },
      { status: 503, body: echo },
      { status: 400, code: 6, text: echo },
    ]) {
      rig.stub.fault({ times: 5, answer });
      faults.push(await rig.send(goodFrames(rig.transport, 1)));
      rig.stub.clear();
    }
    rig.stub.fault({ on: 'ack', answer: { status: 403, code: 4, text: echo } });
    await rig.deliver(goodFrames(rig.transport, 1));
    expect(rig.context.notices).toHaveLength(1);
    const said = faults.map((error) => inspect(error)).join() + rig.context.notices.join();
    expect(said).toContain('[token]');
    expect(said).not.toContain(TOKEN);
  });
});

/** All that a logger could print of an error. */
function inspect(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack} ${JSON.stringify(error)} ${JSON.stringify(Object.entries(error))} ${inspect(error.cause)}`;
}
