import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FakeAws } from '../fakes/aws.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const AGENT = path('../../agent/cli.ts');
const RECEIVER = path('../fakes/syslog-receiver-main.ts');
/** As the systemd unit does, compiled sources are kept; the first start of all fills the cache. */
const ENV = { ...process.env, NODE_COMPILE_CACHE: path('../../.cache/compiled'), MALLOC_ARENA_MAX: '2' };
/** Node's own options, as the systemd unit gives them. */
const FLAGS =
  readFileSync(path('../../systemd/trailferry.service'), 'utf8').match(/(?<=^ExecStart=.*)--\S+(?=.*cli\.ts)/gm) ?? [];
const HEC = path('../fakes/hec-stub-main.ts');

/** A process that faults are done to. However often it is killed and started: a receiver keeps its port. */
export interface Victim {
  readonly port: number;
  readonly pid: number;
  readonly running: boolean;
  /** All it has said on standard error, over all its lives. */
  readonly said: string;
  /** Ends that nobody asked for. */
  readonly deaths: readonly string[];
  /** Resolves when it says that it is ready. */
  start(): Promise<void>;
  /** Resolves when the process is gone, with whether there was one to kill. */
  kill(signal?: NodeJS.Signals): Promise<boolean>;
  /** Sends a signal that does not end it. */
  signal(name: NodeJS.Signals): void;
}

interface Kind {
  /** Command line for a port; 0 is any that is free. */
  command(port: number): readonly string[];
  /** Says the port; the process is ready when it has. */
  readonly hello: RegExp;
}

async function victim({ command, hello }: Kind): Promise<Victim> {
  const deaths: string[] = [];
  let said = '';
  let port = 0;
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const life = spawn(process.execPath, command(port), { stdio: ['ignore', 'pipe', 'pipe'], env: ENV });
    child = life;
    let heard = '';
    const ready = new Promise<void>((resolve) => {
      const listen = (chunk: Buffer): void => {
        heard += chunk.toString();
        const found = hello.exec(heard)?.[1];
        if (found === undefined) return;
        port = Number(found);
        resolve();
      };
      life.stdout.on('data', listen);
      life.stderr.on('data', listen);
      life.once('exit', () => resolve());
    });
    life.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    life.once('exit', (code, signal) => {
      if (child === life) deaths.push(`code ${code}, signal ${signal}: ${heard.slice(-2000)}`);
    });
    await ready;
  };
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<boolean> => {
    const life = child;
    child = undefined;
    if (life === undefined || life.exitCode !== null || life.signalCode !== null) return false;
    const exit = once(life, 'exit');
    life.kill(signal);
    await exit;
    return true;
  };
  await start();
  return {
    deaths,
    get port() {
      return port;
    },
    get pid() {
      return child?.pid ?? 0;
    },
    get running() {
      return child !== undefined && child.exitCode === null && child.signalCode === null;
    },
    get said() {
      return said;
    },
    start,
    kill,
    signal: (name) => void child?.kill(name),
  };
}

/** The agent; its port is that of the health pages. */
export function agent(config: string): Promise<Victim> {
  return victim({
    command: () => [...FLAGS, AGENT, 'run', '--config', config],
    hello: /health pages on http:\/\/[^/]*:(\d+)\//,
  });
}

const PORT = /"port":(\d+)/;

/** @param args of `syslog-receiver-main.ts`, without the port */
export function syslogReceiver(...args: readonly string[]): Promise<Victim> {
  return victim({ command: (port) => [RECEIVER, '--port', String(port), ...args], hello: PORT });
}

/** @param args of `hec-stub-main.ts`, without port and token */
export function hecStub(...args: readonly string[]): Promise<Victim> {
  return victim({ command: (port) => [HEC, '--port', String(port), '--token', TOKEN, ...args], hello: PORT });
}

const TOKEN = 'chaos-token';

/** A directory for one run, with the configuration of an agent in it. */
export interface Site extends Disposable {
  readonly directory: string;
  readonly stateDir: string;
  /** Writes the configuration and returns its file. Settings are YAML in flow style. */
  config(aws: FakeAws, parts: SiteParts): string;
  readonly secret: string;
}

export interface SiteParts {
  /** Settings by destination. */
  readonly destinations: Readonly<Record<string, string>>;
  readonly limits?: string;
}

export function site(): Site {
  const directory = mkdtempSync(join(tmpdir(), 'trailferry-faults-'));
  const secret = join(directory, 'secret');
  const stateDir = join(directory, 'state');
  writeFileSync(secret, TOKEN, { mode: 0o600 });
  return {
    directory,
    stateDir,
    secret,
    config(aws, { destinations, limits = '{}' }) {
      const names = Object.keys(destinations).join(', ');
      const list = Object.entries(destinations).map(([name, settings]) => `  - {name: ${name}, ${settings}}\n`);
      const file = join(directory, 'trailferry.yaml');
      writeFileSync(
        file,
        `version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${aws.endpoint}", s3: "${aws.endpoint}"}, force_path_style: true, access_key_id: AKIATEST, secret_access_key: {file: ${secret}}}
queues:
  - {name: q, url: "${aws.queueUrl()}", buckets: [${BUCKET}], destinations: [${names}], visibility_timeout: 10s}
destinations:
${list.join('')}state_dir: ${stateDir}
metrics: {listen: "127.0.0.1:0"}
limits: ${limits}
`,
      );
      return file;
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export const BUCKET = 'logs';

/** A memory figure of a process from proc_pid_status(5), in MiB: `VmRSS` now, `VmHWM` at its highest. */
export function memory(pid: number, figure: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${figure}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}

/** Looks again and again until it is so. @throws when it is not within `ms` */
export async function until(what: string, ms: number, so: () => boolean | Promise<boolean>): Promise<number> {
  const started = performance.now();
  while (!(await so())) {
    if (performance.now() - started > ms) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(50);
  }
  return performance.now() - started;
}

/** Numbers from 0 to 1 that a seed repeats (Numerical Recipes' linear congruential generator). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
