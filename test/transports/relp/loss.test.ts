import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { relp } from '../../../transports/relp/index.ts';
import { DeliveryError, type Transport } from '../../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { startReceiverProcess } from '../../fakes/receiver-process.ts';
import { enveloped, never, testContext } from '../blocks.ts';
import { closeAtEnd, until } from '../syslog/rig.ts';
import { relpSettings } from './rig.ts';

const BLOCKS = 120;
const EVENTS_A_BLOCK = 50;
const KILLS = 3;

let certificates: Certificates;
let directory: string;

beforeAll(async () => {
  certificates = await makeCertificates();
  directory = mkdtempSync(join(tmpdir(), 'relp-loss-'));
});

afterAll(() => {
  certificates.remove();
  rmSync(directory, { recursive: true });
});

const id = (event: number) => event.toString(16).padStart(32, '0');
const block = (number: number) =>
  Array.from({ length: EVENTS_A_BLOCK }, (_, index) => `${id(number * EVENTS_A_BLOCK + index)} ${'x'.repeat(450)}`);

/** Sends a block until it is delivered, as often as it takes. */
async function deliver(transport: Transport, number: number): Promise<void> {
  for (;;) {
    try {
      return await transport.send(enveloped(transport, block(number)), never);
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.fault.kind !== 'retry') throw error;
      await sleep(error.fault.afterMs ?? 50);
    }
  }
}

test.concurrent.each([
  ['tcp', 'SIGKILL'],
  ['tcp', 'SIGTERM'],
  ['tls', 'SIGKILL'],
  ['tls', 'SIGTERM'],
] as const)('nothing is lost over %s at %s', { timeout: 60_000 }, async (protocol, signal) => {
  const out = join(directory, `${protocol}-${signal}`);
  const { cert, key } = certificates.server;
  const tls = protocol === 'tls' ? ['--tls', '--cert', cert, '--key', key] : [];
  const args = ['--out', out, '--bytes-per-second', '3000000', ...tls];
  const receiver = closeAtEnd(await startReceiverProcess(args, 'relp'));
  const ids = () => (existsSync(out) ? readFileSync(out, 'latin1').split('\n').slice(0, -1) : []);
  const settings = { port: receiver.port, window: 200_000, stall_timeout: 5_000 };
  const trust = { protocol, tls: { ca_file: protocol === 'tls' ? certificates.ca : null } } as const;
  const transport = closeAtEnd(relp.create(relpSettings({ ...settings, ...trust }), testContext()));
  let next = 0;
  const lane = async () => {
    for (let number = next++; number < BLOCKS; number = next++) await deliver(transport, number);
  };
  const lanes = Promise.all(Array.from({ length: 40 }, lane));
  // Each time when it has answered for a part of what is on its way.
  for (let kill = 0; kill < KILLS; kill += 1) {
    const before = ids().length;
    await until(() => ids().length > before + 10 * EVENTS_A_BLOCK, 30_000);
    await receiver.signal(signal);
    await receiver.restart();
  }
  await lanes;
  const received = ids();
  const distinct = new Set(received);
  expect(distinct.size).toBe(BLOCKS * EVENTS_A_BLOCK);
  expect(received.length - distinct.size).toBeLessThan(KILLS * 20 * EVENTS_A_BLOCK);
});
