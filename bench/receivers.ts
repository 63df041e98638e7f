import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Certificates, makeCertificates } from '../test/fakes/certificates.ts';
import type { TransportAnswer, TransportOrder } from './transport-worker.ts';

/** Receivers that only count, and a process with transports towards them. */
export class Receivers implements AsyncDisposable {
  private readonly directory = mkdtempSync(join(tmpdir(), 'trailferry-bench-'));
  private readonly certificates: Certificates;
  private readonly sinks: ChildProcess;
  private readonly worker: ChildProcess;
  private ports: Record<string, number> = {};

  private constructor(certificates: Certificates, profile: string | undefined) {
    const { cert, key } = certificates.server;
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    this.certificates = certificates;
    this.sinks = spawn(process.execPath, ['bench/sinks.ts', cert, key], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.worker = fork('bench/transport-worker.ts', { execArgv: ['--max-semi-space-size=16', ...profiling] });
    writeFileSync(join(this.directory, 'secret'), 'bench', { mode: 0o600 });
  }

  static async open(profile: string | undefined): Promise<Receivers> {
    const receivers = new Receivers(await makeCertificates(), profile);
    const lines = createInterface({ input: receivers.sinks.stdout as NodeJS.ReadableStream });
    const [line] = (await once(lines, 'line')) as [string];
    receivers.ports = JSON.parse(line) as Record<string, number>;
    return receivers;
  }

  /** Settings of a destination at one of them, in flow style. */
  destination(type: 'syslog' | 'relp' | 'hec'): string {
    const { ports, certificates, directory } = this;
    const tls = `tls: {ca_file: ${certificates.ca}}`;
    if (type === 'hec')
      return `type: hec, url: "https://localhost:${ports['hecs']}", token: {file: ${directory}/secret}, format: json, ${tls}`;
    return `type: ${type}, host: localhost, port: ${ports[type]}, format: leef, ${tls}`;
  }

  /** Has the process do something with a transport of these settings. */
  async order(what: TransportOrder['do'], settings: string, amount: number): Promise<TransportAnswer> {
    const config = `version: 1
aws: {region: eu-west-1}
queues: [{name: q, url: "https://sqs.eu-west-1.amazonaws.com/111122223333/q", buckets: [logs], destinations: [out]}]
destinations: [{name: out, ${settings}}]
`;
    const order: TransportOrder = {
      do: what,
      config,
      port: this.ports['syslog'] ?? 0,
      ca: this.certificates.ca,
      amount,
    };
    this.worker.send(order);
    const died = new AbortController();
    const onExit = (): void => died.abort(new Error(`the process died over ${what} ${settings}`));
    this.worker.once('exit', onExit);
    const [answer] = (await once(this.worker, 'message', { signal: died.signal })) as [TransportAnswer];
    this.worker.off('exit', onExit);
    return answer;
  }

  /** Events that have arrived, and the time by the receivers' clock, milliseconds. */
  async arrived(): Promise<{ readonly at: number; readonly events: number }> {
    const answer = await fetch(`http://127.0.0.1:${this.ports['hec']}/count`);
    const { at, frames, events } = (await answer.json()) as { at: number; frames: number; events: number };
    return { at, events: frames + events };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.worker.disconnect();
    await once(this.worker, 'exit');
    this.sinks.kill();
    this.certificates.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
