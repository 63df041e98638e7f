import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { codeOf } from '../../../transports/syslog/faults.ts';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { closeAtEnd, sending } from './rig.ts';
import { sessionPair } from './session-pair.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

/** Lets callbacks of this turn run, but reads no socket. */
const sameTurn = () => new Promise<void>((resolve) => process.nextTick(resolve));

test('an answer to our end confirms', async () => {
  const { session, peer } = await sessionPair(certificates);
  peer.on('end', () => peer.end()).resume();
  session.end();
  expect(await session.over).toBeUndefined();
});

test('a close_notify that lay in the socket before our end answers nothing', async () => {
  const { session, peer } = await sessionPair(certificates);
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
