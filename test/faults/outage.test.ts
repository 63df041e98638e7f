import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { readLedger } from '../../agent/delivery/ledger.ts';
import { type FakeAws, startFakeAws } from '../fakes/aws.ts';
import { makeCertificates } from '../fakes/certificates.ts';
import { Oracle, syslogArrivals } from './oracle.ts';
import { agent, BUCKET, type Site, site, syslogReceiver, until, type Victim } from './rig.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const VISIBILITY_SECONDS = 10;
const OBJECTS = 24;
const RECORDS = 500;
const PLACES = 8;
const LIMITS = `{places: ${PLACES}}`;

interface Scene {
  readonly fake: FakeAws;
  readonly place: Site;
  readonly oracle: Oracle;
  /** The receiver of `qradar`; its frames go to `out`. */
  readonly qradar: Victim;
  readonly out: string;
  /** Settings of destinations. */
  readonly settings: { readonly qradar: string; readonly archive: string };
  readonly archive: string;
}

/** A queue that lets nothing come twice, and a receiver that is down before the agent starts. */
async function scene(): Promise<Scene> {
  const place = site();
  undo.push(() => place[Symbol.dispose]());
  const certificates = await makeCertificates();
  undo.push(() => certificates.remove());
  const fake = await startFakeAws({ visibilitySeconds: VISIBILITY_SECONDS, maxReceiveCount: 1 });
  undo.push(() => fake.close());
  const out = join(place.directory, 'syslog.out');
  const { cert, key } = certificates.server;
  const qradar = await syslogReceiver('--out', out, '--tls', '--cert', cert, '--key', key);
  undo.push(() => qradar.kill());
  await qradar.kill();
  const archive = join(place.directory, 'archive.out');
  writeFileSync(archive, '');
  const settings = {
    qradar: `type: syslog, host: localhost, port: ${qradar.port}, format: leef, tls: {ca_file: ${certificates.ca}}`,
    archive: `type: file, path: ${archive}, format: leef`,
  };
  return { fake, place, oracle: new Oracle(fake), qradar, out, settings, archive };
}

async function start(config: string): Promise<Victim> {
  const ferry = await agent(config);
  undo.push(() => ferry.kill());
  return ferry;
}

function announce({ fake, oracle }: Scene, queue?: string): void {
  for (let seed = 1; seed <= OBJECTS; seed += 1) fake.notify(BUCKET, oracle.put('cloudtrail', seed, RECORDS), queue);
}

async function ready({ port }: Victim): Promise<{ ready: boolean; reasons: string[] }> {
  return (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()) as { ready: boolean; reasons: string[] };
}

const arrived = (file: string): number => readFileSync(file, 'latin1').split('LEEF:1.0').length - 1;
const drained = (fake: FakeAws, queue?: string): boolean =>
  fake.depth(queue).visible + fake.depth(queue).inFlight === 0;

it('a destination that is down stops the receive: leases live, nothing comes twice, nothing is dead; then all drains', async () => {
  const it = await scene();
  const { fake, place, oracle, qradar } = it;
  oracle.guardDeletes(place.stateDir, ['qradar']);
  const ferry = await start(place.config(fake, { destinations: { qradar: it.settings.qradar }, limits: LIMITS }));
  announce(it);
  await until('it is noticed', 20_000, async () => !(await ready(ferry)).ready);
  await sleep(1000);
  const { received, receives } = fake.stats;
  expect(received).toBeLessThanOrEqual(PLACES);
  await sleep(VISIBILITY_SECONDS * 1200);
  console.log(`down for ${VISIBILITY_SECONDS * 1.2} s:`, fake.stats, (await ready(ferry)).reasons);
  expect(fake.stats).toMatchObject({ received, receives, deleted: 0, released: 0 });
  expect(fake.stats.extended).toBeGreaterThan(0);
  expect(fake.depth()).toEqual({ visible: OBJECTS - received, inFlight: received });

  await qradar.start();
  const ms = await until('the queue is empty', 60_000, () => drained(fake));
  const verdict = oracle.judge(await syslogArrivals(it.out));
  console.log(`back: drained after ${Math.round(ms)} ms,`, verdict);
  expect(verdict).toMatchObject({ lost: 0, spurious: 0, corrupted: 0, duplicates: 0 });
  expect(fake.stats).toMatchObject({ received: OBJECTS, deleted: OBJECTS });
  expect(fake.deadLetters()).toEqual([]);
});

it('of two destinations the one that is up gets all that is at hand, on its own watermark; the messages wait for the other', async () => {
  const it = await scene();
  const { fake, place, oracle, qradar, archive, settings } = it;
  oracle.guardDeletes(place.stateDir, ['qradar', 'archive']);
  const ferry = await start(place.config(fake, { destinations: settings, limits: LIMITS }));
  announce(it);
  await until('it is noticed', 20_000, async () => !(await ready(ferry)).ready);
  const { received } = fake.stats;
  await until('the archive has what was taken', 20_000, () => arrived(archive) === received * RECORDS);
  const whole = async () => (await readLedger(place.stateDir)).entries.filter(({ complete }) => complete);
  await until('the ledger says so', 20_000, async () => (await whole()).length >= received);
  console.log(`one of two is down: ${received} taken, ${arrived(archive)} events in the archive,`, fake.stats);
  expect((await whole()).map(({ destination }) => destination)).toEqual(Array(received).fill('archive'));
  expect(fake.stats).toMatchObject({ received, deleted: 0 });

  await qradar.start();
  await until('the queue is empty', 60_000, () => drained(fake));
  expect(oracle.judge(await syslogArrivals(it.out))).toMatchObject({ lost: 0, spurious: 0, duplicates: 0 });
  expect(arrived(archive)).toBe(OBJECTS * RECORDS);
  expect(fake.deadLetters()).toEqual([]);
});

it('with a queue of its own a destination goes on as if the other were not there', async () => {
  const it = await scene();
  const { fake, place, qradar, archive, settings } = it;
  const file = place.config(fake, { destinations: settings, limits: LIMITS });
  const queue = (name: string): string =>
    `  - {name: for-${name}, url: "${fake.queueUrl(name)}", buckets: [${BUCKET}], destinations: [${name}], visibility_timeout: 10s}\n`;
  const text = readFileSync(file, 'utf8').replace(/ {2}- \{name: q,.*\n/, queue('qradar') + queue('archive'));
  writeFileSync(file, text);
  await start(file);
  announce(it, 'qradar');
  announce(it, 'archive');
  await until('the archive’s queue is empty', 60_000, () => drained(fake, 'archive'));
  expect(arrived(archive)).toBe(OBJECTS * RECORDS);
  expect(fake.stats.deleted).toBe(OBJECTS);
  expect(fake.depth('qradar').inFlight).toBeLessThanOrEqual(PLACES);

  await qradar.start();
  await until('the other one, too', 60_000, () => drained(fake, 'qradar'));
  expect(it.oracle.judge(await syslogArrivals(it.out))).toMatchObject({ lost: 0, spurious: 0 });
  expect([fake.deadLetters('qradar'), fake.deadLetters('archive')]).toEqual([[], []]);
});
