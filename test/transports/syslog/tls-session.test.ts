import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { codeOf } from '../../../transports/syslog/faults.ts';
import { TlsSession } from '../../../transports/syslog/tls-session.ts';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { closeAtEnd, sending } from './rig.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

/** A session and the peer's side of it. */
async function sessionPair(): Promise<{ session: TlsSession; peer: TLSSocket }> {
  const { cert, key } = certificates.server;
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key), allowHalfOpen: true });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closeAtEnd({ close: async () => void server.close() });
  const accepted = once(server, 'secureConnection');
  const raw = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(raw, 'connect');
  const options = { host: 'localhost', servername: 'localhost', ca: readFileSync(certificates.ca) };
  const limits = { connectTimeout: 5_000, stallTimeout: 5_000 };
  const session = new TlsSession(raw, '127.0.0.1', options, limits, () => undefined);
  const [[peer]] = await Promise.all([accepted, session.ready]);
  return { session, peer };
}

/** Lets callbacks of this turn run, but reads no socket. */
const sameTurn = () => new Promise<void>((resolve) => process.nextTick(resolve));

test('an answer to our end confirms', async () => {
  const { session, peer } = await sessionPair();
  peer.on('end', () => peer.end()).resume();
  session.end();
  expect(await session.over).toBeUndefined();
});

test('a close_notify that lay in the socket before our end answers nothing', async () => {
  const { session, peer } = await sessionPair();
  peer.end();
  for (let ticks = 0; ticks < 5; ticks += 1) await sameTurn();
  session.end();
  const failure = await session.over;
  expect(failure && codeOf(failure)).toBe('TF-SYSLOG-CLOSED-EARLY');
  peer.destroy();
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)('no session is resumed, %s', async (maxVersion) => {
  const { cert, key } = certificates.server;
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key), allowHalfOpen: true, maxVersion });
  const reused: boolean[] = [];
  server.on('secureConnection', (peer) => {
    reused.push(peer.isSessionReused());
    peer.on('end', () => peer.end()).resume();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closeAtEnd({ close: async () => void server.close() });
  const { send } = sending({ port: (server.address() as AddressInfo).port, tls: { ca_file: certificates.ca } });
  await send(['a']);
  await send(['b']);
  expect(reused).toEqual([false, false, false]);
});
