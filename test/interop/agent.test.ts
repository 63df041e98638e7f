import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { trailferry } from '../../demo/process.ts';
import { cloudTrailObject } from '../../demo/synthetic.ts';
import { startFakeAws } from '../fakes/aws.ts';
import { makeCertificates } from '../fakes/certificates.ts';
import { peers, placeFor } from './peers/index.ts';
import { startPeer, stopPeer } from './peers/peer.ts';

const IDS = /trailferryEventId=([0-9a-f]{32})/g;

it('the whole agent loses nothing to a real rsyslog that is stopped under load', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'trailferry-interop-'));
  const certificates = await makeCertificates();
  const aws = await startFakeAws({ visibilitySeconds: 30 });
  const place = placeFor({ directory: join(directory, 'rsyslog'), certificates, tls: '1.3' });
  mkdirSync(place.directory);
  const peer = peers.ossl.make(place);
  await startPeer(peer);
  const config = join(directory, 'trailferry.yaml');
  writeFileSync(join(directory, 'secret'), 'none', { mode: 0o600 });
  writeFileSync(
    config,
    `version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${aws.endpoint}", s3: "${aws.endpoint}"}, force_path_style: true, access_key_id: AKIATEST, secret_access_key: {file: ${directory}/secret}}
queues: [{name: q, url: "${aws.queueUrl()}", buckets: [logs], destinations: [relay]}]
destinations: [{name: relay, host: localhost, port: ${peer.port}, format: leef, ${peers.ossl.destination(place)}}]
state_dir: ${directory}/state
metrics: {listen: off}
`,
  );
  for (const { key, body } of Array.from({ length: 10 }, (_, seed) => cloudTrailObject(seed, 3000))) {
    aws.putObject('logs', key, body);
    aws.notify('logs', key);
  }
  let running = true;
  const agent = trailferry('run', '--once', '--config', config).finally(() => {
    running = false;
  });
  let stops = 0;
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
    await sleep(700);
    if (!running) break;
    await peer.receivers[0]?.kill(signal);
    stops += 1;
    await sleep(200);
    await peer.receivers[0]?.start();
  }
  expect((await agent).code).toBe(0);
  await stopPeer(peer);
  const ids = [...readFileSync(peer.outs[0] ?? '', 'latin1').matchAll(IDS)].map((match) => match[1]);
  const distinct = new Set(ids).size;
  console.log(`rsyslog: ${stops} stops, ${distinct} events of 30000, ${ids.length - distinct} twice`);
  expect(stops).toBeGreaterThan(0);
  expect(distinct).toBe(30_000);
  await aws.close();
  certificates.remove();
  rmSync(directory, { recursive: true, force: true });
});
