import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { startReceiver } from '../../fakes/syslog-receiver.ts';
import { closeAtEnd, failure, numbered, textOf } from '../syslog/rig.ts';
import { relpPair, relpTlsPair } from './rig.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

describe('open', () => {
  test('says who we are and what we want', async () => {
    const { receiver, send } = await relpPair();
    await send(['x']);
    expect(receiver.offers).toEqual(['relp_version=0\nrelp_software=trailferry\ncommands=syslog']);
  });

  test.each([
    ['1 rsp 40 500 error 10031 on connect, sorry.......\n', 'TF-RELP-OPEN-REFUSED', 'blocked'],
    ['1 rsp 29 200 OK\nrelp_software=fake,1.0\n', 'TF-RELP-NOT-RELP', 'blocked'],
    ['1 rsp 21 200 OK\nrelp_version=0\n', 'TF-RELP-NO-SYSLOG', 'blocked'],
    ['1 rsp 39 200 OK\nrelp_version=0\ncommands=eventlog\n', 'TF-RELP-NO-SYSLOG', 'blocked'],
    ['HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', 'TF-RELP-NOT-RELP', 'blocked'],
    ['220 mail.example ESMTP\r\n', 'TF-RELP-NOT-RELP', 'blocked'],
    ['\x15\x03\x01\x00\x02\x02\x0a', 'TF-RELP-NOT-RELP', 'blocked'],
    ['2 rsp 6 200 OK\n', 'TF-RELP-WRONG-ANSWER', 'retry'],
    ['0 serverclose 0\n', 'TF-RELP-SERVER-CLOSE', 'retry'],
    ['', 'TF-RELP-NO-OPEN', 'retry'],
  ])('answered with %j', async (atOpen, code, kind) => {
    const { receiver, send } = await relpPair({ atOpen }, { connect_timeout: 300 });
    const error = await failure(send(['x']));
    expect([error.code, error.fault.kind, receiver.messages]).toEqual([code, kind, []]);
  });

  test('a syslog listener answers nothing: the message says what it may be', async () => {
    const { port } = closeAtEnd(await startReceiver());
    const { send } = await relpPair({}, { port, connect_timeout: 300 });
    expect((await failure(send(['x']))).message).toContain('does this port speak RELP');
  });

  test('is waited for no longer than connect_timeout, all stages together', async () => {
    const { receiver } = await relpTlsPair(certificates, { atOpen: '' });
    const { port } = closeAtEnd(await slowWay(receiver.port, 600));
    const { send } = await relpTlsPair(certificates, {}, { port, connect_timeout: 1_000 });
    const start = performance.now();
    expect((await failure(send(['x']))).code).toBe('TF-RELP-NO-OPEN');
    expect(performance.now() - start).toBeLessThan(1_400);
  });
});

describe('nobody lets us in', () => {
  test('nothing there: the next tries are spared for a while, and say when to come back', async () => {
    const { receiver, send } = await relpPair();
    await receiver.close();
    const error = await failure(send(['x']));
    expect([error.code, error.fault]).toEqual(['TF-RELP-REFUSED', { kind: 'retry', afterMs: expect.any(Number) }]);
    const { fault } = await failure(send(['y']));
    expect(fault.kind === 'retry' && fault.afterMs).toBeGreaterThan(100);
  });

  test('closed at once: it is not hammered', async () => {
    const { receiver, send } = await relpPair({ refuse: true });
    const closed = /^TF-RELP-(CLOSED-EARLY|RESET)$/;
    expect((await failure(send(['x']))).code).toMatch(closed);
    expect((await failure(send(['y']))).code).toMatch(closed);
    expect(receiver.accepted).toBe(1);
  });

  test('no such name', async () => {
    const { send } = await relpPair({}, { host: 'nowhere.invalid' });
    expect((await failure(send(['x']))).code).toBe('TF-RELP-DNS');
  });
});

describe('TLS', () => {
  test('carries the same', async () => {
    const { receiver, send, said } = await relpTlsPair(certificates);
    await Promise.all([send(numbered(1_000)), send(numbered(1_000, 1_000))]);
    expect(receiver.messages.map(textOf)).toEqual(numbered(2_000));
    expect([receiver.faults, receiver.accepted]).toEqual([[], 1]);
    expect(said.certificates).toEqual([['server', expect.any(Date)]]);
  });

  test.each([
    ['expiredServer', 'TF-RELP-CERT-EXPIRED'],
    ['wrongHostServer', 'TF-RELP-CERT-NAME'],
  ] as const)('%s', async (identity, code) => {
    const { receiver, send } = await relpTlsPair(certificates, { tls: certificates[identity] });
    const error = await failure(send(['x']));
    expect([error.code, error.fault.kind, receiver.messages]).toEqual([code, 'blocked', []]);
  });

  test('from an unknown authority', async () => {
    const { send } = await relpTlsPair(certificates, {}, { tls: { ca_file: certificates.otherCa } });
    expect((await failure(send(['x']))).code).toBe('TF-RELP-CERT-UNKNOWN-CA');
  });

  test('files that are not there', async () => {
    const { send } = await relpTlsPair(certificates, {}, { tls: { ca_file: '/nowhere.pem' } });
    expect((await failure(send(['x']))).code).toBe('TF-TLS-FILE');
  });

  test('our certificate is shown', async () => {
    const tls = { cert_file: certificates.client.cert, key_file: certificates.client.key };
    const { receiver, send, said } = await relpTlsPair(certificates, { tls: { clientCa: certificates.ca } }, { tls });
    await send(['x']);
    expect(receiver.messages.map(textOf)).toEqual(['x']);
    expect(said.certificates.map(([role]) => role)).toEqual(['server', 'client']);
  });

  test('our certificate is missed: nothing counts as sent', async () => {
    const { receiver, send } = await relpTlsPair(certificates, { tls: { clientCa: certificates.ca } });
    const error = await failure(send(['x']));
    expect([error.code, error.fault.kind, receiver.messages]).toEqual(['TF-RELP-CLIENT-CERT', 'blocked', []]);
  });

  test('a port without it', async () => {
    const { send } = await relpPair({}, { protocol: 'tls', connect_timeout: 500 });
    expect((await failure(send(['x']))).code).toMatch(/^TF-RELP-(RESET|NOT-TLS)$/);
  });
});

describe('a receiver that hangs', () => {
  test('is given up after stall_timeout, although more and more is sent to it', async () => {
    const { send, receiver } = await relpPair({ silent: true }, { stall_timeout: 400 });
    const start = performance.now();
    let sent = 0;
    const trickle = setInterval(() => void send(numbered(1, ++sent)).catch(() => undefined), 30);
    const error = await failure(send(['x']));
    clearInterval(trickle);
    expect(error.code).toBe('TF-RELP-STALLED');
    expect(performance.now() - start).toBeLessThan(1_500);
    expect(receiver.messages.length).toBeGreaterThan(3);
  });

  test('is not given up while it answers, slow as it may be', async () => {
    const { send } = await relpPair({ bytesPerSecond: 40_000 }, { stall_timeout: 400, window: 4_000 });
    await send(numbered(200));
  });

  test('is not given up while there is nothing to answer', async () => {
    const { send, receiver } = await relpPair({}, { stall_timeout: 200 });
    await send(['a']);
    await sleep(600);
    await send(['b']);
    expect(receiver.accepted).toBe(1);
  });
});

/** A way to a port on which every connection stands still at first. */
async function slowWay(port: number, ms: number) {
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    for (const end of [socket, onward]) end.on('error', () => end.destroy());
    setTimeout(() => socket.pipe(onward).pipe(socket), ms);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { port: (server.address() as AddressInfo).port, close };
}
