import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hec } from '../../../transports/hec/index.ts';
import { type Certificates, type Identity, makeCertificates } from '../../fakes/certificates.ts';
import { blockOf, Context, faultOf, goodFrames, idOf, lost, makeRig, noTls, type Rig, settings } from './rig.ts';

const never = new AbortController().signal;

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 2000) throw new Error('waited in vain');
    await sleep(1);
  }
}

/** Reads the head of one request, says `answer` if given, and reads on only when told to. */
async function slowReceiver(answer?: string) {
  const chunks: Buffer[] = [];
  const began = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let socket: Socket | undefined;
  const server = createServer((connected) => {
    socket = connected;
    connected.on('error', () => ended.resolve());
    connected.on('close', () => ended.resolve());
    connected.on('data', (chunk) => chunks.push(chunk));
    connected.once('data', () => {
      connected.pause();
      began.resolve();
      if (answer !== undefined) connected.write(answer);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    began: began.promise,
    /** All that was sent, once the sender has ended. */
    drain: async () => {
      socket?.resume();
      await Promise.race([ended.promise, sleep(1000)]);
      return Buffer.concat(chunks);
    },
    [Symbol.asyncDispose]: async () => {
      socket?.destroy();
      server.close();
    },
  };
}

/** Takes a request bit by bit, over more than half a second, and answers as soon as it has it all. */
async function tricklingReceiver() {
  let socket: Socket | undefined;
  const server = createServer((connected) => {
    socket = connected;
    let left = Number.POSITIVE_INFINITY;
    connected.on('error', () => undefined);
    connected.on('data', (chunk) => {
      const head = /content-length: (\d+).*?\r\n\r\n/is.exec(chunk.subarray(0, 2_000).toString('latin1'));
      if (left === Number.POSITIVE_INFINITY && head !== null) left = Number(head[1]) + head.index + head[0].length;
      left -= chunk.length;
      if (left <= 0) connected.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"code":0}');
      connected.pause();
      setTimeout(() => connected.resume(), left > 0 ? 3 : 0);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      socket?.destroy();
      server.close();
    },
  };
}

describe.each([true, false])('with ack: %s, a connection', (ack) => {
  test('reset before the events are taken: a retry brings them once', async () => {
    await using rig = await makeRig({ ack });
    rig.stub.fault({ reset: 'before', times: 3 });
    expect(await rig.deliver(goodFrames(rig.transport, 10))).toEqual([]);
    expect(rig.stub.stats()).toMatchObject({ indexed: 10, duplicates: 0 });
  });

  test.each([
    ['reset', { reset: 'after' }],
    ['half an answer', { half: true }],
    ['no answer', { stall: 'after' }],
  ] as const)('that ends with %s after they are taken: duplicates, no loss', async (_name, fault) => {
    await using rig = await makeRig({ ack, request_timeout: 500 });
    rig.stub.fault(fault);
    const error = await rig.send(goodFrames(rig.transport, 10));
    expect(error).toMatchObject({ code: 'TF-HEC-CONNECTION', fault: { kind: 'retry' } });
    expect(await rig.send(goodFrames(rig.transport, 10))).toBeUndefined();
    expect(lost(rig.stub, 0, 10)).toEqual([]);
    expect(rig.stub.stats()).toMatchObject({ indexed: 20, duplicates: 10, silentlyDropped: 0 });
    expect(rig.stub.ids().get(idOf(0))).toBe(2);
  });

  test('that is refused is a retry, and heals', async () => {
    await using rig = await makeRig({ ack });
    const context = new Context();
    const transport = hec.create(settings({ url: ['http://127.0.0.1:1'], ack }), context);
    const error = await faultOf(transport.send(blockOf(goodFrames(rig.transport, 1)), never));
    expect(error).toMatchObject({ code: 'TF-HEC-CONNECTION', fault: { kind: 'retry' } });
    expect(error?.message).toContain('ECONNREFUSED');
    await transport.close();
  });

  test('is used again and again, one for each of `connections` that are busy', async () => {
    await using rig = await makeRig({ ack, connections: 3 });
    for (let n = 0; n < 10; n++) await rig.deliver(goodFrames(rig.transport, 1, n));
    expect(rig.stub.stats().connections).toBe(1);
    await Promise.all(Array.from({ length: 30 }, (_, n) => rig.deliver(goodFrames(rig.transport, 1, n))));
    expect(rig.stub.stats().connections).toBe(3);
    expect(rig.context.connectionCounts.at(-1)).toBe(3);
    await rig.transport.close();
    await until(() => rig.context.connectionCounts.at(-1) === 0);
  });
});

describe('a clock', () => {
  test('runs against a connection that is not made', async () => {
    const mute = createServer();
    await once(mute.listen(0, '127.0.0.1'), 'listening');
    const url = `https://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const transport = hec.create(settings({ url: [url], stall_timeout: 300, request_timeout: 60_000 }), new Context());
    const error = await faultOf(transport.send(blockOf(goodFrames(transport, 1)), never));
    expect(error).toMatchObject({ code: 'TF-HEC-STALLED', fault: { kind: 'retry' } });
    await transport.close();
    mute.close();
  });

  test('does not run against an indexer that thinks longer', async () => {
    await using rig = await makeRig({ stall_timeout: 200 });
    rig.stub.fault({ delayMs: 1_500 });
    expect(await rig.send(goodFrames(rig.transport, 1))).toBeUndefined();
  });

  test('for the answer begins when the request is out: a slow link is no fault', async () => {
    await using slow = await tricklingReceiver();
    const patient = settings({ url: [slow.url], ack: false, stall_timeout: 5_000, request_timeout: 1_500 });
    const transport = hec.create({ ...patient, max_content_bytes: 40_000_000 }, new Context());
    const since = performance.now();
    expect(await faultOf(transport.send(blockOf(goodFrames(transport, 40, 0, 1_000_000)), never))).toBeUndefined();
    expect(performance.now() - since).toBeGreaterThan(1_500);
    await transport.close();
  });
});

describe('an aborted send', () => {
  const stages: readonly [string, (rig: Rig) => unknown][] = [
    ['while the request is under way', (rig) => rig.stub.fault({ stall: 'before', times: 2 })],
    ['while the acknowledgement is outstanding', (rig) => rig.stub.indexing({ ms: 100_000 })],
    [
      'while Retry-After holds it back',
      (rig) => {
        rig.stub.fault({ answer: { status: 503, code: 9, headers: { 'retry-after': '60' } } });
        return rig.send(goodFrames(rig.transport, 1));
      },
    ],
  ];

  test.each(stages)('%s is rejected at once with retry', async (_name, prepare) => {
    await using rig = await makeRig();
    await prepare(rig);
    const abort = new AbortController();
    const sends = [0, 1, 2].map((n) => rig.send(goodFrames(rig.transport, 1, n), abort.signal));
    await sleep(50);
    const start = performance.now();
    abort.abort();
    const errors = await Promise.all(sends);
    expect(performance.now() - start).toBeLessThan(50);
    for (const error of errors) expect(error?.fault.kind).toBe('retry');
    expect(errors.at(-1)?.code).toBe('TF-HEC-ABORTED');
    rig.stub.indexing({ ms: 0 });
    rig.stub.clear();
  });

  test('reads its buffer no more: what the caller writes there is never sent', async () => {
    await using slow = await slowReceiver();
    const transport = hec.create(settings({ url: [slow.url], max_content_bytes: 40_000_000 }), new Context());
    const block = blockOf(goodFrames(transport, 40, 0, 1_000_000));
    const abort = new AbortController();
    const sent = faultOf(transport.send(block, abort.signal));
    await slow.began;
    abort.abort();
    expect((await sent)?.code).toBe('TF-HEC-ABORTED');
    block.data.fill('!');
    const got = await slow.drain();
    expect(got.length).toBeLessThan(block.data.length);
    expect(got.includes('!!')).toBe(false);
    await transport.close();
  });

  test('before it began sends nothing', async () => {
    await using rig = await makeRig();
    const error = await rig.send(goodFrames(rig.transport, 1), AbortSignal.abort());
    expect(error).toMatchObject({ code: 'TF-HEC-ABORTED', fault: { kind: 'retry' } });
    expect(rig.stub.stats().requests).toBe(0);
  });
});

describe('close', () => {
  test('rejects all that is unanswered with retry, and all that comes later', async () => {
    await using rig = await makeRig({ connections: 2 }, { indexingMs: 100_000 });
    const sends = Array.from({ length: 6 }, (_, n) => rig.send(goodFrames(rig.transport, 1, n)));
    await until(() => rig.stub.stats().requests >= 3);
    await rig.transport.close();
    await rig.transport.close();
    for (const error of await Promise.all(sends)) {
      expect(error).toMatchObject({ code: 'TF-HEC-CLOSED', fault: { kind: 'retry' } });
    }
    expect((await rig.send(goodFrames(rig.transport, 1)))?.code).toBe('TF-HEC-CLOSED');
    await sleep(30);
    expect(rig.context.notices).toEqual([]);
  });
});

test('an answer that overtakes its request gives the buffer back only when nothing reads it any more', async () => {
  await using slow = await slowReceiver('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"code":0}');
  const generous = settings({ url: [slow.url], ack: false, max_content_bytes: 40_000_000 });
  const transport = hec.create(generous, new Context());
  const block = blockOf(goodFrames(transport, 40, 0, 1_000_000));
  expect(await faultOf(transport.send(block, never))).toBeUndefined();
  block.data.fill('!');
  const got = await slow.drain();
  expect(got.length).toBeLessThan(block.data.length);
  expect(got.includes('!!')).toBe(false);
  await transport.close();
});

test('a poll under way at close is no news for an operator', async () => {
  await using rig = await makeRig();
  rig.stub.fault({ on: 'ack', stall: 'before' });
  const sent = rig.send(goodFrames(rig.transport, 1));
  await until(() => rig.stub.requests.some(({ url }) => url.pathname.endsWith('/ack')));
  await rig.transport.close();
  expect((await sent)?.code).toBe('TF-HEC-CLOSED');
  await sleep(20);
  expect(rig.context.notices).toEqual([]);
});

test('gzip arrives as the same events', async () => {
  await using rig = await makeRig({ gzip_level: 1 });
  expect(await rig.deliver(goodFrames(rig.transport, 200))).toEqual([]);
  expect(rig.stub.requests[0]?.headers['content-encoding']).toBe('gzip');
  expect(rig.stub.stats()).toMatchObject({ indexed: 200, silentlyDropped: 0 });
});

describe('over TLS', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
    return certificates.remove;
  });
  const environment = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  afterAll(() => {
    if (environment !== undefined) process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = environment;
  });

  const pair = ({ cert, key }: Identity) => ({ cert: readFileSync(cert), key: readFileSync(key) });
  const serve = (identity: Identity, more = {}) => ({ tls: { ...pair(identity), ...more } });
  const trusting = (more = {}) => ({ tls: { ...noTls, ca_file: certificates.ca, ...more } });

  test('delivers, and tells the end of the certificate', async () => {
    await using rig = await makeRig(trusting(), serve(certificates.server));
    expect(await rig.deliver(goodFrames(rig.transport, 5))).toEqual([]);
    const [role, end] = rig.context.certificates[0] ?? [];
    expect(role).toBe('server');
    expect(end?.getTime()).toBeGreaterThan(Date.now());
  });

  const refusals: readonly [string, () => [Parameters<typeof makeRig>[0], Parameters<typeof makeRig>[1]], RegExp][] = [
    [
      'an unknown authority',
      () => [trusting({ ca_file: certificates.otherCa }), serve(certificates.server)],
      /ca_file/,
    ],
    ['no authority given', () => [{ tls: noTls }, serve(certificates.server)], /ca_file/],
    ['an expired certificate', () => [trusting(), serve(certificates.expiredServer)], /renew/],
    ['a certificate of another host', () => [trusting(), serve(certificates.wrongHostServer)], /server_name/],
    [
      'an old version',
      () => [trusting({ min_version: 'TLSv1.3' }), serve(certificates.server, { maxVersion: 'TLSv1.2' })],
      /min_version/,
    ],
  ];

  test.each(refusals)('blocks on %s', async (_name, rigOf, remedy) => {
    await using rig = await makeRig(...rigOf());
    const error = await rig.send(goodFrames(rig.transport, 1));
    expect(error).toMatchObject({ code: 'TF-HEC-TLS', fault: { kind: 'blocked' } });
    expect(error?.message).toMatch(remedy);
    expect(rig.stub.stats().requests).toBe(0);
  });

  test('a name for the certificate can be given', async () => {
    const names = trusting({ server_name: 'elsewhere.example' });
    await using rig = await makeRig(names, serve(certificates.wrongHostServer));
    expect(await rig.send(goodFrames(rig.transport, 1))).toBeUndefined();
  });

  const mutually = () =>
    serve(certificates.server, { ca: readFileSync(certificates.ca), requestCert: true, rejectUnauthorized: true });

  test.each([
    ['no client certificate', () => ({})],
    [
      'a client certificate of a stranger',
      () => ({ cert_file: certificates.strangerClient.cert, key_file: certificates.strangerClient.key }),
    ],
  ])('%s: nothing is taken, and the probe tells why', async (_name, ours) => {
    await using rig = await makeRig(trusting(ours()), mutually());
    // The alert and our request cross on the wire: sometimes only the end of the connection is seen.
    expect(['TF-HEC-TLS', 'TF-HEC-CONNECTION']).toContain((await rig.send(goodFrames(rig.transport, 1)))?.code);
    const { ok, steps } = await rig.transport.probe(never);
    expect(ok).toBe(false);
    expect(steps.at(-1)?.remedy).toContain('tls.cert_file');
    expect(rig.stub.stats().requests).toBe(0);
  });

  test('a client certificate is shown', async () => {
    const mutual = mutually();
    const ours = { cert_file: certificates.client.cert, key_file: certificates.client.key };
    await using rig = await makeRig(trusting(ours), mutual);
    expect(await rig.send(goodFrames(rig.transport, 1))).toBeUndefined();
    expect(rig.context.certificates.map(([role]) => role).sort()).toEqual(['client', 'server']);
  });

  test.each([
    ['the key is new and the certificate is not', 'key', 'mismatch'],
    ['the certificate is no PEM', 'cert', 'no PEM'],
  ] as const)(
    '%s: new connections are made with the files from before, which is told once',
    async (_name, which, why) => {
      const directory = mkdtempSync(join(tmpdir(), 'hec-files-'));
      const ours = { cert: join(directory, 'cert'), key: join(directory, 'key') };
      for (const name of ['cert', 'key'] as const) copyFileSync(certificates.client[name], ours[name]);
      await using rig = await makeRig(trusting({ cert_file: ours.cert, key_file: ours.key }), mutually());
      expect(await rig.send(goodFrames(rig.transport, 1))).toBeUndefined();
      if (which === 'key') copyFileSync(certificates.renewedClient.key, ours.key);
      else writeFileSync(ours.cert, 'half of a certificate');
      for (const number of [1, 2]) {
        // A connection that ends takes its session along.
        rig.stub.fault({ half: true });
        expect((await rig.send(goodFrames(rig.transport, 1, number)))?.fault.kind).toBe('retry');
        await until(() => rig.context.connectionCounts.at(-1) === 0);
        expect(await rig.deliver(goodFrames(rig.transport, 1, number))).toEqual([]);
      }
      expect(rig.context.notices).toHaveLength(1);
      expect(rig.context.notices[0]).toContain(why);
      rmSync(directory, { recursive: true });
    },
  );

  test('files that never were of use block with a remedy', async () => {
    const ours = { cert_file: certificates.client.cert, key_file: certificates.renewedClient.key };
    await using rig = await makeRig(trusting(ours), mutually());
    const error = await rig.send(goodFrames(rig.transport, 1));
    expect(error).toMatchObject({ code: 'TF-HEC-TLS', fault: { kind: 'blocked' } });
    expect(error?.message).toContain('key and certificate belong together');
  });

  test('a plain endpoint blocks with a remedy', async () => {
    await using plain = await makeRig();
    const url = plain.stub.url.replace('http:', 'https:');
    const transport = hec.create(settings({ url: [url] }), new Context());
    const error = await faultOf(transport.send(blockOf(goodFrames(transport, 1)), never));
    expect(error).toMatchObject({ code: 'TF-HEC-TLS', fault: { kind: 'blocked' } });
    await transport.close();
  });

  test('a file that is missing blocks, and heals when it is there', async () => {
    await using rig = await makeRig({ tls: { ...noTls, ca_file: '/nowhere/ca.pem' } }, serve(certificates.server));
    expect(await rig.send(goodFrames(rig.transport, 1))).toMatchObject({
      code: 'TF-TLS-FILE',
      fault: { kind: 'blocked' },
    });
  });
});
