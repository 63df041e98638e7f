import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { readLedger } from '../../agent/delivery/ledger.ts';
import { cloudTrailObject } from '../../demo/synthetic.ts';
import { type FakeAws, startFakeAws } from '../fakes/aws.ts';
import type { GeneratedBody } from '../fakes/aws-s3.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { Oracle, syslogArrivals } from './oracle.ts';
import { agent, BUCKET, hecStub, memory, site, syslogReceiver, until, type Victim } from './rig.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function keep(one: Victim): Victim {
  undo.push(() => one.kill());
  return one;
}

async function aws(): Promise<FakeAws> {
  const fake = await startFakeAws({ visibilitySeconds: 10 });
  undo.push(() => fake.close());
  return fake;
}

/** Settings of a destination at a receiver that is a process of its own. */
const relay = (port: number, certificates: Certificates, more = 'confirm_interval: 500ms'): string =>
  `type: syslog, host: localhost, port: ${port}, format: leef, tls: {ca_file: ${certificates.ca}}, ${more}`;

async function tls(): Promise<{ certificates: Certificates; args: string[] }> {
  const certificates = await makeCertificates();
  undo.push(() => certificates.remove());
  const { cert, key } = certificates.server;
  return { certificates, args: ['--tls', '--cert', cert, '--key', key] };
}

it('goes on in the middle of an object after a kill, at the watermark that the ledger holds', async () => {
  const place = site();
  undo.push(() => place[Symbol.dispose]());
  const { certificates, args } = await tls();
  const fake = await aws();
  const records = 30_000;
  const oracle = new Oracle(fake);
  const key = oracle.put('cloudtrail', 1, records);
  oracle.guardDeletes(place.stateDir, ['qradar']);
  const out = join(place.directory, 'syslog.out');
  const receiver = keep(await syslogReceiver('--out', out, '--bytes-per-second', '3000000', ...args));
  const limits = '{in_flight_bytes: 4MiB}';
  const config = place.config(fake, { destinations: { qradar: relay(receiver.port, certificates) }, limits });
  const ferry = keep(await agent(config));
  fake.notify(BUCKET, key);
  await until('half of it has arrived', 60_000, () => sizeOf(out) > 15_000_000);
  await ferry.kill('SIGKILL');
  // What stands in the receiver's buffers must not be taken for what is sent again.
  await receiver.kill('SIGKILL');
  const [account] = (await readLedger(place.stateDir)).entries;
  const before = await syslogArrivals(out);
  await receiver.start();
  await ferry.start();
  // A second notification, as S3 may send, spares the wait for the first one to become visible.
  fake.notify(BUCKET, key);
  const complete = async () => (await readLedger(place.stateDir)).entries.every((entry) => entry.complete);
  await until('the object is complete', 60_000, complete);

  const all = await syslogArrivals(out);
  const verdict = oracle.judge(all);
  const watermark = account?.watermark ?? 0;
  const first = all.slice(before.length).reduce((least, { eventId }) => Math.min(least, ordinal(eventId)), records);
  console.log(`resume: killed at ${before.length}, watermark ${watermark}, went on at ${first},`, verdict);
  expect(verdict).toMatchObject({ lost: 0, spurious: 0, corrupted: 0 });
  expect(watermark).toBeGreaterThan(records / 10);
  expect(first).toBe(watermark);
  expect(verdict.duplicates).toBeLessThan(records / 2);
  expect(all.length - before.length).toBe(records - watermark);

  await until('the second message is settled, too', 30_000, () => fake.depth().visible + fake.depth().inFlight === 0);
  expect((await syslogArrivals(out)).length).toBe(all.length);
});

it('holds still while a receiver does not read: no memory grows, nothing is received', async () => {
  const place = site();
  undo.push(() => place[Symbol.dispose]());
  const { certificates, args } = await tls();
  const fake = await aws();
  const { body, key } = cloudTrailObject(1, 4_000);
  const receiver = keep(await syslogReceiver('--stop-reading-after', '100000', ...args));
  const destinations = { qradar: relay(receiver.port, certificates, 'stall_timeout: 60s') };
  const ferry = keep(await agent(place.config(fake, { destinations })));
  for (let copy = 0; copy < 150; copy += 1) {
    fake.putObject(BUCKET, `${copy}/${key}`, body);
    fake.notify(BUCKET, `${copy}/${key}`);
  }
  await until('all 64 places are taken', 30_000, () => fake.stats.received === 64);
  await until('the window is full', 30_000, async () => (await pendingBytes(ferry)) >= 64 * 2 ** 20);
  const receives = fake.stats.receives;
  const start = memory(ferry.pid, 'VmRSS');
  const samples: number[] = [];
  for (let second = 0; second < 8; second += 1) {
    await sleep(1000);
    samples.push(Math.round(memory(ferry.pid, 'VmRSS') - start));
  }
  console.log(`stall: RSS ${Math.round(start)} MiB, then every second (difference)`, samples, fake.stats);
  expect(Math.max(...samples)).toBeLessThan(60);
  expect(fake.stats.receives).toBe(receives);
  expect(fake.stats).toMatchObject({ received: 64, deleted: 0 });
  expect(fake.stats.extended).toBeGreaterThan(0);
});

it('notices a peer that has become a black hole, and delivers everything when it is back', async () => {
  const place = site();
  undo.push(() => place[Symbol.dispose]());
  const { certificates, args } = await tls();
  const fake = await aws();
  const oracle = new Oracle(fake);
  const keys = [1, 2, 3, 4].map((seed) => oracle.put('cloudtrail', seed, 10_000));
  oracle.guardDeletes(place.stateDir, ['qradar']);
  const out = join(place.directory, 'syslog.out');
  const receiver = keep(await syslogReceiver('--out', out, '--bytes-per-second', '5000000', ...args));
  const ferry = keep(
    await agent(
      place.config(fake, { destinations: { qradar: relay(receiver.port, certificates, 'confirm_interval: 2s') } }),
    ),
  );
  for (const key of keys) fake.notify(BUCKET, key);
  await until('events flow', 20_000, () => sizeOf(out) > 2_000_000);
  expect((await ready(ferry)).ready).toBe(true);
  receiver.signal('SIGSTOP');
  const noticed = await until('the destination is down', 20_000, async () => !(await ready(ferry)).ready);
  const { reasons } = await ready(ferry);
  console.log(`black hole: noticed after ${Math.round(noticed)} ms:`, reasons);
  receiver.signal('SIGCONT');
  await until('the queue is empty', 60_000, async () => {
    // It ends when it finds that the session was given up within a frame.
    if (!receiver.running) await receiver.start();
    return fake.depth().visible + fake.depth().inFlight === 0;
  });
  expect(oracle.judge(await syslogArrivals(out))).toMatchObject({ lost: 0, spurious: 0, corrupted: 0 });
  expect(noticed).toBeLessThan(10_000);
  expect(reasons.join()).toMatch(/^destination qradar is down: /);
});

it('passes a document of 600 MB in one line, within 280 MiB of memory', async () => {
  const place = site();
  undo.push(() => place[Symbol.dispose]());
  const fake = await aws();
  const { body, records } = oneLine(600_000_000);
  const stub = keep(await hecStub('--ack'));
  const splunk = `type: hec, url: "http://127.0.0.1:${stub.port}", token: {file: ${place.secret}}, ack: true, ack_poll_interval: 200ms, format: json`;
  const ferry = keep(await agent(place.config(fake, { destinations: { splunk } })));
  const key = cloudTrailObject(1, 1).key.replace('.gz', '');
  fake.putObject(BUCKET, key, body);
  const oracle = new Oracle(fake);
  oracle.records.set(key, records);
  oracle.guardDeletes(place.stateDir, ['splunk']);
  fake.notify(BUCKET, key);
  const ms = await until('the queue is empty', 120_000, () => fake.depth().visible + fake.depth().inFlight === 0);
  const peak = memory(ferry.pid, 'VmHWM');
  const stats = await (await fetch(`http://127.0.0.1:${stub.port}/_control/stats`)).json();
  console.log(
    `one line of ${body.size} bytes: ${records} records in ${Math.round(ms)} ms, peak RSS ${Math.round(peak)} MiB`,
  );
  expect(stats).toMatchObject({ distinct: records, duplicates: 0, silentlyDropped: 0, withoutId: 0 });
  expect(peak).toBeLessThanOrEqual(280);
});

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** The oracle ends CloudTrail's own ids with the ordinal. */
const ordinal = (eventId: string | undefined): number => Number(eventId?.split('-').at(-1));

/** Bytes of frames that the agent holds for its destination. */
async function pendingBytes({ port }: Victim): Promise<number> {
  const status = (await (await fetch(`http://127.0.0.1:${port}/api/v1/status`)).json()) as Status;
  return status.destinations[0]?.pendingBytes ?? 0;
}

interface Status {
  readonly destinations: readonly { readonly pendingBytes: number }[];
}

async function ready(ferry: Victim): Promise<{ ready: boolean; reasons: string[] }> {
  return (await (await fetch(`http://127.0.0.1:${ferry.port}/readyz`)).json()) as { ready: boolean; reasons: string[] };
}

/** A CloudTrail document without a line break, made of one piece again and again while it is read. */
function oneLine(bytes: number): { body: GeneratedBody; records: number } {
  const document = gunzipSync(cloudTrailObject(1, 500).body).toString();
  const head = Buffer.from('{"Records":[');
  const piece = Buffer.from(`${document.slice(head.length, -2)},`);
  const last = Buffer.from(`${document.slice(head.length)}`);
  const pieces = Math.ceil(bytes / piece.length);
  const body = {
    size: head.length + pieces * piece.length + last.length,
    async *stream() {
      yield head;
      for (let index = 0; index < pieces; index += 1) yield piece;
      yield last;
    },
  };
  return { body, records: 500 * (pieces + 1) };
}
