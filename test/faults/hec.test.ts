import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { quarantined } from '../../agent/delivery/quarantine.ts';
import { startFakeAws } from '../fakes/aws.ts';
import type { StubFault } from '../fakes/hec-stub.ts';
import { hecArrivals, Oracle } from './oracle.ts';
import { agent, BUCKET, hecStub, randomFrom, site, until, type Victim } from './rig.ts';

const OBJECTS = 30;
const RECORDS = 1_000;

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** What goes wrong at an indexer, again and again, in no order. */
const FAULTS: readonly StubFault[] = [
  { on: 'ack', times: 3, answer: { status: 404, code: 404 } },
  { on: 'ack', times: 3, answer: { status: 503, code: 19 } },
  { on: 'ack', times: 2, answer: { status: 200, body: '<html>' } },
  { on: 'ack', times: 2, answer: { status: 200, body: '{"acks":{"0":true' } },
  { on: 'ack', reset: 'after' },
  { on: 'ack', stall: 'before' },
  { times: 12, answer: { status: 503, code: 9 } },
  { times: 2, answer: { status: 429, code: 26, headers: { 'retry-after': '1' } } },
  { answer: { status: 429, code: 27 } },
  { answer: { status: 502, body: '<html>' } },
  { reset: 'before' },
  { reset: 'after' },
  { half: true },
  { stall: 'after' },
  { lose: true },
  { code: 24 },
  { early: true, answer: { status: 413, body: '<html>' } },
];

it('loses nothing and quarantines the bad events alone, whatever two indexers do; messages go only after', async () => {
  const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
  console.log(`hec: CHAOS_SEED=${seed}`);
  const random = randomFrom(seed);
  const place = site();
  undo.push(() => place[Symbol.dispose]());
  const aws = await startFakeAws({ visibilitySeconds: 10, shuffle: true, duplicates: 0.05, seed });
  undo.push(() => aws.close());
  const oracle = new Oracle(aws);
  const keys = Array.from({ length: OBJECTS }, (_, seed) => oracle.put('cloudtrail', seed, RECORDS));
  const ordinals = keys.map((_, n) => Math.round(((RECORDS - 1) * n) / (OBJECTS - 1)));
  const bad = keys.map((key, n) => oracle.spoil(key, ordinals[n] ?? 0));
  oracle.guardDeletes(place.stateDir, ['splunk']);
  const ids = join(place.directory, 'hec.ids');
  writeFileSync(ids, '');
  const indexers = await Promise.all([1, 2].map(() => hecStub('--ack', '--ids-file', ids, '--indexing-ms', '50')));
  for (const indexer of indexers) {
    undo.push(() => indexer.kill());
    await peace(indexer, bad);
  }
  const urls = indexers.map(({ port }) => `"http://127.0.0.1:${port}"`).join(', ');
  const waits = 'ack_poll_interval: 200ms, ack_timeout: 3s, request_timeout: 2s, stall_timeout: 1s';
  const config = place.config(aws, {
    destinations: { splunk: `type: hec, url: [${urls}], token: {file: ${place.secret}}, format: json, ${waits}` },
    limits: '{places: 8, open_objects: 4, in_flight_bytes: 8MiB}',
  });
  const ferry = await agent(config);
  undo.push(() => ferry.kill());
  for (let at = 0; at < keys.length; at += 2) {
    for (const key of keys.slice(at, at + 2)) aws.notify(BUCKET, key);
    for (const indexer of indexers) for (let n = 0; n < 2; n += 1) await harm(indexer, random);
    await sleep(200 + random() * 800);
    for (const indexer of indexers) await peace(indexer, bad);
  }
  await until('the queue is empty', 120_000, () => aws.depth().visible + aws.depth().inFlight === 0);
  await ferry.kill('SIGTERM');

  const verdict = oracle.judge(await hecArrivals(ids));
  console.log('hec:', verdict, aws.stats);
  expect(verdict).toMatchObject({ lost: 0, spurious: 0, corrupted: 0 });
  const kept = (await Array.fromAsync(quarantined(place.stateDir))).map((one) => `${one.object.key} ${one.ordinal}`);
  expect(new Set(kept)).toEqual(new Set(keys.map((key, n) => `${key} ${ordinals[n]}`)));
  expect(ferry.deaths).toEqual([]);
});

/** No fault but that it refuses some events. */
function peace(indexer: Victim, bad: readonly string[]): Promise<void> {
  const refusal = { times: 0, answer: { status: 400, code: 6 } };
  return control(
    indexer,
    'clear',
    bad.map((id): StubFault => ({ ...refusal, containing: `"eventID":"${id}"` })),
  );
}

async function harm(indexer: Victim, random: () => number): Promise<void> {
  const fault = FAULTS[Math.floor(random() * (FAULTS.length + 1))];
  // What it had not indexed is lost, and its ids begin at 0 again.
  if (fault === undefined) await control(indexer, 'restart');
  else await control(indexer, 'fault', fault);
}

async function control({ port }: Victim, operation: string, argument?: object): Promise<void> {
  const body = argument === undefined ? '' : JSON.stringify(argument);
  const { status } = await fetch(`http://127.0.0.1:${port}/_control/${operation}`, { method: 'POST', body });
  expect(status).toBe(200);
}
