import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deliver, EVENTS_A_BLOCK, missingOf, type SlowReceiver, SlowReceivers } from '../numbered-events.ts';
import { sending } from '../syslog/rig.ts';

const BLOCKS = 60;

const receivers = new SlowReceivers();
const slowReceiver = (name: string): Promise<SlowReceiver> =>
  receivers.start(name, 2_000_000, ['--ids', ...receivers.tls]);

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
    tls: { ca_file: receivers.certificates.ca },
  });
  const sent = Array.from({ length: BLOCKS / 2 }, (_, number) => deliver(sender.send, number));
  while (a.ids().length === 0) await sleep(5);
  await a.receiver.signal(signal);
  for (let number = BLOCKS / 2; number < BLOCKS; number += 1) sent.push(deliver(sender.send, number));
  await Promise.all(sent);
  const arrived = new Set([...a.ids(), ...b.ids()]);
  expect(missingOf(BLOCKS, arrived)).toEqual([]);
  expect(b.ids().length).toBeGreaterThanOrEqual((BLOCKS / 2) * EVENTS_A_BLOCK);
  expect(sender.said.hosts.slice(0, 3)).toEqual([...hosts.map((host) => `${host} up`), `${hosts[0]} down`]);
});

test.concurrent('a host that was killed gets events again when it is back', async () => {
  const [a, b] = await Promise.all(['back-a', 'back-b'].map(slowReceiver));
  if (a === undefined || b === undefined) throw new Error('two receivers are needed');
  const hosts = [a, b].map(({ receiver }) => `127.0.0.1:${receiver.port}`);
  const sender = sending({ host: null, hosts, tls: { ca_file: receivers.certificates.ca } });
  await deliver(sender.send, 0);
  await a.receiver.signal('SIGKILL');
  await deliver(sender.send, 1);
  await a.receiver.restart();
  while (sender.said.hosts.at(-1) !== `${hosts[0]} up`) await sleep(50);
  await deliver(sender.send, 2);
  expect(new Set([...a.ids()].map((one) => (Number.parseInt(one, 16) / EVENTS_A_BLOCK) | 0))).toEqual(new Set([0, 2]));
}, 60_000);
