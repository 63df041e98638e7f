import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { trailferry } from '../../demo/process.ts';
import { cloudTrailObject } from '../../demo/synthetic.ts';
import { startFakeAws } from '../fakes/aws.ts';
import { makeCertificates } from '../fakes/certificates.ts';
import { rsyslog } from './rsyslog.ts';

const IDS = /trailferryEventId=([0-9a-f]{32})/g;

it('loses nothing to a real rsyslog that is killed and restarted under load', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'trailferry-interop-'));
  const certificates = await makeCertificates();
  const aws = await startFakeAws({ visibilitySeconds: 30 });
  const receiver = await rsyslog(directory, 16_514, certificates);
  const config = join(directory, 'trailferry.yaml');
  writeFileSync(join(directory, 'secret'), 'none', { mode: 0o600 });
  writeFileSync(
    config,
    `version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${aws.endpoint}", s3: "${aws.endpoint}"}, force_path_style: true, access_key_id: AKIATEST, secret_access_key: {file: ${directory}/secret}}
queues: [{name: q, url: "${aws.queueUrl()}", buckets: [logs], destinations: [relay]}]
destinations: [{name: relay, type: syslog, host: localhost, port: ${receiver.port}, format: leef, tls: {ca_file: ${certificates.ca}}}]
state_dir: ${directory}/state
metrics: {listen: off}
`,
  );
  const objects = Array.from({ length: 10 }, (_, seed) => cloudTrailObject(seed, 3000));
  for (const { key, body } of objects) {
    aws.putObject('logs', key, body);
    aws.notify('logs', key);
  }
  let running = true;
  const agent = trailferry('run', '--once', '--config', config).finally(() => {
    running = false;
  });
  let kills = 0;
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
    await sleep(700);
    if (!running) break;
    await receiver.kill(signal);
    kills += 1;
    await sleep(200);
    await receiver.start();
  }
  expect((await agent).code).toBe(0);
  await receiver.kill('SIGTERM');
  const ids = [...readFileSync(receiver.out, 'utf8').matchAll(IDS)].map((match) => match[1]);
  const distinct = new Set(ids).size;
  console.log(`rsyslog: ${kills} kills, ${distinct} events of 30000, ${ids.length - distinct} duplicates`);
  expect(kills).toBeGreaterThan(0);
  expect(distinct).toBe(30_000);
  await aws.close();
  certificates.remove();
  rmSync(directory, { recursive: true, force: true });
});
