import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { relp } from '../../transports/relp/index.ts';
import { syslog } from '../../transports/syslog/index.ts';
import type { Transport } from '../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { enveloped, never, testContext } from './blocks.ts';
import { relpSettings } from './relp/rig.ts';
import { closeAtEnd, failure } from './syslog/rig.ts';
import { syslogSettings } from './syslog/settings.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => certificates.remove());

/** What a server does with a client whose certificate it does not like, after the handshake has succeeded. */
type Refusal = (socket: TLSSocket) => void;

/**
 * A server that looks at client certificates only when the handshake is over, as several daemons do: by then a client
 * thinks that it was let in, and what it writes is taken by kernels.
 */
async function refusing(maxVersion: SecureVersion, refuse: Refusal): Promise<number> {
  const { cert, key } = certificates.server;
  const open = new Set<Socket>();
  const server = createServer({
    cert: readFileSync(cert),
    key: readFileSync(key),
    ca: readFileSync(certificates.ca),
    requestCert: true,
    rejectUnauthorized: false,
    allowHalfOpen: true,
    maxVersion,
  });
  server.on('connection', (socket) => open.add(socket));
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    if (!socket.authorized) refuse(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAtEnd({
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  });
  return (server.address() as AddressInfo).port;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'breaks the connection at once': (socket) => socket.destroy(),
  'ends it in good order at once': (socket) => socket.end(),
  'breaks it a little later, having read nothing': (socket) => setTimeout(() => socket.destroy(), 50),
  'ends it in good order a little later, having read nothing': (socket) => setTimeout(() => socket.end(), 50),
  'breaks it when it has read something': (socket) => void socket.once('data', () => socket.destroy()),
  'ends it in good order when it has read something': (socket) => void socket.once('data', () => socket.end()),
  'reads everything and throws it away, and ends without a word': (socket) =>
    void socket.resume().on('end', () => socket.destroy()),
};

/** The certificate of the client is from an authority that the server does not know. */
function stranger() {
  const { cert, key } = certificates.strangerClient;
  return { ca_file: certificates.ca, cert_file: cert, key_file: key };
}

const TRANSPORTS: Readonly<Record<string, (port: number) => Transport>> = {
  'syslog, confirmed': (port) => syslog.create(syslogSettings({ port, tls: stranger() }), testContext()),
  RELP: (port) => relp.create(relpSettings({ port, protocol: 'tls', tls: stranger() }), testContext()),
};

describe.each(Object.keys(TRANSPORTS))('%s', (transport) => {
  describe.each(['TLSv1.2', 'TLSv1.3'] as const)('our certificate is refused late, %s', (version) => {
    test.concurrent.each(Object.entries(REFUSALS))('the server %s: nothing counts as delivered', async (_, refuse) => {
      const made = closeAtEnd(TRANSPORTS[transport]?.(await refusing(version, refuse)) as Transport);
      for (const text of ['a few', 'a lot '.repeat(50_000)]) {
        const { fault } = await failure(made.send(enveloped(made, [text]), never));
        expect(fault.kind).toMatch(/^(retry|blocked)$/);
        if (fault.kind === 'retry') await new Promise((resolve) => setTimeout(resolve, fault.afterMs ?? 0));
      }
    });
  });
});
