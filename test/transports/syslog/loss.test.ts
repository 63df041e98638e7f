import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { block, deliver, EVENTS_A_BLOCK, missingOf, type SlowReceiver, SlowReceivers } from '../numbered-events.ts';
import { failure, sending, until } from './rig.ts';

const KILLS = 2;
/** Bytes of an event on the wire. */
const EVENT_BYTES = 555;
/** `TRAILFERRY_LOSS=full` kills as often as the figures of docs/guides/syslog-confirmation.md were made with. */
const WINDOW_KILLS = process.env['TRAILFERRY_LOSS'] === 'full' ? 30 : 3;

const receivers = new SlowReceivers();

/** A receiver that reads about 3 MB/s. */
const slowReceiver = (name: string, version: string): Promise<SlowReceiver> =>
  receivers.start(name, 3_000_000, ['--ids', ...receivers.tls, '--max-version', version]);

interface Trial {
  readonly name: string;
  readonly version: string;
  readonly signal: NodeJS.Signals;
  readonly confirm: 'close-notify' | 'window' | 'none';
  readonly kills: number;
  readonly blocks: number;
  /** Blocks out at a time. */
  readonly out: number;
  /** Bytes. */
  readonly confirmAfter?: number;
}

/** Kills the receiver a few times while blocks are sent. Returns how many events never arrived, and how many came twice. */
async function run({ name, version, signal, confirm, kills: wanted, blocks, out, confirmAfter = 500_000 }: Trial) {
  const { receiver, ids } = await slowReceiver(name, version);
  const settings = {
    port: receiver.port,
    confirm,
    confirm_after: confirmAfter,
    tls: { ca_file: receivers.certificates.ca },
  };
  const sender = sending({ ...settings, stall_timeout: 5_000 });
  let next = 0;
  let done = false;
  const lane = async () => {
    for (let number = next++; number < blocks; number = next++) await deliver(sender.send, number);
  };
  // Each time when it has read a part of what is on its way, so that something is always left unconfirmed.
  const kills = async () => {
    let count = 0;
    for (; count < wanted; count += 1) {
      const before = ids().length;
      await until(() => done || ids().length > before + 10 * EVENTS_A_BLOCK, 30_000);
      if (done) break;
      await receiver.signal(signal);
      await receiver.restart();
    }
    return count;
  };
  const lanes = Promise.all(Array.from({ length: out }, lane)).finally(() => {
    done = true;
  });
  const [count] = await Promise.all([kills(), lanes]);
  if (confirm !== 'close-notify') await sleep(500);
  const received = ids();
  const distinct = new Set(received);
  return { missing: missingOf(blocks, distinct).length, duplicates: received.length - distinct.size, kills: count };
}

const FEW = { kills: KILLS, blocks: 90, out: 40 };

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'nothing is lost at %s, neither with TLS 1.2 nor 1.3',
  { timeout: 60_000 },
  async (signal) => {
    const versions = ['TLSv1.2', 'TLSv1.3'];
    const results = await Promise.all(
      versions.map((version) =>
        run({ ...FEW, name: `${version}-${signal}`, version, signal, confirm: 'close-notify' }),
      ),
    );
    for (const { missing, duplicates, kills } of results) {
      expect([missing, kills]).toEqual([0, KILLS]);
      expect(duplicates).toBeGreaterThan(0);
    }
  },
);

test('the rig finds losses: without confirmation there are many', async () => {
  const { missing } = await run({ ...FEW, name: 'none', version: 'TLSv1.3', signal: 'SIGKILL', confirm: 'none' });
  expect(missing).toBeGreaterThan(100);
});

// As much is out as the socket buffers hold, so that what is acknowledged waits long to be read.
test.each(['SIGKILL', 'SIGTERM'] as const)(
  'with confirm: window %s loses hardly an event, and no more than 8 MiB come twice',
  { timeout: 300_000 },
  async (signal) => {
    const trial = { name: `window-${signal}`, version: 'TLSv1.3', signal, confirm: 'window' } as const;
    const blocks = 100 * WINDOW_KILLS;
    const size = { kills: WINDOW_KILLS, blocks, out: 300, confirmAfter: 8 * 1024 * 1024 };
    const { missing, duplicates, kills } = await run({ ...trial, ...size });
    expect(kills).toBe(WINDOW_KILLS);
    expect(missing / kills).toBeLessThanOrEqual(0.0002 * blocks * EVENTS_A_BLOCK);
    expect(duplicates).toBeGreaterThan(0);
    expect((duplicates * EVENT_BYTES) / kills).toBeLessThanOrEqual(8 * 1024 * 1024);
  },
);

test('a receiver that hangs is given up after stall_timeout, and nothing is lost', async () => {
  const { receiver, ids } = await slowReceiver('hang', 'TLSv1.3');
  const sender = sending({
    port: receiver.port,
    tls: { ca_file: receivers.certificates.ca },
    stall_timeout: 600,
  });
  await deliver(sender.send, 0);
  await receiver.signal('SIGSTOP');
  const start = performance.now();
  const error = await failure(sender.send(block(1)));
  expect(error.code).toBe('TF-SYSLOG-STALLED');
  expect(error.fault.kind).toBe('retry');
  expect(performance.now() - start).toBeLessThan(4_000);
  await receiver.signal('SIGCONT');
  await deliver(sender.send, 1);
  expect(new Set(ids()).size).toBe(2 * EVENTS_A_BLOCK);
});
