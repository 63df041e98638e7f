import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { cloudTrailObject } from '../../demo/synthetic.ts';
import { type FakeAws, startFakeAws } from '../fakes/aws.ts';
import { hecStub, until, type Victim } from '../faults/rig.ts';
import { boot, type Machine } from './machine.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const RECORDS = 200;

/** /etc/trailferry with a configuration that reads its secrets as credentials. */
function etc(aws: FakeAws, stub: Victim): { directory: string; write(change?: (text: string) => string): void } {
  const directory = mkdtempSync(join(tmpdir(), 'trailferry-etc-'));
  undo.push(() => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, 'credentials'), { mode: 0o700 });
  writeFileSync(join(directory, 'credentials/hec-token'), 'chaos-token', { mode: 0o600 });
  const text = `version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${aws.endpoint}", s3: "${aws.endpoint}"}, force_path_style: true, access_key_id: AKIATEST, secret_access_key: {credential: hec-token}}
queues:
  - {name: q, url: "${aws.queueUrl()}", buckets: [logs], destinations: [splunk], visibility_timeout: 10s}
destinations:
  - {name: splunk, type: hec, url: "http://127.0.0.1:${stub.port}", token: {credential: hec-token}, ack: true, ack_poll_interval: 200ms, format: json}
state_dir: /var/lib/trailferry
metrics: {listen: "127.0.0.1:9478"}
`;
  const write = (change = (whole: string) => whole): void =>
    writeFileSync(join(directory, 'trailferry.yaml'), change(text), { mode: 0o644 });
  write();
  return { directory, write };
}

const systemctl = (machine: Machine, verb: string) => machine.run('/usr/bin/systemctl', verb, 'trailferry');
const active = async (machine: Machine): Promise<boolean> => (await machine.property('ActiveState')) === 'active';
const journal = async (machine: Machine): Promise<string> =>
  (await machine.run('/usr/bin/journalctl', '--no-pager', '-u', 'trailferry')).out;

it('the unit, under a real systemd: starts, delivers, comes back after SIGKILL, reloads, stops', async () => {
  const aws = await startFakeAws({ visibilitySeconds: 10 });
  undo.push(() => aws.close());
  const stub = await hecStub('--ack');
  undo.push(() => stub.kill());
  const { directory, write } = etc(aws, stub);
  const machine = await boot(directory);
  undo.push(() => machine[Symbol.asyncDispose]());
  let objects = 0;
  const deliver = async (): Promise<void> => {
    const { key, body } = cloudTrailObject(objects++, RECORDS);
    aws.putObject('logs', key, body);
    aws.notify('logs', key);
    await until('the queue is empty', 30_000, () => aws.depth().visible + aws.depth().inFlight === 0);
    const stats = await (await fetch(`http://127.0.0.1:${stub.port}/_control/stats`)).json();
    expect(stats).toMatchObject({ distinct: objects * RECORDS, silentlyDropped: 0 });
  };

  await until('the service is up', 60_000, () => active(machine)).catch(async (error: Error) => {
    throw new Error(`${error.message}\n${await journal(machine)}`);
  });
  await deliver();
  await machine.run('/bin/kill', '-9', await machine.property('MainPID'));
  await until('it has been started again', 30_000, async () => (await machine.property('NRestarts')) === '1');
  await until('the service is up again', 30_000, () => active(machine));
  await deliver();

  const pid = await machine.property('MainPID');
  expect(await systemctl(machine, 'reload')).toMatchObject({ code: 0 });
  await until('the agent says so', 10_000, async () =>
    (await journal(machine)).includes('the new configuration is in force'),
  );
  write((text) => text.replace('queues:', 'queuez:'));
  expect((await systemctl(machine, 'reload')).code).not.toBe(0);
  expect(await journal(machine)).toContain('did you mean "queues"?');
  expect([await active(machine), await machine.property('MainPID')]).toEqual([true, pid]);
  await deliver();

  expect((await systemctl(machine, 'stop')).code).toBe(0);
  expect(await machine.property('Result')).toBe('success');
  expect((await systemctl(machine, 'start')).code).not.toBe(0);
  expect(await active(machine)).toBe(false);
  write();
  expect((await systemctl(machine, 'start')).code).toBe(0);
  await deliver();
  expect(objects).toBe(4);
});
