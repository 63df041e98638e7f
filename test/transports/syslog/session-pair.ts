import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { TlsSession } from '../../../transports/syslog/tls-session.ts';
import type { Certificates } from '../../fakes/certificates.ts';
import { closeAtEnd } from './rig.ts';

/** A session and the peer's side of it. */
export async function sessionPair(
  certificates: Certificates,
  onDrain: () => void = () => undefined,
): Promise<{ session: TlsSession; peer: TLSSocket }> {
  const { cert, key } = certificates.server;
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key), allowHalfOpen: true });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closeAtEnd({ close: async () => void server.close() });
  const accepted = once(server, 'secureConnection');
  const raw = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(raw, 'connect');
  const options = { host: 'localhost', servername: 'localhost', ca: readFileSync(certificates.ca) };
  const limits = { connectTimeout: 5_000, stallTimeout: 5_000 };
  const session = new TlsSession(raw, '127.0.0.1', options, limits, onDrain);
  const [[peer]] = await Promise.all([accepted, session.ready]);
  return { session, peer };
}
