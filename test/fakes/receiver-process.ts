import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A receiver as a process that can be killed, stopped and started again on the same port. */
export interface ReceiverProcess {
  readonly port: number;
  /** Sends a signal. With SIGKILL and SIGTERM resolves when the process is gone. */
  signal(name: NodeJS.Signals): Promise<void>;
  /** Starts it again after it is gone. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param args of the receiver's main file, without the port
 * @param kind which main file: `syslog-receiver-main.ts` or `relp-receiver-main.ts`
 */
export async function startReceiverProcess(
  args: readonly string[],
  kind: 'syslog' | 'relp' = 'syslog',
): Promise<ReceiverProcess> {
  const main = fileURLToPath(new URL(`./${kind}-receiver-main.ts`, import.meta.url));
  let child: ChildProcess;
  const start = async (port: number): Promise<number> => {
    child = spawn(process.execPath, [main, '--port', String(port), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const { stdout } = child;
    if (stdout === null) throw new Error('the receiver has no standard output');
    const [line] = await Promise.race([once(stdout, 'data'), once(child, 'exit').then(() => ['{}'])]);
    return JSON.parse(String(line)).port;
  };
  const gone = async (name: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(name);
    await exit;
  };
  const port = await start(0);
  return {
    port,
    signal: async (name) => {
      if (name === 'SIGKILL' || name === 'SIGTERM') await gone(name);
      else child.kill(name);
    },
    restart: async () => {
      await start(port);
    },
    close: () => gone('SIGKILL'),
  };
}
