/** Keeps the stub honest: what was measured on Splunk 10.4.3, case by case. Shares nothing with the transport. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createHecStub, type HecStub, type HecStubOptions } from '../../fakes/hec-stub.ts';

const guid = '11111111-2222-4333-8444-555555555555';
const plain: HecStubOptions = { keep: true, tokens: [{ token: 'good', indexes: ['aws'] }] };
const acking: HecStubOptions = { keep: true, tokens: [{ token: 'good', ack: true }] };

interface Said {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
}

function ask(stub: { url: string }, path: string, body: string | Buffer, headers = {}, method = 'POST'): Promise<Said> {
  return new Promise((resolve, reject) => {
    const sent = request(
      stub.url + path,
      { method, headers: { authorization: 'Splunk good', ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'],
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const post = (stub: { url: string }, body: string | Buffer, headers = {}) =>
  ask(stub, '/services/collector/event', body, headers);
const events = (stub: HecStub): unknown[] => stub.events.map(({ event }) => event);

describe('a body', () => {
  const cases: readonly [name: string, body: string, status: number, answer: object, indexed: unknown[]][] = [
    ['one object', '{"event":"a"}', 200, { code: 0 }, ['a']],
    ['objects without anything between', '{"event":"a"}{"event":"}{"}', 200, { code: 0 }, ['a', '}{']],
    ['objects in lines', '{"event":"a"}\n{"event":"b"}\r\n\n', 200, { code: 0 }, ['a', 'b']],
    ['an object over several lines', '{\n"event":\n"a"\n}{"event":"b"}', 200, { code: 0 }, ['a', 'b']],
    ['an array', '[{"event":"a"},{"event":"b"}]', 200, { code: 0 }, ['a', 'b']],
    ['an object, an array, a number as event', '{"event":{}}{"event":[]}{"event":0}', 200, { code: 0 }, [{}, [], 0]],
    ['nothing', '', 400, { code: 5 }, []],
    ['white space', ' \n', 400, { code: 5 }, []],
    ['an error at 1', '{"event":"a"}{"event":}{"event":"c"}', 400, { code: 6, 'invalid-event-number': 1 }, ['a']],
    ['half an object', '{"event":"a"}{"event":"b"', 400, { code: 6, 'invalid-event-number': 1 }, ['a']],
    ['null', '{"event":"a"}{"event":null}', 400, { code: 6, 'invalid-event-number': 1 }, ['a']],
    ['false', '{"event":false}', 400, { code: 6, 'invalid-event-number': 0 }, []],
    ['no event', '{"event":"a"}{"host":"h"}', 400, { code: 12, 'invalid-event-number': 1 }, ['a']],
    ['a blank event', '{"event":" "}', 400, { code: 13, 'invalid-event-number': 0 }, []],
    ['nested fields', '{"event":"a","fields":{"f":{"g":1}}}', 400, { code: 15, 'invalid-event-number': 0 }, []],
    ['a list in fields', '{"event":"a","fields":{"f":[1]}}', 200, { code: 0 }, ['a']],
    ['fields as a list', '{"event":"a","fields":[1]}', 400, { code: 6, 'invalid-event-number': 0 }, []],
    [
      'a wrong index: the number is one too high',
      '{"event":"a"}{"event":"b","index":"no"}{"event":"c"}',
      400,
      { code: 7, 'invalid-event-number': 2 },
      ['a'],
    ],
    ['fields without event: passed over', '{"event":"a"}{"fields":{}}{"event":"c"}', 200, { code: 0 }, ['a', 'c']],
    ['an unknown key: the rest is dropped', '{"event":"a"}{"event":"b","x":1}{"event":"c"}', 200, { code: 0 }, ['a']],
    ['only an unknown key', '{"event":"b","x":1}', 400, { code: 5 }, []],
  ];

  test.each(cases)('%s', async (_name, body, status, answer, indexed) => {
    await using stub = await createHecStub(plain);
    const said = await post(stub, body);
    expect(said.status).toBe(status);
    expect(JSON.parse(said.body)).toMatchObject(answer);
    expect(events(stub)).toEqual(indexed);
  });

  test('counts what is dropped without a word', async () => {
    await using stub = await createHecStub(plain);
    await post(stub, '{"event":"a"}{"event":"b","x":1}{"event":"c"}');
    await post(stub, '{"event":"a"}{"fields":{}}');
    expect(stub.stats()).toMatchObject({ silentlyDropped: 3, indexed: 2 });
  });

  test('in gzip is read, in deflate refused with a page, too long refused with a page', async () => {
    await using stub = await createHecStub({ ...plain, maxContentBytes: 100 });
    expect((await post(stub, gzipSync('{"event":"a"}'), { 'content-encoding': 'gzip' })).status).toBe(200);
    const deflated = await post(stub, deflateSync('{"event":"a"}'), { 'content-encoding': 'deflate' });
    expect(deflated).toMatchObject({ status: 415, type: expect.stringContaining('text/html') });
    const long = await post(stub, `{"event":"${'x'.repeat(100)}"}`);
    expect(long).toMatchObject({ status: 413, type: expect.stringContaining('text/html') });
  });
});

describe('a body of lines', () => {
  const raw = (stub: HecStub, query: string, body: string) => ask(stub, `/services/collector/raw?${query}`, body);

  test('is broken into events, with the metadata of the query', async () => {
    await using stub = await createHecStub(plain);
    stub.token({ token: 'good' });
    expect(JSON.parse((await raw(stub, 'index=a&sourcetype=s&x=1', 'one\r\n\ntwo {')).body)).toMatchObject({ code: 0 });
    expect(stub.events).toEqual([
      { event: 'one', index: 'a', sourcetype: 's' },
      { event: 'two {', index: 'a', sourcetype: 's' },
    ]);
  });

  test('of nothing is code 5, for a wrong index code 7', async () => {
    await using stub = await createHecStub(plain);
    stub.token({ token: 'good', indexes: ['a'] });
    expect(JSON.parse((await raw(stub, '', ' \n')).body)).toMatchObject({ code: 5 });
    expect(JSON.parse((await raw(stub, 'index=b', 'one')).body)).toEqual({ text: 'Incorrect index', code: 7 });
    expect(stub.events).toEqual([]);
  });
});

describe('a request', () => {
  test.each([
    ['/services/collector/event', {}, 'GET', 405, 404],
    ['/services/nothing', {}, 'POST', 404, 404],
    ['/services/collector/event', { authorization: '' }, 'POST', 401, 3],
    ['/services/collector/event', { authorization: 'Bearer good' }, 'POST', 401, 3],
    ['/services/collector/event', { authorization: 'Splunk bad' }, 'POST', 403, 4],
    ['/services/collector/event?token=good', {}, 'POST', 400, 16],
    ['/services/collector/event?token=bad', {}, 'POST', 403, 4],
    ['/services/collector', {}, 'POST', 400, 5],
    ['/services/collector/health', {}, 'GET', 200, 17],
    ['/services/collector/health', { authorization: 'Splunk bad' }, 'GET', 200, 17],
    ['/services/collector/ack', {}, 'POST', 400, 14],
  ])('%s %j %s: HTTP %d, code %d', async (path, headers, method, status, code) => {
    await using stub = await createHecStub(plain);
    const said = await ask(stub, path, '', headers, method);
    expect(said.status).toBe(status);
    expect(JSON.parse(said.body).code).toBe(code);
  });

  test('without a token is code 2, with a disabled one code 1', async () => {
    await using stub = await createHecStub(plain);
    stub.token({ token: 'good', disabled: true });
    expect(JSON.parse((await post(stub, '')).body).code).toBe(1);
    const said = await fetch(`${stub.url}/services/collector/event`, { method: 'POST' });
    expect([said.status, ((await said.json()) as { code: number }).code]).toEqual([401, 2]);
  });

  test('needs a channel, a GUID, when the token asks for acknowledgement', async () => {
    await using stub = await createHecStub(acking);
    expect(JSON.parse((await post(stub, '{"event":1}')).body).code).toBe(10);
    expect(JSON.parse((await post(stub, '{"event":1}', { 'x-splunk-request-channel': 'x' })).body).code).toBe(11);
    expect(JSON.parse((await post(stub, '{"event":1}', { 'x-splunk-request-channel': guid })).body)).toMatchObject({
      code: 0,
      ackId: 0,
    });
  });
});

describe('acknowledgements', () => {
  const channel = { 'x-splunk-request-channel': guid };
  const acks = async (stub: HecStub, ids: number[], id = guid) =>
    JSON.parse((await ask(stub, `/services/collector/ack?channel=${id}`, JSON.stringify({ acks: ids }))).body).acks;

  test('count from 0 a channel, are true once, and false for what is unknown', async () => {
    await using stub = await createHecStub(acking);
    for (const ackId of [0, 1]) {
      expect(JSON.parse((await post(stub, '{"event":1}', channel)).body).ackId).toBe(ackId);
    }
    const other = { 'x-splunk-request-channel': guid.replace('1', '9') };
    expect(JSON.parse((await post(stub, '{"event":1}', other)).body).ackId).toBe(0);
    expect(await acks(stub, [0, 1, 7])).toEqual({ 0: true, 1: true, 7: false });
    expect(await acks(stub, [0, 1, 7])).toEqual({ 0: false, 1: false, 7: false });
    expect(await acks(stub, [0], guid.replace('1', '9'))).toEqual({ 0: true });
  });

  test('wait for the index, and are lost with what was not indexed at a restart', async () => {
    await using stub = await createHecStub({ ...acking, indexingMs: 30 });
    await post(stub, '{"event":1}', channel);
    expect(await acks(stub, [0])).toEqual({ 0: false });
    await expect.poll(() => acks(stub, [0])).toEqual({ 0: true });
    await post(stub, '{"event":2}', channel);
    stub.restart();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await acks(stub, [1])).toEqual({ 1: false });
    expect(events(stub)).toEqual([1]);
    expect(JSON.parse((await post(stub, '{"event":3}', channel)).body).ackId).toBe(0);
  });

  test('run out: 25 near the capacity, 27 at it', async () => {
    await using stub = await createHecStub({ ...acking, ackCapacity: 10 });
    const codes: number[] = [];
    for (let i = 0; i < 11; i++) codes.push(JSON.parse((await post(stub, '{"event":1}', channel)).body).code);
    expect(codes).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 25, 25, 27]);
  });

  test('begin anew on a channel that was idle', async () => {
    await using stub = await createHecStub({ ...acking, channelIdleMs: 10 });
    await post(stub, '{"event":1}', channel);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(JSON.parse((await post(stub, '{"event":1}', channel)).body).ackId).toBe(0);
  });
});

test('as a process it is scripted and read out over HTTP, and writes ids to a file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hec-'));
  const idsFile = join(directory, 'ids');
  const main = fileURLToPath(new URL('../../fakes/hec-stub-main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--port', '0', '--token', 'good', '--ids-file', idsFile]);
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const stub = JSON.parse(line.toString()) as { port: number; url: string };
    expect(stub.url).toContain(String(stub.port));
    await ask(stub, '/_control/fault', JSON.stringify({ answer: { status: 503, code: 9 }, times: 1 }));
    expect((await post(stub, '{"event":1,"fields":{"event_id":"a"}}')).status).toBe(503);
    expect(
      (await post(stub, '{"event":1,"fields":{"event_id":"a"}}{"event":1,"fields":{"event_id":"b"}}')).status,
    ).toBe(200);
    expect((await post(stub, '{"event":1,"fields":{"event_id":"a"}}')).status).toBe(200);
    const stats = JSON.parse((await ask(stub, '/_control/stats', '', {}, 'GET')).body);
    expect(stats).toMatchObject({ indexed: 3, distinct: 2, duplicates: 1, silentlyDropped: 0 });
    expect(JSON.parse((await ask(stub, '/_control/ids', '', {}, 'GET')).body)).toEqual({ a: 2, b: 1 });
    expect((await ask(stub, '/_control/nothing', '')).status).toBe(404);
    expect(readFileSync(idsFile, 'utf8')).toBe('a\nb\na\n');
  } finally {
    child.kill();
    rmSync(directory, { recursive: true });
  }
});
