import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Agent } from '../../agent/agent.ts';
import { createLog } from '../../agent/health/log.ts';
import { heldBack } from '../../agent/held-back.ts';
import { Report } from '../../agent/report.ts';
import { readConfig } from '../../config/load.ts';
import { cloudTrailObject, vpcFlowObject } from '../../demo/synthetic.ts';
import { type FakeAws, startFakeAws } from '../fakes/aws.ts';
import { until } from '../faults/rig.ts';

let aws: FakeAws;
let directory: string;
let agent: Agent;
beforeEach(async () => {
  aws = await startFakeAws({ visibilitySeconds: 30, maxReceiveCount: 2 });
  directory = mkdtempSync(join(tmpdir(), 'trailferry-limits-'));
});
afterEach(async () => {
  await agent.stop();
  await aws.close();
  rmSync(directory, { recursive: true });
});

/** An agent from the queue to a file, with these settings of its destination. */
async function start(settings: string): Promise<void> {
  const secret = join(directory, 'secret');
  writeFileSync(secret, 'x', { mode: 0o600 });
  writeFileSync(join(directory, 'out'), '');
  const { config } = readConfig(
    `version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${aws.endpoint}", s3: "${aws.endpoint}"}, force_path_style: true, access_key_id: AKIATEST, secret_access_key: {file: ${secret}}}
queues: [{name: q, url: "${aws.queueUrl()}", buckets: [logs], destinations: [out], visibility_timeout: 10s}]
destinations: [{name: out, type: file, path: ${directory}/out, format: json, ${settings}}]
state_dir: ${directory}/state
metrics: {listen: off}
limits: {places: 4, open_objects: 2}
`,
    'x.yaml',
  );
  agent = await Agent.open(config, new Report(createLog(() => {}, false)));
  void agent.run(false);
}

function announce({ key, body }: { key: string; body: Buffer }): void {
  aws.putObject('logs', key, body);
  aws.notify('logs', key);
}

function arrived(): { trails: number; flows: number } {
  const lines = readFileSync(join(directory, 'out'), 'utf8').split('\n');
  const trails = lines.filter((line) => line.includes('"eventVersion"')).length;
  return { trails, flows: lines.length - 1 - trails };
}

test('CloudTrail overtakes VPC flow logs that have taken every place they can have, and those go on', async () => {
  await start('max_events_per_second: 1000');
  for (let seed = 0; seed < 12; seed += 1) announce(vpcFlowObject(seed, 4000));
  await until('flows arrive, and places are taken', 20_000, () => arrived().flows > 500 && aws.stats.received >= 4);
  announce(cloudTrailObject(1, 300));
  const before = arrived().flows;
  const ms = await until('all of CloudTrail has arrived', 20_000, () => arrived().trails === 300);
  const after = arrived().flows;
  console.log(`CloudTrail took ${Math.round(ms)} ms, beside ${after - before} flows of 48000`);
  expect(after).toBeLessThan(12_000);
  await until('flows go on', 20_000, () => arrived().flows > after + 500);
  expect(heldBack(agent.destinations).join()).toMatch(/^destination out is held back by its limit of 1000 events\/s: /);
  expect(agent.notReady()).toEqual([]);
  expect(aws.deadLetters()).toEqual([]);
});

test('a limit far below what there is trips no alarm: leases live, nothing is sent twice or given back', async () => {
  await start('max_events_per_second: 40');
  announce(cloudTrailObject(1, 240));
  await until('all has arrived and is deleted', 60_000, () => aws.stats.deleted === 1);
  expect(arrived()).toEqual({ trails: 240, flows: 0 });
  expect(aws.stats).toMatchObject({ received: 1, released: 0, deleted: 1 });
  expect(aws.stats.extended).toBeGreaterThan(0);
  expect(agent.volume.soFar.rows).toEqual([
    { destination: 'out', logType: 'cloudtrail', events: 240, bytes: statSync(join(directory, 'out')).size },
  ]);
  const [account] = await agent.report.registry
    .getMetricsAsJSON()
    .then((all) => all.filter(({ name }) => name === 'trailferry_destination_retries_total'));
  expect(account?.values).toEqual([]);
});
