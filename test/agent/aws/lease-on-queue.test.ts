import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Source } from '../../../agent/aws/connect.ts';
import type { Lease, LeaseObserver, Leases } from '../../../agent/aws/lease.ts';
import { createLeases } from '../../../agent/aws/leases.ts';
import { type FakeAws, startFakeAws } from '../../fakes/aws.ts';
import { never, sourceOf } from './settings.ts';

const VISIBILITY_MS = 1_000;

let aws: FakeAws;
let source: Source;
let other: Source;
let leases: Leases;
const observer = { failed: vi.fn<LeaseObserver['failed']>(), lost: vi.fn<LeaseObserver['lost']>() };

beforeEach(async () => {
  vi.resetAllMocks();
  aws = await startFakeAws();
  source = sourceOf(aws, { visibility_timeout: VISIBILITY_MS });
  other = sourceOf(aws, { visibility_timeout: VISIBILITY_MS });
  leases = createLeases(source.queue, observer);
});

afterEach(async () => {
  source.close();
  other.close();
  await aws.close();
});

async function leaseOne(): Promise<Lease> {
  const [message] = await source.queue.receive(1, 1, never);
  const lease = message && leases.acquire(message);
  if (lease === undefined) throw new Error('nothing received');
  return lease;
}

it('keeps a message hidden for five times its visibility timeout, with two heartbeats lost in a row', async () => {
  aws.send('long work');
  await using lease = await leaseOne();
  aws.fail('ChangeMessageVisibilityBatch', { times: 2, status: 500 });
  const received = await other.queue.receive(10, 5, never);
  expect(received).toEqual([]);
  expect(observer.failed).toHaveBeenCalledTimes(2);
  expect(lease.signal.aborted).toBe(false);
  await lease.settle();
  expect(aws.depth()).toEqual({ visible: 0, inFlight: 0 });
});

it('knows when another receiver has the message', async () => {
  aws.send('contested');
  await using lease = await leaseOne();
  aws.fail('ChangeMessageVisibilityBatch', { times: 100, status: 500 });
  expect(await other.queue.receive(1, 3, never)).toMatchObject([{ receiveCount: 2 }]);
  aws.heal();
  await vi.waitFor(() => expect(lease.signal.aborted).toBe(true), 1_000);
  await expect(lease.settle()).rejects.toMatchObject({ code: 'TF-SQS-LEASE' });
  expect(aws.stats.deleted).toBe(0);
});

it('deletes by the newest receipt when the message came twice', async () => {
  aws.send('twice');
  await using lease = await leaseOne();
  await source.queue.release([lease.message], 0);
  const [again] = await source.queue.receive(1, 1, never);
  expect(again && leases.acquire(again)).toBeUndefined();
  await lease.settle();
  expect(aws.stats.deleted).toBe(1);
});

it('deletes once although the answer was lost, and settles many in few requests', async () => {
  for (let number = 0; number < 10; number += 1) aws.send(String(number));
  const messages = await source.queue.receive(10, 1, never);
  const held = messages.map((message) => leases.acquire(message));
  aws.fail('DeleteMessageBatch', { lostReply: true });
  const bodies: string[] = [];
  aws.onDelete((body) => void bodies.push(body));
  await Promise.all(held.map((lease) => lease?.settle()));
  expect(bodies.sort()).toEqual(Array.from({ length: 10 }, (_, number) => String(number)));
  expect(aws.depth()).toEqual({ visible: 0, inFlight: 0 });
});

it('gives back what a scope left undecided', async () => {
  aws.send('undecided');
  {
    await using lease = await leaseOne();
    await lease.release(0);
  }
  expect(await other.queue.receive(1, 1, never)).toMatchObject([{ receiveCount: 2 }]);
  await sleep(10);
  expect(observer.failed).not.toHaveBeenCalled();
});
