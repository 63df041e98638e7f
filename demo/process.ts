import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A stand-in or the agent itself, as a process of its own. */
export interface Running {
  readonly child: ChildProcess;
  /** What it said first, as JSON. */
  readonly hello: Readonly<Record<string, unknown>>;
}

/** Starts a script that says on which port it listens. */
export async function start(script: string, ...args: string[]): Promise<Running> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  return { child, hello: JSON.parse(line) as Record<string, unknown> };
}

/** Runs a command line of trailferry to its end. */
export async function trailferry(...args: string[]): Promise<{ code: number; out: string }> {
  const child = spawn(process.execPath, ['bin/trailferry.mjs', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, out };
}

export async function stop({ child }: Running, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}
