import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, libraries, packageRoot } from './daemon.ts';
import { openSslEnvironment, type Peer, type Place } from './peer.ts';

const ROOT = packageRoot('rsyslog');
const GNUTLS_12 = ' gnutlsPriorityString="NORMAL:-VERS-TLS1.3"';

/** How its listener is configured. */
type Listener = (place: Place) => string;

const LISTENERS = {
  'imtcp-ossl': ({
    port,
  }) => `module(load="imtcp" streamDriver.Name="ossl" streamDriver.Mode="1" streamDriver.AuthMode="anon")
input(type="imtcp" port="${port}" address="127.0.0.1")`,
  'imtcp-gtls-mtls': ({
    port,
    tls,
  }) => `module(load="imtcp" streamDriver.Name="gtls" streamDriver.Mode="1" streamDriver.AuthMode="x509/name"
  permittedPeer=["agent"]${tls === '1.2' ? GNUTLS_12 : ''})
input(type="imtcp" port="${port}" address="127.0.0.1")`,
  'imtcp-ossl-mtls': ({
    port,
  }) => `module(load="imtcp" streamDriver.Name="ossl" streamDriver.Mode="1" streamDriver.AuthMode="x509/name"
  permittedPeer=["agent"])
input(type="imtcp" port="${port}" address="127.0.0.1")`,
  imtcp: ({ port }) => `module(load="imtcp")
input(type="imtcp" port="${port}" address="127.0.0.1")`,
  imrelp: ({ port }) => `module(load="imrelp")
input(type="imrelp" port="${port}" address="127.0.0.1" maxDataSize="64k")`,
  'imrelp-tls': ({ port, certificates: { ca, server } }) => `module(load="imrelp" tls.tlslib="openssl")
input(type="imrelp" port="${port}" address="127.0.0.1" maxDataSize="64k" tls="on" tls.caCert="${ca}"
  tls.myCert="${server.cert}" tls.myPrivKey="${server.key}" tls.authMode="certvalid" tls.permittedPeer=["agent"])`,
} as const satisfies Readonly<Record<string, Listener>>;

export type RsyslogListener = keyof typeof LISTENERS;

/** A real rsyslogd of Debian's. It writes raw messages to a file before it takes the next. */
export function rsyslog(place: Place, listener: RsyslogListener): Peer {
  const { directory, port, certificates } = place;
  mkdirSync(join(directory, 'work'), { recursive: true });
  const out = join(directory, 'messages');
  const config = join(directory, 'rsyslog.conf');
  const { cert, key } = certificates.server;
  const driver = listener === 'imtcp-gtls-mtls' ? 'gtls' : 'ossl';
  writeFileSync(
    config,
    `global(workDirectory="${directory}/work" maxMessageSize="64k" parser.escapeControlCharacterTab="off"
  defaultNetstreamDriver="${driver}" defaultNetstreamDriverCAFile="${certificates.ca}"
  defaultNetstreamDriverCertFile="${cert}" defaultNetstreamDriverKeyFile="${key}")
main_queue(queue.type="Direct")
template(name="raw" type="string" string="%rawmsg%\\n")
${LISTENERS[listener](place)}
action(type="omfile" file="${out}" template="raw" asyncWriting="off" flushOnTXEnd="on")
`,
  );
  writeFileSync(out, '');
  const daemon = new Daemon({
    file: join(ROOT, 'usr/sbin/rsyslogd'),
    args: ['-n', '-f', config, '-i', join(directory, 'pid'), '-M', join(ROOT, 'usr/lib/x86_64-linux-gnu/rsyslog')],
    env: { ...libraries(ROOT), ...openSslEnvironment(place) },
    port,
  });
  return { port, outs: [out], receivers: [daemon] };
}
