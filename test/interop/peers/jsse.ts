import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, packageRoot } from './daemon.ts';
import type { Peer, Place } from './peer.ts';

/** A receiver in Java, whose TLS many a SIEM uses. It parses frames, and writes an event a line. */
export function jsse({ directory, port, certificates, tls }: Place): Peer {
  const out = join(directory, 'messages');
  writeFileSync(out, '');
  const store = join(directory, 'server.p12');
  const { cert, key } = certificates.server;
  execFileSync('openssl', [
    'pkcs12',
    '-export',
    '-in',
    cert,
    '-inkey',
    key,
    '-out',
    store,
    '-passout',
    'pass:trailferry',
  ]);
  const args = ['-XX:TieredStopAtLevel=1', '-Xshare:auto', `-Djdk.tls.server.protocols=TLSv${tls}`];
  const daemon = new Daemon({
    file: 'java',
    args: [...args, '-cp', packageRoot('java'), 'JsseReceiver', String(port), store, out],
    port,
  });
  return { port, outs: [out], receivers: [daemon] };
}
