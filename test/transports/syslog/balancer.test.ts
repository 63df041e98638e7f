import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { startBalancer } from '../../fakes/balancer.ts';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import type { Receiver } from '../../fakes/syslog-receiver.ts';
import { closeAtEnd, failure, faultCodes, numbered, receiving, type Sender, sending, textOf, until } from './rig.ts';

const SLOW = { bytesPerSecond: 20_000 };

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

/** A sender whose connections pass through a load balancer. */
async function behind(receivers: readonly Receiver[], retryMs?: number, settings = {}): Promise<Sender> {
  const { port } = closeAtEnd(
    await startBalancer(
      receivers.map((receiver) => receiver.port),
      retryMs,
    ),
  );
  return sending({ port, tls: { ca_file: certificates.ca }, ...settings });
}

const two = (manners = {}): Promise<[Receiver, Receiver]> =>
  Promise.all([
    receiving({ tls: certificates.server, ...manners }),
    receiving({ tls: certificates.otherServer, ...manners }),
  ]);

test.each([1, 2])(
  'receivers behind a load balancer prove their answers in turn, connections: %i',
  async (connections) => {
    const receivers = await two();
    const { send } = await behind(receivers, undefined, { connections });
    for (const text of ['a', 'b', 'c']) await send([text]);
    expect(receivers.flatMap(({ messages }) => messages.map(textOf)).sort()).toEqual(['a', 'b', 'c']);
  },
);

test('another receiver proves nothing about the one that is being stopped', async () => {
  const receivers = await two(SLOW);
  const [first] = receivers;
  const { send } = await behind(receivers);
  const sent = failure(send(numbered(1_000)));
  await until(() => first.messages.length > 0);
  await sleep(500);
  first.terminate();
  const { code, message } = await sent;
  expect([code, message]).toEqual(['TF-SYSLOG-UNPROVEN', expect.stringContaining('reached another receiver')]);
});

test('a receiver that was started anew proves nothing about the one before', async () => {
  const first = await receiving({ tls: certificates.server, ...SLOW });
  const { send } = await behind([first], 2_000, { connect_timeout: 10_000 });
  const sent = failure(send(numbered(1_000)));
  await until(() => first.messages.length > 0);
  await sleep(500);
  first.terminate();
  await sleep(300);
  await receiving({ tls: certificates.server, port: first.port });
  const { code, message } = await sent;
  expect([code, message]).toEqual(['TF-SYSLOG-UNPROVEN', expect.stringContaining('may have been started anew')]);
});

/** Takes everything for a receiver that reads nothing, and closes at once what it opens when that is gone. */
async function proxyThatEndsTls(): Promise<{ readonly port: number; stopReceiver(gapMs: number): void }> {
  const open = new Set<TLSSocket>();
  let isGone = false;
  const pem = { cert: readFileSync(certificates.server.cert), key: readFileSync(certificates.server.key) };
  // It takes its time, so that there is some in which a connection has to stand.
  const SNICallback: TlsOptions['SNICallback'] = (_name, done) => void setTimeout(done, 100, null);
  const server = createServer({ ...pem, SNICallback, allowHalfOpen: true }, (socket) => {
    open.add(socket.on('error', () => {}).resume());
    if (isGone) setTimeout(() => socket.end(), 5);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAtEnd({
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  });
  return {
    port: (server.address() as AddressInfo).port,
    stopReceiver(gapMs) {
      isGone = true;
      for (const [index, socket] of [...open].entries()) setTimeout(() => socket.end(), index * gapMs);
    },
  };
}

test.each([0, 4, 8])(
  'a proxy that ends TLS proves nothing when its receiver is gone: answers %i ms apart',
  async (gapMs) => {
    const proxy = await proxyThatEndsTls();
    const short = { confirm_after: 20_000, confirm_interval: 200, stall_timeout: 10_000 };
    const { send } = sending({
      port: proxy.port,
      tls: { ca_file: certificates.ca, server_name: 'localhost' },
      ...short,
    });
    const sent = [send(numbered(100))];
    await sleep(1_000);
    sent.push(send(numbered(100)));
    await sleep(500);
    proxy.stopReceiver(gapMs);
    expect(await faultCodes(sent)).toEqual(['TF-SYSLOG-UNPROVEN', 'TF-SYSLOG-UNPROVEN']);
  },
);
