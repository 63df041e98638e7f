import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, libraries, packageRoot } from './daemon.ts';
import { openSslEnvironment, type Peer, type Place } from './peer.ts';
import { type RsyslogListener, rsyslog } from './rsyslog.ts';

const ROOT = packageRoot('stunnel');

/** A real stunnel of Debian's before an rsyslog that takes plain TCP. */
export function stunnel(place: Place, listener: RsyslogListener): Peer {
  const { directory, port, certificates } = place;
  const folder = join(directory, 'behind');
  mkdirSync(folder);
  const behind = rsyslog({ ...place, directory: folder, port: port + 1 }, listener);
  const config = join(directory, 'stunnel.conf');
  const { cert, key } = certificates.server;
  writeFileSync(
    config,
    `foreground = yes
pid =
debug = 3
[syslog]
accept = 127.0.0.1:${port}
connect = 127.0.0.1:${port + 1}
cert = ${cert}
key = ${key}
`,
  );
  const proxy = new Daemon({
    file: join(ROOT, 'usr/bin/stunnel4'),
    args: [config],
    env: { ...libraries(ROOT), ...openSslEnvironment(place) },
    port,
  });
  return { port, outs: behind.outs, receivers: behind.receivers, proxy };
}
