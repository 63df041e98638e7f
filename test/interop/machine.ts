import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const NSPAWN = path('../../.cache/interop/container/usr/bin/systemd-nspawn');
const CHECKOUT = path('../../');

export interface Ran {
  readonly code: number;
  readonly out: string;
}

/** A booted systemd with this host's /usr, an empty /etc and the host's network; the checkout is /opt/trailferry. */
export interface Machine extends AsyncDisposable {
  /** Runs a command inside. */
  run(command: string, ...args: string[]): Promise<Ran>;
  /** A property of the service, as `systemctl show` gives it. */
  property(name: string): Promise<string>;
}

/** Boots with the unit, its user, and `etc` as /etc/trailferry. Needs root. */
export async function boot(etc: string): Promise<Machine> {
  const child = spawn(
    NSPAWN,
    [
      ...['-D', '/', '--volatile=yes', '--boot', '--register=no', '--keep-unit', '--console=pipe', '--quiet'],
      `--bind-ro=${CHECKOUT}:/opt/trailferry`,
      `--bind-ro=${CHECKOUT}systemd/trailferry.service:/etc/systemd/system/trailferry.service`,
      `--bind-ro=${CHECKOUT}systemd/sysusers.conf:/etc/sysusers.d/trailferry.conf`,
      `--bind=${etc}:/etc/trailferry`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk));
  const run = async (command: string, ...args: string[]): Promise<Ran> => {
    const init = await initOf(child, () => said);
    return execute('nsenter', ['-t', String(init), '-m', '-p', '-u', '-i', '-n', '-C', '-r', '-w', command, ...args]);
  };
  const machine: Machine = {
    run,
    property: async (name) => (await run('/usr/bin/systemctl', 'show', '-p', name, '--value', 'trailferry')).out.trim(),
    [Symbol.asyncDispose]: () => powerOff(child),
  };
  return machine;
}

/** Process id of the machine's PID 1, a child of nspawn. */
async function initOf({ pid, exitCode }: ChildProcess, said: () => string): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (exitCode !== null) break;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    if (children !== '') return Number(children.split(' ')[0]);
    await sleep(50);
  }
  throw new Error(`systemd-nspawn started no machine: ${said()}`);
}

function execute(command: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, args, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out: stdout + stderr });
    });
  });
}

async function powerOff(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(late);
}
