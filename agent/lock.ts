import { hash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

/** Another process has this state directory. */
export class StateDirLocked extends Error {
  override readonly name = 'StateDirLocked';
}

/**
 * Takes a state directory for this process alone, for as long as it lives. The lock is a name in the kernel's table of
 * abstract sockets (unix(7)), so it is gone the moment the process is, however it ends: no stale lock, no pid to guess.
 * @throws {StateDirLocked}
 */
export async function lockStateDir(stateDir: string): Promise<Server> {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const name = `\0trailferry-${hash('sha256', realpathSync(stateDir), 'hex').substring(0, 32)}`;
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `another trailferry is using ${stateDir}; two agents may share a queue, never a state directory`;
      reject(error.code === 'EADDRINUSE' ? new StateDirLocked(taken) : error);
    });
    server.listen(name, resolve);
  });
  server.unref();
  return server;
}
