import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Certificates, makeCertificates } from '../test/fakes/certificates.ts';
import type { Answer, Order } from './worker.ts';

export type DestinationName = 'leef' | 'hec';

/** A fake AWS, receivers, and the processes that are measured, each in a process of its own. */
export class Stage implements AsyncDisposable {
  /** Most memory the agent has held, MiB. */
  peakMiB = 0;
  private readonly directory = mkdtempSync(join(tmpdir(), 'trailferry-bench-'));
  private readonly certificates: Certificates;
  private readonly others: ChildProcess[] = [];
  private readonly workers: Readonly<Record<Order['do'], ChildProcess>>;
  private endpoint = '';
  private sinks: Record<string, number> = {};

  private constructor(certificates: Certificates, profile: string | undefined) {
    this.certificates = certificates;
    writeFileSync(join(this.directory, 'secret'), 'bench', { mode: 0o600 });
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    // The bound has a process of its own: its memory is not the agent's.
    this.workers = { bound: worker(), ferry: worker(...profiling) };
  }

  static async open(profile: string | undefined): Promise<Stage> {
    const stage = new Stage(await makeCertificates(), profile);
    const aws = await stage.start('test/fakes/aws-main.ts');
    const { cert, key } = stage.certificates.server;
    stage.sinks = await stage.start('bench/sinks.ts', cert, key);
    stage.endpoint = `http://127.0.0.1:${aws['port']}`;
    return stage;
  }

  /** Starts a process and reads the one line of JSON that it begins with. */
  private async start(script: string, ...args: string[]): Promise<Record<string, number>> {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.others.push(child);
    const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
    return JSON.parse(line) as Record<string, number>;
  }

  configure(destination: DestinationName): string {
    const { directory, endpoint, sinks, certificates } = this;
    const destinations = {
      leef: `{name: out, type: syslog, host: localhost, port: ${sinks['syslog']}, format: leef, tls: {ca_file: ${certificates.ca}}}`,
      hec: `{name: out, type: hec, url: "http://127.0.0.1:${sinks['hec']}", token: {file: ${directory}/secret}, format: json}`,
    };
    return `
version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${endpoint}", s3: "${endpoint}"}, force_path_style: true, access_key_id: AKIABENCH, secret_access_key: {file: ${directory}/secret}}
queues: [{name: q, url: "${endpoint}/000000000000/bench", buckets: [logs], destinations: [out]}]
destinations: [${destinations[destination]}]
state_dir: ${directory}/state
metrics: {listen: off}
limits: {places: 256, open_objects: 8}
`;
  }

  async put(key: string, body: Buffer): Promise<void> {
    await this.control({ do: 'put', bucket: 'logs', key, base64: body.toString('base64') });
  }

  async announce(key: string): Promise<void> {
    await this.control({ do: 'announce', bucket: 'logs', key, queue: 'bench' });
  }

  private async control(command: object): Promise<void> {
    await fetch(`${this.endpoint}/_control`, { method: 'POST', body: JSON.stringify(command) });
  }

  /** Number of events that the receivers have taken. */
  async arrived(): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.sinks['hec']}/count`);
    const { frames, events } = (await answer.json()) as { frames: number; events: number };
    return frames + events;
  }

  async order(message: Order): Promise<Answer> {
    const child = this.workers[message.do];
    child.send(message);
    const [answer] = (await once(child, 'message')) as [Answer];
    if (message.do === 'ferry') this.peakMiB = Math.max(this.peakMiB, answer.peakMiB);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of Object.values(this.workers)) {
      child.disconnect();
      await once(child, 'exit');
    }
    for (const child of this.others) child.kill();
    this.certificates.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Options and environment as in the systemd unit. */
function worker(...options: string[]): ChildProcess {
  const env = { ...process.env, MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: '.cache/compiled' };
  return fork('bench/worker.ts', { execArgv: ['--max-semi-space-size=16', ...options], env });
}
