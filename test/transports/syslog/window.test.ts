import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test, vi } from 'vitest';
import type { DeliveryError } from '../../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { never } from '../blocks.ts';
import { failure, faultCodes, numbered, textOf, tlsPair, until } from './rig.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

const window = { confirm: 'window' } as const;

test('a block counts when it is past the resend window, and the connection lasts', async () => {
  const { receiver, send, transport } = await tlsPair(certificates, {}, { ...window, confirm_interval: 700 });
  expect([transport.assurance, transport.confirmation?.level]).toEqual(['written', 'window']);
  const start = performance.now();
  await send(['one']);
  expect(performance.now() - start).toBeGreaterThan(650);
  await send(['two']);
  expect(receiver.messages.map(textOf)).toEqual(['one', 'two']);
  expect(receiver.accepted).toBe(1);
});

test('a block counts early when half of the window is acknowledged behind it', async () => {
  const settings = { ...window, confirm_after: 300_000, confirm_interval: 600_000 };
  const { send, transport } = await tlsPair(certificates, {}, settings);
  const sends = Array.from({ length: 10 }, (_, block) => send(numbered(250, block * 250)));
  for (const sent of sends) sent.catch(() => undefined);
  await Promise.all(sends.slice(0, 7));
  const last = sends.slice(-2).map((sent) => Promise.race([sent, sleep(500, 'held')]));
  expect(await Promise.all(last)).toEqual(Array(2).fill('held'));
  await transport.close();
  expect(await faultCodes(sends.slice(-2))).toEqual(Array(2).fill('TF-SYSLOG-GIVEN-UP'));
});

test("what the peer's kernel has not acknowledged does not count, although our own took it and time has passed", async () => {
  let queue = 1;
  vi.doMock('../../../transports/send-queue.ts', () => ({
    sendQueue: () => sleep(20, queue),
    unacknowledged: async () => undefined,
  }));
  vi.resetModules();
  const { tlsPair: heldPair } = await import('./rig.ts');
  const settings = { ...window, confirm_interval: 1, stall_timeout: 10_000 };
  const { receiver, send, transport } = await heldPair(certificates, {}, settings);
  const sent = send(['a']);
  await until(() => receiver.messages.length === 1);
  expect(await Promise.race([sent, sleep(500, 'held')])).toBe('held');
  queue = 0;
  await sent;
  await transport.close();
  await receiver.close();
  vi.doUnmock('../../../transports/send-queue.ts');
});

test('a peer that stops reading is given up, and no block behind one that is not acknowledged counts', async () => {
  const settings = { ...window, confirm_interval: 1, confirm_after: 40_000_000, stall_timeout: 2_000 };
  const { send } = await tlsPair(certificates, { stopReadingAfter: 1 }, settings);
  const counted: number[] = [];
  const failed = Promise.withResolvers<DeliveryError>();
  // More than all socket buffers between two processes hold.
  for (let block = 0; block < 20; block += 1)
    send(Array(25).fill('x'.repeat(32_000))).then(() => counted.push(block), failed.resolve);
  expect((await failed.promise).code).toBe('TF-SYSLOG-STALLED');
  expect(counted.length).toBeLessThan(20);
  expect(counted).toEqual(Array.from(counted, (_, block) => block));
});

test('a peer that dies within the window: all of it is to be sent again', async () => {
  const { receiver, send } = await tlsPair(certificates, {}, window);
  const sends = [send(['a']), send(['b'])];
  await until(() => receiver.messages.length === 2);
  await receiver.close();
  for (const error of await Promise.all(sends.map(failure))) {
    expect(error.code).toMatch(/^TF-SYSLOG-(CLOSED-EARLY|RESET)$/);
    expect(error.fault).toEqual({ kind: 'retry', afterMs: expect.any(Number) });
  }
});

test('a peer that ends the session in order within the window has not said that it read all', async () => {
  const { receiver, send } = await tlsPair(certificates, {}, window);
  const sent = send(['a']);
  await until(() => receiver.messages.length === 1);
  receiver.terminate();
  expect((await failure(sent)).code).toBe('TF-SYSLOG-CLOSED-EARLY');
});

test('a web server on the port is named', async () => {
  const { send } = await tlsPair(certificates, { talkBack: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, window);
  const error = await failure(send(['a']));
  expect([error.code, error.fault.kind]).toEqual(['TF-SYSLOG-TALKS-BACK', 'blocked']);
  expect(error.message).toContain('HTTP/1.1 400 Bad Request');
});

test('why it is no stronger level is known once the receiver was asked', async () => {
  const why = async (atEnd: 'answer' | 'close') => {
    const { transport } = await tlsPair(certificates, { atEnd }, window);
    expect(transport.confirmation?.why).toBe('the configuration says so');
    expect((await transport.probe(never)).ok).toBe(true);
    return transport.confirmation?.why;
  };
  expect(await why('close')).toBe('the receiver does not answer close-notify');
  expect(await why('answer')).toContain('the receiver could answer close-notify');
});

test('where the kernel shows nothing the level is none, and a notice says so', async () => {
  vi.doMock('../../../transports/send-queue.ts', () => ({
    sendQueue: async () => undefined,
    unacknowledged: async () => undefined,
  }));
  vi.resetModules();
  const { tlsPair: blindPair } = await import('./rig.ts');
  const { receiver, send, transport, said } = await blindPair(certificates, {}, { ...window, confirm_interval: 100 });
  await send(['a']);
  expect(transport.confirmation).toEqual({ level: 'none', why: expect.stringContaining('/proc/self/net/tcp') });
  expect(said.notices).toEqual([expect.stringContaining('confirm level is none')]);
  await until(() => receiver.messages.length === 1);
  await send(['b']);
  expect(said.notices.length).toBe(1);
  await transport.close();
  await receiver.close();
  vi.doUnmock('../../../transports/send-queue.ts');
});
