import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Longest wait for a program to listen, and to end when it is asked to: on a busy machine. Milliseconds. */
const START_MS = 60_000;
const STOP_MS = 20_000;

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
  private frozen = false;
  /** The end of what it said on standard error. */
  private said = '';

  constructor(command: Command) {
    this.command = command;
  }

  /** Resolves when it listens. @throws what it said, when it does not come up */
  async start(): Promise<void> {
    const { file, args, env, out, port } = this.command;
    if (listens(port)) throw new Error(`something else listens on port ${port}`);
    const stdout = out === undefined ? 'ignore' : openSync(out, 'a');
    const child = spawn(file, args, { env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', stdout, 'pipe'] });
    if (typeof stdout === 'number') closeSync(stdout);
    child.stderr?.on('data', (chunk: Buffer) => {
      this.said = (this.said + chunk.toString()).slice(-2000);
    });
    this.child = child;
    const ended = once(child, 'exit');
    const late = performance.now() + START_MS;
    while (!listens(port)) {
      if ((await Promise.race([ended, sleep(10)])) !== undefined || performance.now() > late)
        throw new Error(`${file} does not listen on port ${port}: ${this.said}`);
    }
  }

  /** Resolves when it is gone. A frozen one finds the signal when it is let go on. @throws when SIGTERM does not end it */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    this.child = undefined;
    this.frozen = false;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(late);
    if (signal !== 'SIGKILL' && child.signalCode === 'SIGKILL')
      throw new Error(`${this.command.file} did not end within ${STOP_MS} ms of ${signal}: ${this.said}`);
  }

  /** Stops it without ending it, or lets it go on: what a receiver does that is too slow. */
  freeze(frozen: boolean): void {
    if (this.frozen !== frozen) this.child?.kill(frozen ? 'SIGSTOP' : 'SIGCONT');
    this.frozen = frozen;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill('SIGKILL');
  }
}

/** Whether somebody listens on a port, by the kernel's word: a connection to find out would be one more to serve. */
function listens(port: number): boolean {
  const row = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} 0+:0000 0A`);
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((table) => row.test(readFileSync(table, 'latin1')));
}
