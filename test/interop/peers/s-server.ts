import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon } from './daemon.ts';
import { openSslEnvironment, type Peer, type Place } from './peer.ts';

/** `openssl s_server`, which takes one connection at a time and writes the stream as it comes: it wants lines. */
export function sServer(place: Place): Peer {
  const { directory, port, certificates } = place;
  const out = join(directory, 'messages');
  writeFileSync(out, '');
  const { cert, key } = certificates.server;
  const args = ['s_server', '-accept', `127.0.0.1:${port}`, '-cert', cert, '-key', key, '-quiet'];
  const daemon = new Daemon({ file: 'openssl', args, env: openSslEnvironment(place), out, port });
  return { port, outs: [out], receivers: [daemon] };
}
