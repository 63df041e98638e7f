import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificates } from '../../fakes/certificates.ts';
import type { Daemon } from './daemon.ts';

/** Where a peer is started. */
export interface Place {
  /** A folder of its own. */
  readonly directory: string;
  readonly certificates: Certificates;
  /** It may use this port and the nine behind it. */
  readonly port: number;
  /** The newest version of TLS it is to speak. */
  readonly tls: TlsVersion;
}

export type TlsVersion = '1.2' | '1.3';

/** What stands at the other end: a real receiver, or a proxy with receivers behind it. */
export interface Peer {
  /** Where the agent connects. */
  readonly port: number;
  /** Files of what came, an event a line. */
  readonly outs: readonly string[];
  /** What is stopped and started under load, in turn. */
  readonly receivers: readonly Daemon[];
  /** What stands in front of them. */
  readonly proxy?: Daemon;
}

/** Starts all of a peer. */
export async function startPeer({ receivers, proxy }: Peer): Promise<void> {
  for (const receiver of receivers) await receiver.start();
  await proxy?.start();
}

export async function stopPeer({ receivers, proxy }: Peer): Promise<void> {
  await proxy?.kill('SIGKILL');
  for (const receiver of receivers) await receiver.kill('SIGTERM');
}

/** Holds programs over OpenSSL to a version of TLS, through the configuration that all of them read. */
export function openSslEnvironment({ directory, tls }: Place): Record<string, string> {
  const file = join(directory, 'openssl.cnf');
  writeFileSync(
    file,
    `openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = limits\n[limits]\nMaxProtocol = TLSv${tls}\n`,
  );
  return { OPENSSL_CONF: file };
}
