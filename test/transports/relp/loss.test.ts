import { expect, test } from 'vitest';
import { relp } from '../../../transports/relp/index.ts';
import { enveloped, never, testContext } from '../blocks.ts';
import { deliver, EVENTS_A_BLOCK, SlowReceivers } from '../numbered-events.ts';
import { closeAtEnd, until } from '../syslog/rig.ts';
import { relpSettings } from './rig.ts';

const BLOCKS = 120;
const KILLS = 3;

const receivers = new SlowReceivers();

test.concurrent.each([
  ['tcp', 'SIGKILL'],
  ['tcp', 'SIGTERM'],
  ['tls', 'SIGKILL'],
  ['tls', 'SIGTERM'],
] as const)('nothing is lost over %s at %s', { timeout: 60_000 }, async (protocol, signal) => {
  const tls = protocol === 'tls' ? receivers.tls : [];
  const { receiver, ids } = await receivers.start(`${protocol}-${signal}`, 3_000_000, tls, 'relp');
  const settings = { port: receiver.port, window: 200_000, stall_timeout: 5_000 };
  const trust = { protocol, tls: { ca_file: protocol === 'tls' ? receivers.certificates.ca : null } } as const;
  const transport = closeAtEnd(relp.create(relpSettings({ ...settings, ...trust }), testContext()));
  const send = (texts: readonly string[]): Promise<void> => transport.send(enveloped(transport, texts), never);
  let next = 0;
  const lane = async () => {
    for (let number = next++; number < BLOCKS; number = next++) await deliver(send, number);
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
