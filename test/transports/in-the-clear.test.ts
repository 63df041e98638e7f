import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { relp } from '../../transports/relp/index.ts';
import { syslog } from '../../transports/syslog/index.ts';
import type { Transport } from '../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { startRelpReceiver } from '../fakes/relp-receiver.ts';
import { startReceiver } from '../fakes/syslog-receiver.ts';
import { enveloped, never, testContext } from './blocks.ts';
import { relpSettings } from './relp/rig.ts';
import { closeAtEnd, failure } from './syslog/rig.ts';
import { syslogSettings } from './syslog/settings.ts';

/** What must never be seen on the way. */
const CANARY = 'canary-5b1e-event';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => certificates.remove());

/** A way to a port that notes all bytes which go there. */
async function overheard(port: number) {
  const heard: Buffer[] = [];
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    const onward = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('data', (data) => heard.push(data));
    socket.pipe(onward).pipe(socket);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAtEnd({
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
  return { port: (server.address() as AddressInfo).port, heard: () => Buffer.concat(heard).toString('latin1') };
}

interface Case {
  readonly server: (all: Certificates) => Parameters<typeof startReceiver>[0];
  readonly tls?: (all: Certificates) => Partial<ReturnType<typeof syslogSettings>['tls']>;
}

const CASES: Readonly<Record<string, Case>> = {
  'expired certificate': { server: ({ expiredServer }) => ({ tls: expiredServer }) },
  'certificate for another name': { server: ({ wrongHostServer }) => ({ tls: wrongHostServer }) },
  'unknown authority': { server: ({ server }) => ({ tls: server }), tls: ({ otherCa }) => ({ ca_file: otherCa }) },
  'no client certificate': { server: ({ server, ca }) => ({ tls: { ...server, clientCa: ca } }) },
  'client certificate refused': {
    server: ({ server, ca }) => ({ tls: { ...server, clientCa: ca } }),
    tls: ({ strangerClient: { cert, key } }) => ({ cert_file: cert, key_file: key }),
  },
  'no TLS there': { server: () => ({}) },
};

interface Subject {
  start(
    options: Parameters<typeof startReceiver>[0],
  ): Promise<{ port: number; messages: string[]; close(): Promise<void> }>;
  make(port: number, tls: Partial<ReturnType<typeof syslogSettings>['tls']>): Transport;
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  syslog: {
    start: startReceiver,
    make: (port, tls) => syslog.create(syslogSettings({ port, tls }), testContext()),
  },
  RELP: {
    start: (options) => startRelpReceiver(options),
    make: (port, tls) => relp.create(relpSettings({ port, protocol: 'tls', tls }), testContext()),
  },
};

describe.each(Object.entries(SUBJECTS))('%s', (_name, { start, make }) => {
  test.concurrent.each(Object.entries(CASES))(
    '%s: nothing is sent in the clear, and nothing arrives',
    async (_, it) => {
      const receiver = closeAtEnd(await start(it.server(certificates)));
      const way = await overheard(receiver.port);
      const transport = closeAtEnd(make(way.port, { ca_file: certificates.ca, ...it.tls?.(certificates) }));
      await failure(transport.send(enveloped(transport, [CANARY]), never));
      expect(way.heard().length).toBeGreaterThan(0);
      expect(way.heard()).not.toContain(CANARY);
      expect(receiver.messages).toEqual([]);
    },
  );

  test.concurrent('all is well: it arrives, and still nothing can be overheard', async () => {
    const receiver = closeAtEnd(await start({ tls: certificates.server }));
    const way = await overheard(receiver.port);
    const transport = closeAtEnd(make(way.port, { ca_file: certificates.ca }));
    await transport.send(enveloped(transport, [CANARY]), never);
    expect(receiver.messages.join()).toContain(CANARY);
    expect(way.heard()).not.toContain(CANARY);
  });
});

test('the ear hears what is not encrypted', async () => {
  const receiver = closeAtEnd(await startReceiver({}));
  const way = await overheard(receiver.port);
  const transport = closeAtEnd(syslog.create(syslogSettings({ port: way.port, protocol: 'tcp' }), testContext()));
  await transport.send(enveloped(transport, [CANARY]), never);
  await expect.poll(way.heard).toContain(CANARY);
});
