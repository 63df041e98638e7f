import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { closeAtEnd, failure, faultCodes, numbered, receiving, sending, textOf, tlsPair, until } from './rig.ts';

/** In TLS 1.3: header, level and description, content type, tag. */
const CLOSE_NOTIFY_BYTES = 24;

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

describe('a peer that does not play along', { concurrent: true }, () => {
  test('closes without close_notify: blocked, with a remedy', async () => {
    const { receiver, send } = await tlsPair(certificates, { atEnd: 'close' });
    const error = await failure(send(['x']));
    expect(error.code).toBe('TF-SYSLOG-NO-CLOSE-NOTIFY');
    expect(error.fault).toMatchObject({ kind: 'blocked', remedy: expect.stringContaining('confirm: window') });
    expect(receiver.accepted).toBe(2);
  });

  test('never answers the end: retry after stall_timeout, then blocked, once an empty session got no answer either', async () => {
    const { send } = await tlsPair(certificates, { atEnd: 'ignore' }, { stall_timeout: 300 });
    const first = await failure(send(['x']));
    expect([first.code, first.fault.kind]).toEqual(['TF-SYSLOG-STALLED', 'retry']);
    let last = first;
    for (let tries = 0; tries < 5 && last.fault.kind === 'retry'; tries += 1) last = await failure(send(['x']));
    expect(last.code).toBe('TF-SYSLOG-NO-CLOSE-NOTIFY');
    expect(last.fault).toMatchObject({ kind: 'blocked', remedy: expect.stringContaining('confirm: window') });
  });

  test('dies after it has read everything: retry, although its end looks like one without close_notify', async () => {
    const { receiver, send } = await tlsPair(certificates, { atEnd: 'ignore' });
    const sent = send(['x']);
    await until(() => receiver.messages.length === 1);
    await sleep(200);
    await receiver.close();
    const error = await failure(sent);
    expect([error.code, error.fault.kind]).toEqual(['TF-SYSLOG-NOT-CONFIRMED', 'retry']);
  });

  test('dies before it reads, and only its session tickets arrive after our end: not confirmed', async () => {
    const receiver = await receiving({ tls: certificates.server });
    const late = closeAtEnd(await lateTickets(receiver.port));
    const { send } = sending({ port: late.port, tls: { ca_file: certificates.ca } });
    expect((await failure(send(['x']))).code).toBe('TF-SYSLOG-NOT-CONFIRMED');
  });

  test('stops reading: given up after stall_timeout, retry', async () => {
    const { receiver, send } = await tlsPair(certificates, { stopReadingAfter: 100_000 }, { stall_timeout: 500 });
    const start = performance.now();
    const sends = Array.from({ length: 100 }, (_, block) => send(numbered(1_000, block * 1_000)));
    await until(() => receiver.messages.length > 0);
    receiver.behave({});
    const error = await failure(Promise.all(sends));
    expect([error.code, error.fault.kind]).toEqual(['TF-SYSLOG-STALLED', 'retry']);
    expect(performance.now() - start).toBeLessThan(5_000);
    await Promise.allSettled(sends);
  });

  test('reads so slowly that it cannot answer in time: it gets smaller slices until it can', async () => {
    const manners = { bytesPerSecond: 60_000 };
    const { receiver, send } = await tlsPair(certificates, manners, { stall_timeout: 400, confirm_after: 1_000_000 });
    const open = new Set(Array.from({ length: 20 }, (_, block) => block));
    const codes = new Set<string>();
    for (let round = 0; round < 20 && open.size > 0; round += 1) {
      await Promise.all(
        [...open].map((block) =>
          send(numbered(50, block * 50)).then(
            () => open.delete(block),
            (error) => codes.add(error.code),
          ),
        ),
      );
    }
    expect(open.size).toBe(0);
    expect([...codes]).toEqual(['TF-SYSLOG-STALLED']);
    expect(new Set(receiver.messages.map(textOf)).size).toBe(1_000);
  });

  test('ends the session while we send: retry', async () => {
    const { send } = await tlsPair(certificates, { endAfter: 10_000 });
    expect(await faultCodes([send(numbered(500)), send(numbered(500))])).toEqual(
      Array(2).fill(expect.stringMatching(/TF-SYSLOG-(CLOSED-EARLY|RESET)/)),
    );
  });

  test('ends the session while our own end still waits behind unread events: retry, at once', async () => {
    const { send } = await tlsPair(certificates, { bytesPerSecond: 1_000_000, endAfter: 300_000 });
    const start = performance.now();
    expect((await failure(send(Array(40_000).fill('x'.repeat(500))))).code).toBe('TF-SYSLOG-CLOSED-EARLY');
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  test('breaks the connection within a frame: retry', async () => {
    const { receiver, send } = await tlsPair(certificates, { cutAfter: 10_001 });
    expect((await failure(send(numbered(500)))).fault.kind).toBe('retry');
    expect(receiver.faults).toEqual([]);
  });

  test('answers like a web server: blocked, and its words are shown', async () => {
    const { send } = await tlsPair(certificates, { talkBack: 'HTTP/1.1 400 Bad Request\r\n\r\n\u001b[31m' });
    const error = await failure(send(['x']));
    expect(error.code).toBe('TF-SYSLOG-TALKS-BACK');
    expect(error.fault.kind).toBe('blocked');
    expect(error.message).toContain('HTTP/1.1 400 Bad Request..');
    expect(error.message).not.toContain('\u001b');
  });
});

/** Passes the first connection on, but what the server says after its handshake late, and without the close_notify at its end. */
async function lateTickets(target: number) {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const held: Buffer[] = [];
    let spoke = false;
    client.on('data', (chunk) => upstream.write(chunk));
    client.on('end', () => upstream.end()).on('error', () => upstream.destroy());
    upstream.on('data', (chunk) => {
      if (spoke) held.push(chunk);
      else spoke = client.write(chunk);
    });
    upstream.on('end', () => client.end(Buffer.concat(held).subarray(0, -CLOSE_NOTIFY_BYTES)));
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: async () => void server.close() };
}
