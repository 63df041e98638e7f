import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Certificates } from '../fakes/certificates.ts';

const ROOT = fileURLToPath(new URL('../../.cache/interop/rsyslog', import.meta.url));
const LIBRARIES = join(ROOT, 'usr/lib/x86_64-linux-gnu');

/** A real rsyslogd of Debian's, with TLS by OpenSSL, that writes raw messages to a file before it takes the next. */
export interface Rsyslog extends AsyncDisposable {
  readonly port: number;
  /** File of the messages, one a line. */
  readonly out: string;
  kill(signal: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
}

/** How a listener is configured. TLS by OpenSSL. */
type Listener = (port: number, certificates: Certificates) => string;

const LISTENERS = {
  'imtcp-tls': (
    port,
  ) => `module(load="imtcp" streamDriver.Name="ossl" streamDriver.Mode="1" streamDriver.AuthMode="anon")
input(type="imtcp" port="${port}" address="127.0.0.1")`,
  imrelp: (port) => `module(load="imrelp")
input(type="imrelp" port="${port}" address="127.0.0.1" maxDataSize="64k")`,
  'imrelp-tls': (port, { ca, server }) => `module(load="imrelp" tls.tlslib="openssl")
input(type="imrelp" port="${port}" address="127.0.0.1" maxDataSize="64k" tls="on" tls.caCert="${ca}"
  tls.myCert="${server.cert}" tls.myPrivKey="${server.key}" tls.authMode="certvalid" tls.permittedPeer=["agent"])`,
} as const satisfies Readonly<Record<string, Listener>>;

/** @param port below those that the kernel gives to outgoing connections: one of these could take it between two starts */
export async function rsyslog(
  directory: string,
  port: number,
  certificates: Certificates,
  listener: keyof typeof LISTENERS = 'imtcp-tls',
): Promise<Rsyslog> {
  mkdirSync(join(directory, 'work'), { recursive: true });
  const out = join(directory, 'messages');
  const config = join(directory, 'rsyslog.conf');
  const { cert, key } = certificates.server;
  writeFileSync(
    config,
    `global(workDirectory="${directory}/work" maxMessageSize="64k" parser.escapeControlCharacterTab="off"
  defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="${certificates.ca}"
  defaultNetstreamDriverCertFile="${cert}" defaultNetstreamDriverKeyFile="${key}")
main_queue(queue.type="Direct")
template(name="raw" type="string" string="%rawmsg%\\n")
${LISTENERS[listener](port, certificates)}
action(type="omfile" file="${out}" template="raw" asyncWriting="off" flushOnTXEnd="on")
`,
  );
  writeFileSync(out, '');
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    if (await answers(port)) throw new Error(`something else listens on port ${port}`);
    const args = ['-n', '-f', config, '-i', join(directory, 'pid'), '-M', join(LIBRARIES, 'rsyslog')];
    child = spawn(join(ROOT, 'usr/sbin/rsyslogd'), args, { env: { LD_LIBRARY_PATH: LIBRARIES }, stdio: 'ignore' });
    await listening(port);
  };
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
    child = undefined;
  };
  await start();
  return { port, out, start, kill, [Symbol.asyncDispose]: () => kill('SIGKILL') };
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await answers(port)) return;
    await sleep(50);
  }
  throw new Error(`rsyslogd does not listen on port ${port}; run test/interop/prepare.sh and look at its log`);
}

async function answers(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1');
  const open = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return open;
}
