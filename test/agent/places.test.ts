import { expect, test } from 'vitest';
import { PRIORITIES } from '../../agent/delivery/inlet.ts';
import { Places } from '../../agent/places.ts';
import { priorityOfMessage, priorityOfObject, type Ranking } from '../../agent/priority.ts';
import { held, never, range } from './rig.ts';

const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test('work of one priority that holds all its places leaves those of the others free', async () => {
  const places = new Places(2, PRIORITIES);
  const [slow, began] = [held(), [] as string[]];
  const work = (name: string) => async (): Promise<void> => {
    began.push(name);
    await slow.until;
  };
  const all = ['low 1', 'low 2', 'low 3', 'high 1'].map((name) =>
    places.add(name.startsWith('low') ? 'low' : 'high', work(name)),
  );
  await turns();
  expect(began).toEqual(['low 1', 'low 2', 'high 1']);
  expect(places.pending).toBe(3);
  slow.go();
  await Promise.all(all);
  expect(began).toHaveLength(4);
});

test('more is taken as long as any priority has a place, until too much waits for one', async () => {
  const places = new Places(2, PRIORITIES);
  const slow = held();
  const add = (): Promise<void> => places.add('low', () => slow.until);
  const all = range(0, 2 + 20).map(add);
  await turns();
  expect(places.free).toBe(2);
  all.push(add());
  await turns();
  expect(places.free).toBe(0);
  const ended = places.ended(never);
  slow.go();
  await ended;
  await Promise.all(all);
  expect(places.free).toBe(2);
});

test('where priorities do not count, all work is alike', async () => {
  const places = new Places(1);
  const slow = held();
  const all = [places.add('high', () => slow.until), places.add('low', () => slow.until)];
  await turns();
  expect([places.pending, places.free]).toEqual([1, 0]);
  slow.go();
  await Promise.all(all);
});

const ranks = { high: ['cloudtrail'], low: ['vpc-flow'] };

function ranking(...limited: boolean[]): Ranking {
  const targets = limited.map((is, index) => ({
    outbox: { limited: is },
    priorityOf: (name: string) =>
      index === 1
        ? ('normal' as const)
        : (PRIORITIES.find((rank) => ranks[rank as 'high']?.includes(name)) ?? 'normal'),
  }));
  return { targets, overrides: [{ key: 'apps/*', type: 'vpc-flow' }] };
}

const TRAIL =
  'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/111122223333_CloudTrail_eu-west-1_20260102T0000Z_a.json.gz';
const FLOWS = 'AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/02/111122223333_vpcflowlogs_eu-west-1_fl-1_a.log.gz';

test.each([
  [TRAIL, 'high'],
  [FLOWS, 'low'],
  ['apps/of/ours', 'low'],
  ['who/knows', 'normal'],
])('an object is as urgent as its key tells: %s is %s', (key, rank) => {
  expect(priorityOfObject({ bucket: 'logs', key }, ranking(true))).toBe(rank);
  expect(priorityOfObject({ bucket: 'logs', key }, ranking(false))).toBe('normal');
});

test('the limited destination that ranks it least decides; one without a limit has no word', () => {
  expect(priorityOfObject({ bucket: 'logs', key: TRAIL }, ranking(true, true))).toBe('normal');
  expect(priorityOfObject({ bucket: 'logs', key: TRAIL }, ranking(true, false))).toBe('high');
});

test('a message is as urgent as its most urgent object; one that nobody understands is like any other', () => {
  const body = (...keys: string[]): string =>
    JSON.stringify({
      Records: keys.map((key) => ({
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        awsRegion: 'eu-west-1',
        s3: { bucket: { name: 'logs' }, object: { key, size: 1, eTag: 'e' } },
      })),
    });
  expect(priorityOfMessage(body(FLOWS), ranking(true))).toBe('low');
  expect(priorityOfMessage(body(FLOWS, TRAIL), ranking(true))).toBe('high');
  expect(priorityOfMessage('?', ranking(true))).toBe('normal');
});
