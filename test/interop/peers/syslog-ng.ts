import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, libraries, packageRoot } from './daemon.ts';
import { openSslEnvironment, type Peer, type Place } from './peer.ts';

const ROOT = packageRoot('syslog-ng');

/** A real syslog-ng of Debian's, with flow control, that writes each message as it came. */
export function syslogNg(place: Place): Peer {
  const { directory, port, certificates } = place;
  const out = join(directory, 'messages');
  const config = join(directory, 'syslog-ng.conf');
  const { cert, key } = certificates.server;
  writeFileSync(
    config,
    `@version: 3.38
options { stats-freq(0); };
source s { syslog(ip("127.0.0.1") port(${port}) transport("tls") flags(no-parse) log-msg-size(65536)
  tls(cert-file("${cert}") key-file("${key}") peer-verify(optional-untrusted))); };
destination d { file("${out}" template("\${MESSAGE}\\n") flush-lines(1)); };
log { source(s); destination(d); flags(flow-control); };
`,
  );
  writeFileSync(out, '');
  const args = ['-F', '--no-caps', '-f', config, `--module-path=${ROOT}/usr/lib/syslog-ng/3.38`];
  const daemon = new Daemon({
    file: join(ROOT, 'usr/sbin/syslog-ng'),
    args: [...args, '-R', join(directory, 'persist'), '-c', join(directory, 'ctl'), '-p', join(directory, 'pid')],
    env: { ...libraries(ROOT, 'usr/lib/syslog-ng'), ...openSslEnvironment(place) },
    port,
  });
  return { port, outs: [out], receivers: [daemon] };
}
