import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { trailferry } from '../../demo/process.ts';
import { type FakeAws, startFakeAws } from '../fakes/aws.ts';
import { makeCertificates } from '../fakes/certificates.ts';
import { hecArrivals, Oracle, syslogArrivals } from './oracle.ts';
import { agent, BUCKET, hecStub, randomFrom, site, syslogReceiver, until, type Victim } from './rig.ts';

const AGENT_KILLS = 22;
const RECEIVER_KILLS = 10;
const CLEAN = { lost: 0, spurious: 0, corrupted: 0 };

it('loses and invents nothing while the agent and both receivers are killed again and again', async () => {
  const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
  console.log(`chaos: CHAOS_SEED=${seed}`);
  const random = randomFrom(seed);
  using place = site();
  const certificates = await makeCertificates();
  const aws = await startFakeAws({ visibilitySeconds: 10, shuffle: true, duplicates: 0.05, seed });
  const oracle = new Oracle(aws);
  const keys = objects(oracle);
  expect(oracle.expected.size).toBe(100_000);
  oracle.guardDeletes(place.stateDir, ['qradar', 'splunk']);

  const received = join(place.directory, 'syslog.out');
  const indexed = join(place.directory, 'hec.ids');
  for (const file of [received, indexed]) writeFileSync(file, '');
  const { cert, key } = certificates.server;
  const slow = ['--bytes-per-second', '6000000'];
  const syslog = await syslogReceiver('--out', received, '--tls', '--cert', cert, '--key', key, ...slow);
  const hec = await hecStub('--ack', '--ids-file', indexed, '--indexing-ms', '200');
  const config = place.config(aws, {
    destinations: {
      qradar: `type: syslog, host: localhost, port: ${syslog.port}, format: leef, confirm: ${process.env['CHAOS_CONFIRM'] ?? 'close-notify'}, confirm_interval: 500ms, tls: {ca_file: ${certificates.ca}}`,
      splunk: `type: hec, url: "http://127.0.0.1:${hec.port}", token: {file: ${place.secret}}, ack: true, ack_poll_interval: 200ms, format: json`,
    },
    limits: '{places: 8, open_objects: 4, in_flight_bytes: 8MiB}',
  });
  const ferry = await agent(config);
  const over = new AbortController();
  const nemeses = [torment(syslog, random, over.signal), torment(hec, random, over.signal)];
  let kills = 0;
  try {
    for (let lives = AGENT_KILLS; lives > 0; lives -= 1) {
      announce(aws, keys.splice(0, Math.ceil(keys.length / lives)));
      await sleep(300 + random() * 2700);
      if (await ferry.kill()) kills += 1;
      await ferry.start();
    }
    over.abort();
    const [syslogKills, hecKills] = await Promise.all(nemeses);
    console.log(`chaos: killed the agent ${kills}, the syslog receiver ${syslogKills}, HEC ${hecKills} times`);
    await emptied(aws, ferry);
    await ferry.kill('SIGTERM');

    const atSyslog = oracle.judge(await syslogArrivals(received));
    const atHec = oracle.judge(await hecArrivals(indexed));
    console.log('chaos: syslog', atSyslog, 'HEC', atHec, 'AWS', aws.stats);
    expect(atSyslog).toMatchObject(CLEAN);
    expect(atHec).toMatchObject(CLEAN);
    const audit = await trailferry('audit', '--config', config, '-o', 'json');
    const { balanced, lanes } = JSON.parse(audit.out) as { balanced: boolean; lanes: { state: string }[] };
    expect([audit.code, balanced, lanes.length]).toEqual([0, true, 2 * oracle.records.size]);
    expect(lanes.filter(({ state }) => state !== 'complete')).toEqual([]);
    expect(ferry.deaths).toEqual([]);
    expect(kills).toBeGreaterThanOrEqual(20);
    expect(Math.min(syslogKills ?? 0, hecKills ?? 0)).toBeGreaterThanOrEqual(RECEIVER_KILLS);
    // What an agent that was killed had not sent to the end is the only thing that may be no frame.
    expect(syslog.said).toBe('');
  } finally {
    over.abort();
    await Promise.all([...nemeses, ferry.kill()]);
    await Promise.all([syslog.kill(), hec.kill()]);
    certificates.remove();
    await aws.close();
  }
});

/** Waits until nothing is left in the queue. @throws with what the agent says of itself when that takes too long */
async function emptied(aws: FakeAws, ferry: Victim): Promise<void> {
  try {
    await until('the queue is empty', 90_000, () => aws.depth().visible + aws.depth().inFlight === 0);
  } catch (error) {
    const status = await (await fetch(`http://127.0.0.1:${ferry.port}/api/v1/status`)).text();
    const log = ferry.said.split('\n').slice(-40).join('\n');
    throw new Error(`${aws.depth().visible} messages wait, ${aws.depth().inFlight} are in flight\n${status}\n${log}`, {
      cause: error,
    });
  }
}

/** 84 objects, 100,000 events: many small, some large. */
function objects(oracle: Oracle): string[] {
  const sizes = [...Array(24).fill(50), ...Array(12).fill(900), ...Array(6).fill(4_500), 11_000];
  const total = sizes.reduce((sum, size) => sum + size, 0);
  sizes.push(50_000 - total);
  return (['cloudtrail', 'vpc-flow'] as const).flatMap((kind, offset) =>
    sizes.map((records, index) => oracle.put(kind, 1000 * (offset + 1) + index, records)),
  );
}

function announce(aws: FakeAws, keys: readonly string[]): void {
  for (const key of keys) aws.notify(BUCKET, key);
}

/** Kills and starts a receiver until it is over; leaves it running. @returns how often it was killed */
async function torment(receiver: Victim, random: () => number, signal: AbortSignal): Promise<number> {
  let kills = 0;
  while (!signal.aborted) {
    await sleep(1000 + random() * 2500);
    if (await receiver.kill(random() < 0.5 ? 'SIGKILL' : 'SIGTERM')) kills += 1;
    await sleep(random() * 500);
    await receiver.start();
  }
  return kills;
}
