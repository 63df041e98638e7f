import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Command } from '../../../agent/command.ts';
import { type Certificates, type Identity, makeCertificates } from '../../fakes/certificates.ts';
import { createHecStub, type HecStub, type HecStubOptions } from '../../fakes/hec-stub.ts';
import { type Receiver, type ReceiverOptions, startReceiver } from '../../fakes/syslog-receiver.ts';
import { runCommand, type Said } from './cli.ts';

/** What no output may ever hold. */
export const SECRET = 'canary-9c41-secret';

/** Receivers, and a configuration that names them. Secrets are in the environment variable SIEM_SECRET. */
export class Siem implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'trailferry-siem-'));
  readonly config = join(this.directory, 'x.yaml');
  private readonly destinations: string[] = [];
  private readonly running: (() => PromiseLike<void>)[] = [];
  private aws = { endpoint: 'http://127.0.0.1:1', queue: 'https://sqs.eu-west-1.amazonaws.com/111122223333/q' };

  async syslog(name: string, settings: string, options: ReceiverOptions = {}): Promise<Receiver> {
    const receiver = await startReceiver(options);
    this.running.push(() => receiver.close());
    this.destination(`name: ${name}, type: syslog, host: 127.0.0.1, port: ${receiver.port}, ${settings}`);
    return receiver;
  }

  tls(name: string, { ca }: Certificates, server: Identity, settings = 'format: leef'): Promise<Receiver> {
    return this.syslog(name, `tls: {ca_file: ${ca}}, ${settings}`, { tls: server });
  }

  async hec(name: string, settings = 'format: json', options: HecStubOptions = {}): Promise<HecStub> {
    const stub = await createHecStub({ tokens: [{ token: SECRET, ack: true }], keep: true, ...options });
    this.running.push(() => stub[Symbol.asyncDispose]());
    this.destination(`name: ${name}, type: hec, url: "${stub.url}", token: {env: SIEM_SECRET}, ${settings}`);
    return stub;
  }

  /** @param fields the inside of a YAML mapping */
  destination(fields: string): void {
    this.destinations.push(`{${fields}}`);
    this.write();
  }

  queue(endpoint: string, queue: string): void {
    this.aws = { endpoint, queue };
    this.write();
  }

  lines(file: string): string[] {
    return readFileSync(join(this.directory, file), 'utf8').split('\n').slice(0, -1);
  }

  private write(): void {
    const names = this.destinations.map((text) => /name: (\w+)/.exec(text)?.[1]);
    writeFileSync(
      this.config,
      `version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${this.aws.endpoint}"}, access_key_id: AKIATEST, secret_access_key: {env: SIEM_SECRET}}
queues: [{name: q, url: "${this.aws.queue}", buckets: [logs], destinations: [${names}]}]
destinations:
${this.destinations.map((text) => `  - ${text}\n`).join('')}state_dir: ${this.directory}/state
metrics: {listen: off}
`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.running) await close();
    rmSync(this.directory, { recursive: true });
  }
}

/** A command over such configurations, for the tests of one file. */
export class SiemCommand {
  certificates!: Certificates;
  private readonly command: Command;

  constructor(command: Command) {
    this.command = command;
    beforeAll(async () => {
      this.certificates = await makeCertificates();
      return this.certificates.remove;
    });
    beforeEach(() => {
      vi.stubEnv('SIEM_SECRET', SECRET);
    });
    afterEach(() => {
      vi.unstubAllEnvs();
    });
  }

  readonly run = async (siem: Siem, ...args: string[]): Promise<Said> => {
    const said = await runCommand(this.command, ['--config', siem.config, ...args]);
    expect(said.out + said.err).not.toContain(SECRET);
    return said;
  };
}
