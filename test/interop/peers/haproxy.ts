import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, libraries, packageRoot } from './daemon.ts';
import { openSslEnvironment, type Peer, type Place } from './peer.ts';
import { type RsyslogListener, rsyslog } from './rsyslog.ts';

const ROOT = packageRoot('haproxy');

/**
 * A real haproxy of Debian's before two rsyslogs, each with a certificate of its own. It passes TLS through to them, or ends
 * it and goes on in plain TCP: then it is haproxy that answers the end of a session.
 */
export function haproxy(place: Place, mode: 'through' | 'terminates', listener: RsyslogListener): Peer {
  const { directory, port, certificates, tls } = place;
  const behind = [1, 2].map((number) => {
    const folder = join(directory, `behind-${number}`);
    mkdirSync(folder);
    const own = number === 1 ? certificates : { ...certificates, server: certificates.otherServer };
    return rsyslog({ ...place, directory: folder, port: port + number, certificates: own }, listener);
  });
  const pem = join(directory, 'server.pem');
  const { cert, key } = certificates.server;
  writeFileSync(pem, `${readFileSync(cert, 'utf8')}\n${readFileSync(key, 'utf8')}`, { mode: 0o600 });
  const config = join(directory, 'haproxy.cfg');
  writeFileSync(
    config,
    `defaults
  mode tcp
  timeout connect 2s
  timeout client 1m
  timeout server 1m
frontend in
  bind 127.0.0.1:${port}${mode === 'through' ? '' : ` ssl crt ${pem} ssl-max-ver TLSv${tls}`}
  default_backend two
backend two
  balance roundrobin
${behind.map((peer, index) => `  server s${index} 127.0.0.1:${peer.port} check inter 100ms fall 1 rise 1`).join('\n')}
`,
  );
  const args = ['-db', '-f', config];
  const env = { ...libraries(ROOT), ...openSslEnvironment(place) };
  const proxy = new Daemon({ file: join(ROOT, 'usr/sbin/haproxy'), args, env, port });
  return {
    port,
    outs: behind.flatMap(({ outs }) => outs),
    receivers: behind.flatMap(({ receivers }) => receivers),
    proxy,
  };
}
