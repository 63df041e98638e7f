import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source } from '../../../agent/aws/connect.ts';
import type { NotificationQueue, QueueMessage } from '../../../agent/aws/queue.ts';
import { type FakeAws, startFakeAws } from '../../fakes/aws.ts';
import { never, sourceOf } from './settings.ts';

let aws: FakeAws;
let source: Source;
let queue: NotificationQueue;

beforeEach(async () => {
  aws = await startFakeAws({ maxReceiveCount: 3 });
  source = sourceOf(aws);
  queue = source.queue;
});

afterEach(async () => {
  source.close();
  await aws.close();
});

/** Receives until so many messages are here. */
async function receiveAll(count: number): Promise<QueueMessage[]> {
  const messages: QueueMessage[] = [];
  while (messages.length < count) messages.push(...(await queue.receive(10, 1, never)));
  return messages;
}

function sendMany(count: number): void {
  for (let number = 0; number < count; number += 1) aws.send(`message ${number}`);
}

describe('receive', () => {
  it('tells what a delivery is', async () => {
    const before = Date.now();
    aws.send('hello');
    const [message, ...more] = await queue.receive(10, 1, never);
    expect(more).toEqual([]);
    expect(message).toMatchObject({
      id: expect.any(String),
      receipt: expect.any(String),
      body: 'hello',
      receiveCount: 1,
    });
    expect(message?.sentAtMs).toBeGreaterThanOrEqual(before);
    expect(message?.receivedAtMs).toBeGreaterThanOrEqual(before);
  });

  it('takes no more than asked for, and never more than ten', async () => {
    sendMany(15);
    expect(await queue.receive(3, 1, never)).toHaveLength(3);
    expect(await queue.receive(64, 1, never)).toHaveLength(10);
  });

  it('waits for the first message', async () => {
    setTimeout(() => aws.send('late'), 100);
    expect(await queue.receive(10, 5, never)).toMatchObject([{ body: 'late' }]);
  });

  it('is empty after a wait in vain', async () => {
    expect(await queue.receive(10, 0, never)).toEqual([]);
  });

  it('ends at once when its signal aborts, with the reason of the signal', async () => {
    const stop = new AbortController();
    const reason = new Error('stopping');
    const received = queue.receive(10, 20, stop.signal);
    setTimeout(() => stop.abort(reason), 50);
    await expect(received).rejects.toBe(reason);
  });

  it('hides messages for the visibility timeout of the settings', async () => {
    sendMany(1);
    const short = sourceOf(aws, { visibility_timeout: 1_000 });
    const [first] = await short.queue.receive(1, 1, never);
    expect(await queue.receive(1, 0, never)).toEqual([]);
    const [second] = await queue.receive(1, 5, never);
    short.close();
    expect(second).toMatchObject({ id: first?.id, receiveCount: 2 });
    expect((second?.receivedAtMs ?? 0) - (first?.receivedAtMs ?? 0)).toBeGreaterThan(900);
  });

  it.each([
    ['QueueDoesNotExist', 400, 'TF-SQS-404', false],
    ['AccessDeniedException', 400, 'TF-SQS-403', false],
    ['OverLimit', 403, 'TF-SQS-OVERLIMIT', false],
    ['InternalError', 500, 'TF-SQS-503', true],
    ['RequestThrottled', 400, 'TF-SQS-503', true],
  ])('says %s with status %i as %s', async (code, status, expected, transient) => {
    aws.fail('ReceiveMessage', { code, status });
    const received = queue.receive(1, 0, never);
    await expect(received).rejects.toMatchObject({ name: 'QueueError', code: expected, transient });
    await expect(received).rejects.toThrow(queue.url);
    expect(await queue.receive(1, 0, never)).toEqual([]);
  });

  it('names a network failure', async () => {
    aws.fail('ReceiveMessage', { lostReply: true });
    await expect(queue.receive(1, 0, never)).rejects.toMatchObject({ code: 'TF-SQS-NET', transient: true });
  });
});

describe('batches', () => {
  it('delete any number of messages, ten a request, each answered in its place', async () => {
    sendMany(25);
    const messages = await receiveAll(25);
    const outcomes = await queue.remove(messages);
    expect(outcomes).toEqual(messages.map((message) => ({ message })));
    expect(aws.stats.deleted).toBe(25);
    expect(aws.depth()).toEqual({ visible: 0, inFlight: 0 });
  });

  it('tell a failure of one message from the success of the others', async () => {
    sendMany(4);
    const messages = await receiveAll(4);
    aws.fail('DeleteMessageBatch', { entries: 2, code: 'InternalError' });
    const outcomes = await queue.remove(messages);
    expect(outcomes.map(({ error }) => error?.code)).toEqual(['TF-SQS-503', 'TF-SQS-503', undefined, undefined]);
    expect(aws.stats.deleted).toBe(2);
  });

  it('that fail as a whole are a failure of each message', async () => {
    sendMany(12);
    const messages = await receiveAll(12);
    aws.fail('DeleteMessageBatch', { status: 500 });
    const outcomes = await queue.remove(messages);
    const failed = outcomes.filter(({ error }) => error !== undefined);
    expect(failed.map(({ error }) => error?.code)).toEqual(Array(failed.length).fill('TF-SQS-503'));
    expect([2, 10]).toContain(failed.length);
    expect(aws.stats.deleted).toBe(12 - failed.length);
  });

  it('keep a message that was delivered twice apart from itself', async () => {
    sendMany(1);
    const [first] = await receiveAll(1);
    await queue.release(first ? [first] : [], 0);
    const [second] = await receiveAll(1);
    const outcomes = await queue.extend(
      [first, second].filter((message) => message !== undefined),
      30,
    );
    expect(outcomes.map(({ error }) => error?.code)).toEqual(['TF-SQS-LEASE', undefined]);
  });

  it('say that a receipt is no longer good', async () => {
    sendMany(1);
    const [message] = await receiveAll(1);
    const broken = { ...message, receipt: 'garbage' } as QueueMessage;
    expect(await queue.remove([broken])).toMatchObject([{ error: { code: 'TF-SQS-LEASE', transient: false } }]);
  });

  it('of nothing ask nothing', async () => {
    aws.fail('DeleteMessageBatch', { status: 500 });
    expect(await queue.remove([])).toEqual([]);
  });
});

it('releases to the second it was asked for', async () => {
  sendMany(1);
  const messages = await receiveAll(1);
  await queue.release(messages, 1);
  expect(await queue.receive(1, 0, never)).toEqual([]);
  expect(await queue.receive(1, 3, never)).toMatchObject([{ receiveCount: 2 }]);
});

it('knows its depth and how it is set up', async () => {
  sendMany(3);
  await receiveAll(1);
  aws.send('one more');
  expect(await queue.depth(never)).toEqual({ visible: 1, inFlight: 3, delayed: 0 });
  expect(await queue.policy(never)).toEqual({
    arn: 'arn:aws:sqs:eu-west-1:111122223333:trailferry',
    visibilitySeconds: 30,
    retentionSeconds: 345_600,
    deadLetters: { arn: 'arn:aws:sqs:eu-west-1:111122223333:trailferry-dlq', maxReceiveCount: 3 },
  });
});
