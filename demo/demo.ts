/**
 * The main job end to end, with no AWS account and no SIEM: an SQS and S3 emulator, a TLS syslog receiver and a strict
 * HEC stub stand in, each a process of its own. The syslog receiver is killed in the middle. At the end the account of
 * every object must balance and every event must have arrived, or the exit code is 1.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificates } from '../test/fakes/certificates.ts';
import { start, stop, trailferry } from './process.ts';
import { realObjects } from './samples.ts';
import { albObject, cloudTrailObject, guardDutyObject, s3AccessObject, vpcFlowObject } from './synthetic.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const started = performance.now();
const directory = mkdtempSync(join(tmpdir(), 'trailferry-demo-'));
const certificates = await makeCertificates();
const received = join(directory, 'syslog.out');
const indexed = join(directory, 'hec.ids');
const secret = join(directory, 'secret');
writeFileSync(secret, 'demo-secret', { mode: 0o600 });
for (const file of [received, indexed]) writeFileSync(file, '');

say('1. Stand-ins: SQS and S3, a TLS syslog receiver, a Splunk HEC (all on 127.0.0.1)');
const aws = await start('test/fakes/aws-main.ts', JSON.stringify({ visibilitySeconds: 30 }));
const { cert, key } = certificates.server;
const receiver = (port: number) =>
  start(
    'test/fakes/syslog-receiver-main.ts',
    '--port',
    String(port),
    '--out',
    received,
    '--tls',
    '--cert',
    cert,
    '--key',
    key,
  );
let syslog = await receiver(0);
const hec = await start('test/fakes/hec-stub-main.ts', '--token', 'demo-secret', '--ack', '--ids-file', indexed);
const port = Number(syslog.hello['port']);
const endpoint = `http://127.0.0.1:${aws.hello['port']}`;

const config = join(directory, 'trailferry.yaml');
writeFileSync(
  config,
  `version: 1
aws:
  region: eu-west-1
  endpoints: {sqs: "${endpoint}", s3: "${endpoint}"}
  force_path_style: true
  access_key_id: AKIADEMO
  secret_access_key: {file: ${secret}}
queues:
  - name: log-archive
    url: ${endpoint}/000000000000/trailferry
    buckets: [central-logs]
    destinations: [qradar, splunk]
destinations:
  - name: qradar
    type: syslog
    host: localhost
    port: ${port}
    format: leef
    tls: {ca_file: ${certificates.ca}}
  - name: splunk
    type: hec
    url: "${hec.hello['url']}"
    token: {file: ${secret}}
    format: json
state_dir: ${join(directory, 'state')}
metrics: {listen: off}
`,
);

const synthetic = [
  ...[1, 2, 3, 4, 5, 6].map((seed) => cloudTrailObject(seed, 2500)),
  ...[11, 12].map((seed) => vpcFlowObject(seed, 10_000)),
  guardDutyObject(21, 200),
  albObject(31, 3000),
  s3AccessObject(41, 1000),
];
const real = realObjects();
say(
  `2. Upload: ${synthetic.length} synthetic objects of five log types, ${real.length} real ones${real.length === 0 ? ' (none stand beside this checkout)' : ''}`,
);
for (const { key: name, body } of [...synthetic, ...real]) await upload(name, body);

say('3. The agent drains the queue; the syslog receiver is killed in the middle and comes back');
const agent = trailferry('run', '--once', '--config', config);
let running = true;
void agent.then(() => {
  running = false;
});
while (running && lines(received).length < 5000) await sleep(20);
await stop(syslog, 'SIGKILL');
const atKill = lines(received).length;
await sleep(1000);
syslog = await receiver(port);
const { code } = await agent;
say(`   killed with SIGKILL after ${atKill} events; the agent ended with exit code ${code}`);

say('4. What a SIEM gets');
const sample = synthetic[0] as (typeof synthetic)[number];
const file = join(directory, 'sample.json.gz');
writeFileSync(file, sample.body);
say(
  `   LEEF  ${lines(received)
    .find((line) => line.includes('LEEF:'))
    ?.slice(0, 400)}`,
);
say(`   CEF   ${(await trailferry('convert', '--format', 'cef', file)).out.split('\n')[0]?.slice(0, 400)}`);
say(`   HEC   ${JSON.stringify(await (await fetch(`${hec.hello['url']}/_control/last`)).json()).slice(0, 400)}`);

say('5. The account: read = delivered + filtered + quarantined, per object and destination');
const audit = await trailferry('audit', '--config', config, '-o', 'json');
const { balanced, lanes } = JSON.parse(audit.out) as { balanced: boolean; lanes: Lane[] };
const verdicts = [
  account(
    'qradar',
    lines(received).flatMap((line) => /trailferryEventId=([0-9a-f]{32})/.exec(line)?.[1] ?? []),
  ),
  account('splunk', lines(indexed)),
];
const depth = ((await control({ do: 'state' })) as { depth: { visible: number; inFlight: number } }).depth;
const kept = lanes.reduce((sum, { quarantined }) => sum + quarantined, 0);
if (kept > 0)
  say(`   quarantined: ${kept}, each with its reason ("trailferry quarantine list"); these are the broken samples`);
const fine = code === 0 && balanced && verdicts.every((good) => good) && depth.visible + depth.inFlight === 0;
say(
  fine
    ? `Every event is accounted for, after ${((performance.now() - started) / 1000).toFixed(0)} s.`
    : 'THE ACCOUNT DOES NOT BALANCE.',
);

for (const running of [aws, syslog, hec]) await stop(running);
certificates.remove();
rmSync(directory, { recursive: true, force: true });
process.exit(fine ? 0 : 1);

interface Lane {
  readonly object: string;
  readonly destination: string;
  readonly read: number;
  readonly delivered: number;
  readonly filtered: number;
  readonly quarantined: number;
  readonly resent: number;
  readonly state: string;
}

/** Prints one destination's account and holds it against what its receiver has. */
function account(destination: string, ids: readonly string[]): boolean {
  const mine = lanes.filter((lane) => lane.destination === destination);
  const sum = (of: (lane: Lane) => number): number => mine.reduce((total, lane) => total + of(lane), 0);
  for (const lane of mine.filter(({ object }) => !object.includes('/samples/'))) {
    say(
      `   ${destination} ${String(lane.read).padStart(6)} = ${lane.delivered} + ${lane.filtered} + ${lane.quarantined}  ${lane.object.slice(-70)}`,
    );
  }
  const distinct = new Set(ids).size;
  const lost = sum(({ delivered }) => delivered) - distinct;
  const duplicates = ids.length - distinct;
  say(
    `   ${destination}: ${mine.length} objects, read ${sum(({ read }) => read)} = delivered ${sum(({ delivered }) => delivered)} + filtered ${sum(({ filtered }) => filtered)} + quarantined ${sum(({ quarantined }) => quarantined)}; received ${distinct}, lost ${lost}, duplicates ${duplicates}`,
  );
  return lost === 0 && mine.every(({ state }) => state === 'complete');
}

function lines(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

async function control(command: object): Promise<unknown> {
  return (await fetch(`${endpoint}/_control`, { method: 'POST', body: JSON.stringify(command) })).json();
}

async function upload(name: string, body: Buffer): Promise<void> {
  await control({ do: 'put', bucket: 'central-logs', key: name, base64: body.toString('base64'), notify: true });
}
