import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DeliveryError } from '../../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { type ReceiverProcess, startReceiverProcess } from '../../fakes/receiver-process.ts';
import { closeAtEnd, type Sender, sending } from '../syslog/rig.ts';

const BLOCKS = 60;
const EVENTS_A_BLOCK = 50;

let certificates: Certificates;
let directory: string;

beforeAll(async () => {
  certificates = await makeCertificates();
  directory = mkdtempSync(join(tmpdir(), 'hosts-'));
});

afterAll(() => {
  certificates.remove();
  rmSync(directory, { recursive: true });
});

const id = (event: number) => event.toString(16).padStart(32, '0');
const block = (number: number) =>
  Array.from({ length: EVENTS_A_BLOCK }, (_, index) => `${id(number * EVENTS_A_BLOCK + index)} ${'x'.repeat(450)}`);

interface Slow {
  readonly receiver: ReceiverProcess;
  ids(): string[];
}

async function slowReceiver(name: string): Promise<Slow> {
  const out = join(directory, name);
  const { cert, key } = certificates.server;
  const tls = ['--tls', '--cert', cert, '--key', key];
  const receiver = closeAtEnd(
    await startReceiverProcess(['--out', out, '--ids', '--bytes-per-second', '2000000', ...tls]),
  );
  return { receiver, ids: () => (existsSync(out) ? readFileSync(out, 'latin1').split('\n').slice(0, -1) : []) };
}

async function deliver(sender: Sender, number: number): Promise<void> {
  for (;;) {
    try {
      return await sender.send(block(number));
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.fault.kind !== 'retry') throw error;
      await sleep(error.fault.elsewhere ? 0 : (error.fault.afterMs ?? 50));
    }
  }
}

test.concurrent.each([
  ['failover', 'SIGKILL'],
  ['failover', 'SIGTERM'],
  ['failover', 'SIGSTOP'],
  ['spread', 'SIGKILL'],
  ['spread', 'SIGSTOP'],
] as const)('%s, the first host gets %s while blocks are on their way: nothing is lost', async (balance, signal) => {
  const [a, b] = await Promise.all(['a', 'b'].map((host) => slowReceiver(`${balance}-${signal}-${host}`)));
  if (a === undefined || b === undefined) throw new Error('two receivers are needed');
  const hosts = [a, b].map(({ receiver }) => `127.0.0.1:${receiver.port}`);
  const sender = sending({
    host: null,
    hosts,
    balance,
    confirm_interval: 200,
    tls: { ca_file: certificates.ca },
  });
  const sent = Array.from({ length: BLOCKS / 2 }, (_, number) => deliver(sender, number));
  while (a.ids().length === 0) await sleep(5);
  await a.receiver.signal(signal);
  for (let number = BLOCKS / 2; number < BLOCKS; number += 1) sent.push(deliver(sender, number));
  await Promise.all(sent);
  const arrived = new Set([...a.ids(), ...b.ids()]);
  const lost = Array.from({ length: BLOCKS * EVENTS_A_BLOCK }, (_, event) => id(event)).filter(
    (one) => !arrived.has(one),
  );
  expect(lost).toEqual([]);
  expect(b.ids().length).toBeGreaterThanOrEqual((BLOCKS / 2) * EVENTS_A_BLOCK);
  expect(sender.said.hosts.slice(0, 3)).toEqual([...hosts.map((host) => `${host} up`), `${hosts[0]} down`]);
});

test.concurrent('a host that was killed gets events again when it is back', async () => {
  const [a, b] = await Promise.all(['back-a', 'back-b'].map(slowReceiver));
  if (a === undefined || b === undefined) throw new Error('two receivers are needed');
  const hosts = [a, b].map(({ receiver }) => `127.0.0.1:${receiver.port}`);
  const sender = sending({ host: null, hosts, tls: { ca_file: certificates.ca } });
  await deliver(sender, 0);
  await a.receiver.signal('SIGKILL');
  await deliver(sender, 1);
  await a.receiver.restart();
  while (sender.said.hosts.at(-1) !== `${hosts[0]} up`) await sleep(50);
  await deliver(sender, 2);
  expect(new Set([...a.ids()].map((one) => (Number.parseInt(one, 16) / EVENTS_A_BLOCK) | 0))).toEqual(new Set([0, 2]));
}, 60_000);
