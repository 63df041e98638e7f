import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeAws, startFakeAws } from '../../fakes/aws.ts';
import { Oracle } from '../../faults/oracle.ts';

let aws: FakeAws;
let directory: string;
let oracle: Oracle;
beforeEach(async () => {
  aws = await startFakeAws({ visibilitySeconds: 30 });
  directory = mkdtempSync(join(tmpdir(), 'trailferry-run-'));
  oracle = new Oracle(aws);
  oracle.guardDeletes(join(directory, 'state'), ['out']);
});
afterEach(async () => {
  await aws.close();
  rmSync(directory, { recursive: true });
});

/** Drains the queue once into a file. */
async function once(queue = aws.queueUrl()): Promise<{ code: number | null; err: string; frames: number }> {
  const config = join(directory, 'trailferry.yaml');
  const secret = join(directory, 'secret');
  const out = join(directory, 'out.log');
  writeFileSync(secret, 'x', { mode: 0o600 });
  writeFileSync(
    config,
    `version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${aws.endpoint}", s3: "${aws.endpoint}"}, force_path_style: true, access_key_id: AKIATEST, secret_access_key: {file: ${secret}}}
queues: [{name: q, url: "${queue}", buckets: [logs], destinations: [out]}]
destinations: [{name: out, type: file, path: ${out}, format: leef}]
state_dir: ${directory}/state
metrics: {listen: off}
`,
  );
  writeFileSync(out, '');
  const child = spawn(process.execPath, ['agent/cli.ts', 'run', '--once', '--config', config]);
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = (await event(child, 'close')) as [number | null];
  return { code, err, frames: readFileSync(out, 'utf8').split('\n').length - 1 };
}

function announce(records: number): void {
  aws.notify('logs', oracle.put('cloudtrail', records, records));
}

test('--once drains the queue and exits with 0', async () => {
  announce(20);
  announce(30);
  expect(await once()).toMatchObject({ code: 0, frames: 50 });
  expect(aws.depth()).toMatchObject({ visible: 0, inFlight: 0 });
});

test('--once exits with 1 when a message had to be given back, and says why', async () => {
  announce(20);
  const gone = 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/is-gone.json.gz';
  aws.putObject('logs', gone, '{"Records":[]}');
  aws.notify('logs', gone);
  aws.removeObject('logs', gone);
  const { code, err, frames } = await once();
  expect([code, frames]).toEqual([1, 20]);
  expect(err).toMatch(/TF-S3-404/);
  expect(err).toContain('not everything was drained; what was given back comes again messages=1');
});
