import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DeliveryError } from '../../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { failure, faultCodes, numbered, sending, textOf, tlsPair, until } from './rig.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', (maxVersion) => {
  test('a lone block is confirmed soon, by the close of its connection and one more that succeeds', async () => {
    const { receiver, send, transport } = await tlsPair(certificates, { tls: { maxVersion } });
    expect(transport.assurance).toBe('confirmed');
    const start = performance.now();
    await send(['one', 'two', 'grün\n']);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(receiver.messages.map(textOf)).toEqual(['one', 'two', 'grün\n']);
    expect(receiver.accepted).toBe(2);
    expect(receiver.faults).toEqual([]);
  });

  test('many blocks go over many connections, complete and each in order', async () => {
    const { receiver, send, said } = await tlsPair(certificates, { tls: { maxVersion } }, { confirm_after: 100_000 });
    const all = numbered(4_000);
    await Promise.all(Array.from({ length: 80 }, (_, block) => send(all.slice(block * 50, block * 50 + 50))));
    expect(new Set(receiver.messages.map(textOf))).toEqual(new Set(all));
    expect(receiver.messages.length).toBe(all.length);
    expect(receiver.accepted).toBeGreaterThan(5);
    expect(Math.max(...said.connections)).toBe(2);
  });

  test('a peer that is being stopped confirms nothing, although it answers the end of the session', async () => {
    const { receiver, send } = await tlsPair(certificates, { tls: { maxVersion }, bytesPerSecond: 20_000 });
    const sent = send(numbered(1_000));
    await until(() => receiver.messages.length > 0);
    await sleep(200);
    receiver.terminate();
    expect((await failure(sent)).fault.kind).toBe('retry');
    expect(receiver.messages.length).toBeLessThan(1_000);
  });
});

test('an answer counts for nothing when the next connection fails at its first try', async () => {
  const { receiver, send } = await tlsPair(certificates);
  const sent = send(['x']);
  await until(() => receiver.messages.length === 1);
  receiver.behave({ refuse: true });
  const { code, fault } = await failure(sent);
  expect([code, fault]).toEqual(['TF-SYSLOG-UNPROVEN', { kind: 'retry', afterMs: expect.any(Number) }]);
  expect(receiver.accepted).toBe(2);
});

test('with one connection all events arrive in order', async () => {
  const { receiver, send, said } = await tlsPair(certificates, {}, { connections: 1, confirm_after: 50_000 });
  const all = numbered(2_000);
  await Promise.all(Array.from({ length: 40 }, (_, block) => send(all.slice(block * 50, block * 50 + 50))));
  expect(receiver.messages.map(textOf)).toEqual(all);
  expect(Math.max(...said.connections)).toBe(1);
});

test('who has sent much and waits for the confirmation need not wait for another second', async () => {
  const { send } = await tlsPair(certificates, {}, { confirm_after: 20_000, confirm_interval: 60_000 });
  const much = Array.from({ length: 30 }, (_, index) => `${index}${'.'.repeat(1000)}`);
  const start = performance.now();
  for (let turn = 0; turn < 8; turn += 1) await send(much);
  expect(performance.now() - start).toBeLessThan(5_000);
});

test('a block of many pieces is followed by the end of its session, and arrives whole', async () => {
  const slow = { bytesPerSecond: 10_000_000 };
  const { receiver, send } = await tlsPair(certificates, slow, {
    confirm_after: 100,
    connections: 1,
    stall_timeout: 5_000,
  });
  // More than the kernels on both sides take at once.
  const large = Array.from({ length: 400 }, (_, index) => `${index}${'.'.repeat(30_000)}`);
  await Promise.all([send(large), send(['last'])]);
  expect(receiver.messages.map(textOf)).toEqual([...large, 'last']);
});

test('blocks that keep coming are confirmed every confirm_interval', async () => {
  const { send } = await tlsPair(certificates, {}, { confirm_interval: 300 });
  let confirmed = 0;
  const sends: Promise<void>[] = [];
  for (let block = 0; block < 40; block += 1) {
    sends.push(
      send([`event ${block}`]).then(() => {
        confirmed += 1;
      }),
    );
    await sleep(20);
  }
  expect(confirmed).toBeGreaterThan(5);
  await Promise.all(sends);
});

test('confirm: none answers when the kernel has taken the block, and keeps the connection', async () => {
  const { receiver, send, transport } = await tlsPair(certificates, {}, { confirm: 'none' });
  expect(transport.assurance).toBe('written');
  await send(['a']);
  await send(['b']);
  await until(() => receiver.messages.length === 2);
  expect(receiver.accepted).toBe(1);
});

test('both ends of validity are told', async () => {
  const tls = { cert_file: certificates.client.cert, key_file: certificates.client.key };
  const { send, said } = await tlsPair(certificates, { tls: { clientCa: certificates.ca } }, { tls });
  await send(['x']);
  const days = (date: Date | undefined) => Math.round(((date?.getTime() ?? 0) - Date.now()) / 86_400_000);
  expect(said.certificates.slice(0, 2).map(([role, end]) => [role, days(end)])).toEqual([
    ['server', 30],
    ['client', 30],
  ]);
});

describe('nobody there', () => {
  test('all waiting sends are refused at once, with the time of the next try, and nobody is hammered', async () => {
    const { receiver, send } = await tlsPair(certificates, { refuse: true });
    const errors = await Promise.all([send(['a']), send(['b']), send(['c'])].map(failure));
    for (const { fault } of errors) expect(fault).toEqual({ kind: 'retry', afterMs: expect.any(Number) });
    const again = await failure(send(['d']));
    expect(receiver.accepted).toBe(1);
    expect(again.fault.kind === 'retry' && again.fault.afterMs).toBeLessThanOrEqual(1_000);
  });

  test('it comes back: the same transport delivers', async () => {
    const { receiver, send } = await tlsPair(certificates, { refuse: true });
    const { fault } = await failure(send(['a']));
    receiver.behave({});
    // A dial that was under way when the receiver came back may still be refused: then a caller tries once more.
    for (let wait = fault, tries = 0; tries < 2; tries += 1) {
      await sleep((wait.kind === 'retry' && wait.afterMs) || 0);
      const again = await send(['a']).then(
        () => undefined,
        (error: DeliveryError) => error,
      );
      if (again === undefined) break;
      wait = again.fault;
    }
    expect(receiver.messages.map(textOf)).toEqual(['a']);
  });
});

describe('stop', () => {
  test('an aborted send is rejected with the reason of its signal, and the others are to be sent again', async () => {
    const { receiver, send } = await tlsPair(certificates, { bytesPerSecond: 1_000_000 });
    const controller = new AbortController();
    const sends = [send(numbered(1_000)), send(numbered(1_000), controller.signal)];
    await until(() => receiver.messages.length > 0);
    controller.abort(new Error('enough'));
    await expect(sends[1]).rejects.toThrow('enough');
    expect(await faultCodes([sends[0] as Promise<void>])).toEqual(['TF-SYSLOG-GIVEN-UP']);
    await expect(send(['x'], AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  });

  test('close rejects what is unanswered and ends the connections in order', async () => {
    const { receiver, send, transport } = await tlsPair(certificates);
    await send(['a']);
    const sends = [send(['b']), send(['c'])];
    await until(() => receiver.messages.length === 3);
    await Promise.all([faultCodes(sends), transport.close()]).then(([codes]) => {
      expect(codes).toEqual(['TF-SYSLOG-GIVEN-UP', 'TF-SYSLOG-GIVEN-UP']);
    });
    await transport.close();
    await until(() => receiver.open.size === 0);
    expect(await faultCodes([send(['d'])])).toEqual(['TF-SYSLOG-GIVEN-UP']);
    expect(receiver.faults).toEqual([]);
  });

  test('close while connecting', async () => {
    const { send, transport } = await tlsPair(certificates, { tls: { maxVersion: 'TLSv1.3' } });
    const sent = send(['a']);
    await transport.close();
    expect(await faultCodes([sent])).toEqual(['TF-SYSLOG-GIVEN-UP']);
  });
});

test('an empty connection that the peer closes is replaced without a fault', async () => {
  const { receiver, send } = await tlsPair(certificates);
  await send(['a']);
  for (const socket of receiver.open) socket.destroy();
  await until(() => receiver.open.size === 0);
  await send(['b']);
  expect(receiver.messages.map(textOf)).toEqual(['a', 'b']);
});

test('a host name that nobody knows', async () => {
  const { send } = sending({ host: 'no-such-host.invalid', port: 6514 });
  expect((await failure(send(['x']))).code).toBe('TF-SYSLOG-DNS');
});
