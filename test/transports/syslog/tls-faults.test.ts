import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { closeAtEnd, failure, receiving, sending, textOf, tlsPair } from './rig.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

describe("the destination's certificate", () => {
  test('expired', async () => {
    const { send, receiver } = await tlsPair(certificates, { tls: certificates.expiredServer });
    const error = await failure(send(['x']));
    expect(error.code).toBe('TF-SYSLOG-CERT-EXPIRED');
    expect(error.fault).toMatchObject({ kind: 'blocked', remedy: expect.stringContaining('renew') });
    expect(receiver.messages).toEqual([]);
  });

  test('for another name', async () => {
    const { send, receiver } = await tlsPair(certificates, { tls: certificates.wrongHostServer });
    const error = await failure(send(['x']));
    expect(error.code).toBe('TF-SYSLOG-CERT-NAME');
    expect(error.fault).toMatchObject({ kind: 'blocked', remedy: expect.stringContaining('tls.server_name') });
    expect(receiver.messages).toEqual([]);
  });

  test('server_name is asked for and checked instead of host', async () => {
    const tls = { server_name: 'elsewhere.example' };
    const good = await tlsPair(certificates, { tls: certificates.wrongHostServer }, { tls });
    await good.send(['x']);
    expect(good.receiver.messages.map(textOf)).toEqual(['x']);
    const bad = await tlsPair(certificates, {}, { tls });
    expect((await failure(bad.send(['x']))).code).toBe('TF-SYSLOG-CERT-NAME');
  });

  test('from an unknown authority', async () => {
    const { send, receiver } = await tlsPair(certificates, {}, { tls: { ca_file: certificates.otherCa } });
    const error = await failure(send(['x']));
    expect(receiver.messages).toEqual([]);
    expect(error.code).toBe('TF-SYSLOG-CERT-UNKNOWN-CA');
    expect(error.fault).toMatchObject({ kind: 'blocked', remedy: expect.stringContaining('tls.ca_file') });
  });

  test('the authorities of Node.js do not vouch for it either', async () => {
    const { send } = await tlsPair(certificates, {}, { tls: { ca_file: null } });
    expect((await failure(send(['x']))).code).toBe('TF-SYSLOG-CERT-UNKNOWN-CA');
  });
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('our certificate, %s', (maxVersion) => {
  const demanding = () => ({ tls: { clientCa: certificates.ca, maxVersion } });

  test('taken', async () => {
    const tls = { cert_file: certificates.client.cert, key_file: certificates.client.key };
    const { send, receiver } = await tlsPair(certificates, demanding(), { tls });
    await send(['x']);
    expect(receiver.messages.map(textOf)).toEqual(['x']);
  });

  test('refused by closing without a word: the message says what it may be, and nothing counts as sent', async () => {
    const tls = { cert_file: certificates.strangerClient.cert, key_file: certificates.strangerClient.key };
    const { send, receiver } = await tlsPair(certificates, demanding(), { tls });
    const error = await failure(send(['x']));
    expect(error.message).toContain('it may refuse our client certificate');
    expect(receiver.messages).toEqual([]);
  });

  test('missing: blocked, although in TLS 1.3 that is said after the handshake', async () => {
    const { send, receiver } = await tlsPair(certificates, demanding());
    const error = await failure(send(['x']));
    expect(error.code).toBe(maxVersion === 'TLSv1.3' ? 'TF-SYSLOG-CLIENT-CERT' : 'TF-SYSLOG-HANDSHAKE');
    expect(error.fault).toMatchObject({ kind: 'blocked', remedy: expect.stringContaining('tls.cert_file') });
    expect(receiver.messages).toEqual([]);
  });
});

describe('no TLS there', () => {
  test('a plain syslog port', async () => {
    const plain = closeAtEnd(await chatty((socket) => socket.end('<13>no TLS here\n')));
    const { send } = sending({ port: plain.port });
    const error = await failure(send(['x']));
    expect([error.code, error.fault.kind]).toEqual(['TF-SYSLOG-NOT-TLS', 'blocked']);
  });

  test('a web server without TLS is named', async () => {
    const server = createHttpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeAtEnd({ close: async () => void server.close() });
    const { send } = sending({ port: (server.address() as AddressInfo).port });
    const error = await failure(send(['x']));
    expect([error.code, error.fault.kind]).toEqual(['TF-SYSLOG-NOT-TLS', 'blocked']);
    expect(error.message).toContain('it says "HTTP/1.1 400 Bad Request..');
  });

  test('a port that takes connections and says nothing: given up after connect_timeout', async () => {
    const silent = closeAtEnd(await chatty(() => undefined));
    const { send } = sending({ port: silent.port, connect_timeout: 200 });
    expect((await failure(send(['x']))).code).toBe('TF-SYSLOG-CONNECT-TIMEOUT');
  });

  test('an old version only', async () => {
    const { send } = await tlsPair(
      certificates,
      { tls: { maxVersion: 'TLSv1.2' } },
      { tls: { min_version: 'TLSv1.3' } },
    );
    const error = await failure(send(['x']));
    expect([error.code, error.fault.kind]).toEqual(['TF-SYSLOG-TLS-VERSION', 'blocked']);
  });

  test('nothing at all', async () => {
    const { port, close } = await receiving({ tls: certificates.server });
    await close();
    expect((await failure(sending({ port }).send(['x']))).code).toBe('TF-SYSLOG-REFUSED');
  });
});

describe('files', () => {
  test('are read anew at each connection', async () => {
    const ca = join(dirname(certificates.ca), 'rotated.pem');
    const { send, receiver } = await tlsPair(certificates, {}, { tls: { ca_file: ca } });
    const { code, fault } = await failure(send(['x']));
    expect([code, fault.kind]).toEqual(['TF-TLS-FILE', 'blocked']);
    copyFileSync(certificates.ca, ca);
    await sleep(1_100);
    await send(['x']);
    expect(receiver.messages.map(textOf)).toEqual(['x']);
  });

  test('key and certificate that do not belong together', async () => {
    const tls = { cert_file: certificates.client.cert, key_file: certificates.server.key };
    const { send } = await tlsPair(certificates, {}, { tls });
    const error = await failure(send(['x']));
    expect([error.code, error.fault.kind]).toEqual(['TF-SYSLOG-TLS-FILES', 'blocked']);
  });
});

describe('NODE_TLS_REJECT_UNAUTHORIZED=0', () => {
  afterEach(() => {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  });

  test('is refused', async () => {
    const { send, receiver } = await tlsPair(certificates);
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    const error = await failure(send(['x']));
    expect([error.code, error.fault.kind]).toEqual(['TF-TLS-UNVERIFIED', 'blocked']);
    expect(receiver.accepted).toBe(0);
  });
});

async function chatty(greet: (socket: Socket) => unknown) {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy()).resume();
    greet(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { port: (server.address() as AddressInfo).port, close };
}
