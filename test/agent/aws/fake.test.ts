import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { connectAws } from '../../../agent/aws/connect.ts';
import { type FakeAws, startFakeAws } from '../../fakes/aws.ts';
import type { FakeAwsCommand } from '../../fakes/aws-control.ts';
import { awsSettings, never, queueSettings, sourceOf } from './settings.ts';

/** The stand-in itself, where other tests lean on it. */
describe('the fake AWS', () => {
  let aws: FakeAws;

  afterEach(() => aws.close().catch(() => undefined));

  async function receiveAll(count: number, limit = 50): Promise<string[]> {
    const source = sourceOf(aws);
    const bodies: string[] = [];
    for (let tries = 0; tries < limit && bodies.length < count; tries += 1) {
      const messages = await source.queue.receive(10, 0, never);
      bodies.push(...messages.map(({ body }) => body));
    }
    source.close();
    return bodies;
  }

  it('delivers in another order, the same for the same seed', async () => {
    const orders: string[][] = [];
    for (const seed of [7, 7, 8]) {
      aws = await startFakeAws({ shuffle: true, seed });
      for (let number = 0; number < 20; number += 1) aws.send(String(number));
      orders.push(await receiveAll(20));
      await aws.close();
    }
    expect(orders[0]).toEqual(orders[1]);
    expect(orders[0]).not.toEqual(orders[2]);
    expect(orders[0]?.toSorted()).toEqual(orders[2]?.toSorted());
  });

  it('delivers some messages twice', async () => {
    aws = await startFakeAws({ duplicates: 0.5 });
    for (let number = 0; number < 40; number += 1) aws.send(String(number));
    const bodies = await receiveAll(60);
    expect(new Set(bodies).size).toBe(40);
    expect(bodies.length).toBeGreaterThan(45);
  });

  it('moves to the dead letters what was received too often', async () => {
    aws = await startFakeAws({ maxReceiveCount: 2 });
    aws.send('poison');
    const source = sourceOf(aws);
    for (const receiveCount of [1, 2]) {
      const messages = await source.queue.receive(1, 0, never);
      expect(messages).toMatchObject([{ receiveCount }]);
      await source.queue.release(messages, 0);
    }
    expect(await source.queue.receive(1, 0, never)).toEqual([]);
    expect(aws.deadLetters()).toEqual(['poison']);
    source.close();
  });

  it('fails the test whose look at a deletion fails', async () => {
    aws = await startFakeAws();
    aws.onDelete(() => {
      throw new Error('the ledger is not complete');
    });
    aws.send('early');
    const source = sourceOf(aws);
    const messages = await source.queue.receive(1, 0, never);
    const [outcome] = await source.queue.remove(messages);
    expect(outcome?.error).toBeDefined();
    expect(aws.stats.deleted).toBe(0);
    source.close();
    await expect(aws.close()).rejects.toThrow('the ledger is not complete');
  });
});

describe('the fake AWS as a process', () => {
  let child: ChildProcess | undefined;

  afterEach(() => child?.kill());

  it('takes objects, messages and faults, and ends with its standard input', async () => {
    const main = fileURLToPath(new URL('../../fakes/aws-main.ts', import.meta.url));
    child = spawn(process.execPath, [main, '{"visibilitySeconds":5}'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdin, stdout } = child;
    if (stdin === null || stdout === null) throw new Error('no pipes');
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    const [line] = await once(createInterface(stdout));
    const endpoint = `http://127.0.0.1:${JSON.parse(line ?? '').port}`;
    const tell = async (command: FakeAwsCommand) => {
      const answer = await fetch(`${endpoint}/_control`, { method: 'POST', body: JSON.stringify(command) });
      return answer.json();
    };

    await tell({ do: 'put', bucket: 'logs', key: 'k', base64: Buffer.from('hello').toString('base64'), notify: true });
    await tell({ do: 'fail', operation: 'ReceiveMessage', fault: { status: 500 } });
    const source = connectAws(awsSettings(endpoint), () => 'x')(queueSettings(`${endpoint}/111122223333/trailferry`));
    await expect(source.queue.receive(1, 0, never)).rejects.toThrow();
    expect(await source.queue.receive(1, 0, never)).toHaveLength(1);
    using object = await source.objects.open({ bucket: 'logs', key: 'k' }, never);
    expect(object.size).toBe(5);
    source.close();
    expect(await tell({ do: 'state' })).toMatchObject({ stats: { received: 1, gets: 1 }, depth: { inFlight: 1 } });
    stdin.end();
    expect(await ended).toBe(0);
  });
});

function once(lines: ReturnType<typeof createInterface>): Promise<string[]> {
  return new Promise((resolve) => lines.once('line', (line) => resolve([line])));
}
