import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { QueueError } from '../../agent/aws/errors.ts';
import type { QueueMessage } from '../../agent/aws/queue.ts';
import { readLedger } from '../../agent/delivery/ledger.ts';
import { DestinationDown } from '../../agent/gate.ts';
import { messageHandler } from '../../agent/message.ts';
import { BUCKET, held, lines, never, numbers, type Rig, range, s3Error, startRig } from './rig.ts';

const FREE = { reading: never, waiting: never };

let rig: Rig;
let said: string[];
let handle: ReturnType<typeof messageHandler>;
beforeEach(async () => {
  rig = await startRig();
  said = [];
  const observer = { began: () => said.push('began'), ended: (result: string) => said.push(result) };
  handle = messageHandler({ pipeline: rig.parts, buckets: [BUCKET], observer });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rig.close();
});

interface Announced {
  readonly key: string;
  readonly bucket?: string;
  readonly eTag?: string;
}

function message(body: string): QueueMessage {
  return { id: 'm', receipt: 'r', body, receiveCount: 1, sentAtMs: 0, receivedAtMs: 0 };
}

/** What S3 sends when objects were made. */
function announcing(...objects: readonly Announced[]): QueueMessage {
  const Records = objects.map(({ key, bucket = BUCKET, eTag = 'v1' }) => ({
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'eu-west-1',
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key), eTag, size: 1 } },
  }));
  return message(JSON.stringify({ Records }));
}

async function complete(): Promise<string[]> {
  const { entries } = await readLedger(rig.stateDir);
  return entries
    .filter((entry) => entry.complete)
    .map(({ object, destination }) => `${object.key} ${object.version} ${destination}`)
    .sort();
}

const SETTLED = { kind: 'settled', what: 'objects' };

describe('a message is settled', () => {
  test('when all its objects are complete at all destinations', async () => {
    rig.objects.put('a', [lines(0, 3)]);
    rig.objects.put('b', [lines(3, 6)]);
    expect(await handle(announcing({ key: 'a' }, { key: 'b' }), FREE)).toEqual(SETTLED);
    expect(await complete()).toEqual(['a v1 archive', 'a v1 siem', 'b v1 archive', 'b v1 siem']);
    expect(said.sort()).toEqual(['began', 'began', 'ok', 'ok']);
  });

  test('without reading when the ledger knows its object', async () => {
    rig.objects.put('a', [lines(0, 3)]);
    await handle(announcing({ key: 'a' }), FREE);
    const { steps } = rig.objects;
    expect(await handle(announcing({ key: 'a' }), FREE)).toEqual(SETTLED);
    expect(rig.objects.steps).toBe(steps);
    expect(numbers(rig.transports[0])).toEqual(range(0, 3));
  });

  test('when a rule leaves its object out, which has an account as well', async () => {
    const key = 'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/24/x.json.gz';
    expect(await handle(announcing({ key }), FREE)).toEqual(SETTLED);
    expect(rig.objects.opened).toEqual([]);
    expect(await complete()).toEqual([`${key} v1 archive`, `${key} v1 siem`]);
    expect(said).toEqual(['skipped']);
  });

  test('as a notice when it announces nothing', async () => {
    const body = { Service: 'Amazon S3', Event: 's3:TestEvent', Time: 'now', Bucket: BUCKET };
    expect(await handle(message(JSON.stringify(body)), FREE)).toMatchObject({ kind: 'notice' });
  });

  test('by what is there now when the object was overwritten', async () => {
    rig.objects.put('a', [lines(0, 3)], 'v2');
    expect(await handle(announcing({ key: 'a', eTag: 'v1' }), FREE)).toEqual(SETTLED);
    expect(rig.objects.opened).toEqual(['a v2']);
    expect(await complete()).toEqual(['a v2 archive', 'a v2 siem']);
  });
});

describe('a message stays in the queue', () => {
  test.each([
    ['no JSON', 'hello'],
    ['JSON of somebody else', '{"hello":"world"}'],
    ['nothing', ''],
  ])('when its body is %s', async (_, body) => {
    expect(await handle(message(body), FREE)).toMatchObject({ kind: 'return', code: 'TF-MESSAGE-UNKNOWN' });
  });

  test('and nothing at all is read when it names a bucket that is not listed', async () => {
    rig.objects.put('a', [lines(0, 3)]);
    const verdict = await handle(announcing({ key: 'a' }, { key: 'a', bucket: 'arn:evil' }), FREE);
    expect(verdict).toMatchObject({ kind: 'return', code: 'TF-MESSAGE-BUCKET', afterSeconds: 60 });
    expect(rig.objects.opened).toEqual([]);
    expect(await complete()).toEqual([]);
  });

  test('when one of its objects cannot be read, while the others are completed', async () => {
    rig.objects.put('a', [lines(0, 3)]);
    rig.objects.put('c', [lines(6, 9)]);
    const verdict = await handle(announcing({ key: 'a' }, { key: 'b' }, { key: 'c' }), FREE);
    expect(verdict).toMatchObject({ kind: 'return', code: 'TF-S3-404', afterSeconds: 300 });
    expect(await complete()).toEqual(['a v1 archive', 'a v1 siem', 'c v1 archive', 'c v1 siem']);
    rig.objects.put('b', [lines(3, 6)]);
    expect(await handle(announcing({ key: 'a' }, { key: 'b' }, { key: 'c' }), FREE)).toEqual(SETTLED);
    expect(numbers(rig.transports[0]).sort()).toEqual(range(0, 9));
    expect(said.filter((result) => result === 'failed')).toHaveLength(1);
  });

  test('for as long as the error says, its watermark kept', async () => {
    rig.objects.put('a', [lines(0, 110), s3Error('SlowDown')]);
    const verdict = await handle(announcing({ key: 'a' }), FREE);
    expect(verdict).toMatchObject({ kind: 'return', code: 'TF-S3-503', afterSeconds: 10 });
    rig.objects.put('a', [lines(0, 150)]);
    await handle(announcing({ key: 'a' }), FREE);
    expect(numbers(rig.transports[0])).toEqual(range(0, 150));
  });

  test('when the destination is down for too long', async () => {
    const down = new DestinationDown('down');
    vi.spyOn(rig.parts.gate, 'patienceEnds', 'get').mockReturnValue(AbortSignal.abort(down));
    rig.objects.put('a', [lines(0, 3)]);
    expect(await handle(announcing({ key: 'a' }), FREE)).toMatchObject({ code: 'TF-DESTINATION-DOWN' });
    expect(rig.objects.opened).toEqual([]);
  });

  test('and may come again at once when the agent stops, or its lease is lost', async () => {
    rig.objects.put('a', [lines(0, 3)]);
    const stop = { reading: AbortSignal.abort(new Error('stop')), waiting: never };
    expect(await handle(announcing({ key: 'a' }), stop)).toMatchObject({ code: 'TF-AGENT-STOP', afterSeconds: 0 });
    const lost = new QueueError('extending', Object.assign(new Error('receipt handle'), { name: 'LeaseTooOld' }));
    const lease = { reading: AbortSignal.abort(lost), waiting: never };
    expect(await handle(announcing({ key: 'a' }), lease)).toMatchObject({ code: 'TF-SQS-LEASE', afterSeconds: 0 });
  });

  test('with a delay after a fault of the program: one odd object does not stop the others', async () => {
    rig.objects.put('a', [lines(0, 3)]);
    rig.objects.put('b', [lines(3, 6)]);
    const of = rig.parts.lanes.of.bind(rig.parts.lanes);
    vi.spyOn(rig.parts.lanes, 'of').mockImplementation((object, destination) => {
      if (object.key === 'a') throw new TypeError('a bug');
      return of(object, destination);
    });
    expect(await handle(announcing({ key: 'missing' }, { key: 'a' }, { key: 'b' }), FREE)).toMatchObject({
      kind: 'return',
      code: 'TF-PROGRAM-FAULT',
      message: expect.stringContaining('a bug'),
      afterSeconds: 60,
    });
    expect(await complete()).toEqual(['b v1 archive', 'b v1 siem']);
  });

  test('when the disk refuses the ledger, also for an object that a rule leaves out', async () => {
    vi.spyOn(rig.parts.ledger, 'durable').mockImplementation(() => held().until);
    const hard = new AbortController();
    const verdict = handle(announcing({ key: 'folder/' }, { key: 'x/ELBAccessLogTestFile' }), {
      reading: never,
      waiting: hard.signal,
    });
    hard.abort(new Error('stop'));
    expect(await verdict).toMatchObject({ kind: 'return', code: 'TF-AGENT-STOP' });
  });
});

describe('two messages about one object at a time', () => {
  test('read it once', async () => {
    const pause = held();
    rig.objects.put('a', [lines(0, 110), pause.until, lines(110, 120)]);
    const both = [handle(announcing({ key: 'a' }), FREE), handle(announcing({ key: 'a' }), FREE)];
    await vi.waitFor(() => expect(rig.objects.steps).toBe(2));
    pause.go();
    expect(await Promise.all(both)).toEqual([SETTLED, SETTLED]);
    expect(rig.objects.steps).toBe(3);
    expect(numbers(rig.transports[0])).toEqual(range(0, 120));
  });

  test('of two queues as well', async () => {
    const other = messageHandler({
      pipeline: { ...rig.parts },
      buckets: [BUCKET],
      observer: { began: () => {}, ended: () => {} },
    });
    rig.objects.put('a', [lines(0, 110), lines(110, 120)]);
    await Promise.all([handle(announcing({ key: 'a' }), FREE), other(announcing({ key: 'a' }), FREE)]);
    expect(numbers(rig.transports[0])).toEqual(range(0, 120));
  });

  test('that write its key in two ways as well', async () => {
    rig.objects.put('a b', [lines(0, 110), lines(110, 120)]);
    const detail = { bucket: { name: BUCKET }, object: { key: 'a+b', etag: 'v1', size: 1 } };
    const event = message(JSON.stringify({ source: 'aws.s3', 'detail-type': 'Object Created', detail }));
    const verdicts = await Promise.all([event, announcing({ key: 'a b' }), event].map((one) => handle(one, FREE)));
    expect(verdicts).toEqual([SETTLED, SETTLED, SETTLED]);
    expect(numbers(rig.transports[0])).toEqual(range(0, 120));
  });

  test('the second goes on when the first has failed', async () => {
    const pause = held();
    rig.objects.put('a', [lines(0, 110), pause.until, s3Error('SlowDown')]);
    const first = handle(announcing({ key: 'a' }), FREE);
    const second = handle(announcing({ key: 'a' }), FREE);
    await vi.waitFor(() => expect(rig.objects.steps).toBe(2));
    rig.objects.put('a', [lines(0, 120)]);
    pause.go();
    expect(await first).toMatchObject({ code: 'TF-S3-503' });
    expect(await second).toEqual(SETTLED);
    expect(numbers(rig.transports[0])).toEqual(range(0, 120));
  });

  test('leave nothing behind', async () => {
    rig.objects.put('a', [lines(0, 3)]);
    await Promise.all(range(0, 20).map(() => handle(announcing({ key: 'a' }), FREE)));
    expect(rig.parts.lanes.size).toBe(0);
  });
});
