import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Where `prepare.sh` puts the packages of a peer. */
export function packageRoot(name: string): string {
  return fileURLToPath(new URL(`../../../.cache/interop/${name}`, import.meta.url));
}

/** Environment in which programs find the libraries that were unpacked beside them. */
export function libraries(root: string, ...more: string[]): Record<string, string> {
  const folders = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu', ...more];
  return { LD_LIBRARY_PATH: folders.map((folder) => `${root}/${folder}`).join(':') };
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its standard output is appended. */
  readonly out?: string;
  /**
   * Port it listens on, below those that the kernel gives to outgoing connections: one of these could take it between two
   * starts.
   */
  readonly port: number;
}

/** A program that listens on a port, and may be killed and started again. */
export class Daemon implements AsyncDisposable {
  private readonly command: Command;
  private child: ChildProcess | undefined;

  constructor(command: Command) {
    this.command = command;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const { file, args, env, out, port } = this.command;
    if (await answers(port)) throw new Error(`something else listens on port ${port}`);
    const stdout = out === undefined ? 'ignore' : openSync(out, 'a');
    this.child = spawn(file, args, { env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', stdout, 'ignore'] });
    if (typeof stdout === 'number') closeSync(stdout);
    for (let tries = 0; tries < 400; tries += 1) {
      if (await answers(port)) return;
      await sleep(25);
    }
    throw new Error(`${file} does not listen on port ${port}; run test/interop/prepare.sh and look at its log`);
  }

  /** Resolves when it is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.child = undefined;
    const gone = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await gone;
  }

  /** Stops it without ending it, or lets it go on: what a receiver does that is too slow. */
  freeze(frozen: boolean): void {
    this.child?.kill(frozen ? 'SIGSTOP' : 'SIGCONT');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill('SIGKILL');
  }
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
