import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { decodeNotification } from '../../agent/aws/notification.ts';
import { balanced } from '../../agent/delivery/account.ts';
import { readLedger } from '../../agent/delivery/ledger.ts';
import { start, stop, trailferry } from '../../demo/process.ts';
import { cloudTrailObject, randomFrom, vpcFlowObject } from '../../demo/synthetic.ts';
import { eventIds } from '../../formats/event-id.ts';
import { startFakeAws } from '../fakes/aws.ts';
import { makeCertificates } from '../fakes/certificates.ts';

const SEED = Number(process.env['SEED'] ?? 7);
const KILLS = 20;

/** Every message that is about to be deleted must be complete and balanced at both destinations, in the file on disk. */
async function mustBeSettled(stateDir: string, body: string): Promise<void> {
  const notification = decodeNotification(body);
  if (notification.kind !== 'objects') throw new Error('a message without objects was deleted');
  const { entries } = await readLedger(stateDir);
  for (const { bucket, key } of notification.objects) {
    const mine = entries.filter(({ object }) => object.bucket === bucket && object.key === key && object !== undefined);
    const done = mine.filter((entry) => entry.complete && balanced(entry)).map(({ destination }) => destination);
    if (!done.includes('qradar') || !done.includes('splunk'))
      throw new Error(`${key} was deleted before it was settled`);
  }
}

it('loses nothing while the agent and both receivers are killed again and again', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'trailferry-chaos-'));
  const stateDir = join(directory, 'state');
  const received = join(directory, 'syslog.out');
  const indexed = join(directory, 'hec.ids');
  for (const file of [received, indexed]) appendFileSync(file, '');
  writeFileSync(join(directory, 'secret'), 'chaos', { mode: 0o600 });
  const certificates = await makeCertificates();
  const aws = await startFakeAws({ visibilitySeconds: 10 });
  aws.onDelete((body) => mustBeSettled(stateDir, body));
  const { cert, key } = certificates.server;
  const syslogOf = (port: number) =>
    start(
      'test/fakes/syslog-receiver-main.ts',
      '--port',
      `${port}`,
      '--out',
      received,
      '--tls',
      '--cert',
      cert,
      '--key',
      key,
    );
  const hecOf = (port: number) =>
    start('test/fakes/hec-stub-main.ts', '--port', `${port}`, '--token', 'chaos', '--ack', '--ids-file', indexed);
  let syslog = await syslogOf(0);
  let hec = await hecOf(0);
  const ports = { syslog: Number(syslog.hello['port']), hec: Number(hec.hello['port']) };
  const config = join(directory, 'trailferry.yaml');
  writeFileSync(
    config,
    `version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${aws.endpoint}", s3: "${aws.endpoint}"}, force_path_style: true, access_key_id: AKIATEST, secret_access_key: {file: ${directory}/secret}}
queues: [{name: q, url: "${aws.queueUrl()}", buckets: [logs], destinations: [qradar, splunk], visibility_timeout: 10s}]
destinations:
  - {name: qradar, type: syslog, host: localhost, port: ${ports.syslog}, format: leef, tls: {ca_file: ${certificates.ca}}}
  - {name: splunk, type: hec, url: "http://127.0.0.1:${ports.hec}", token: {file: ${directory}/secret}, format: json}
state_dir: ${stateDir}
metrics: {listen: off}
limits: {places: 8, open_objects: 4}
`,
  );
  const objects = [
    ...Array.from({ length: 20 }, (_, seed) => cloudTrailObject(seed, 2500)),
    ...Array.from({ length: 10 }, (_, seed) => vpcFlowObject(seed + 50, 5000)),
  ];
  const expected = new Set<string>();
  for (const object of objects) {
    const stored = aws.putObject('logs', object.key, object.body);
    const idOf = eventIds({ bucket: 'logs', key: object.key, version: stored.versionId ?? stored.etag });
    for (let ordinal = 0; ordinal < object.records; ordinal += 1) expected.add(idOf(ordinal));
    aws.notify('logs', object.key);
  }
  expect(expected.size).toBe(100_000);

  const random = randomFrom(SEED);
  const run = (): ChildProcess =>
    spawn(process.execPath, ['agent/cli.ts', 'run', '--config', config], { stdio: 'ignore' });
  let agent = run();
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(500 + random() * 900);
    await stop(syslog, random() < 0.5 ? 'SIGKILL' : 'SIGTERM');
    await stop(hec, 'SIGKILL');
    if (random() < 0.5) await sleep(random() * 300);
    syslog = await syslogOf(ports.syslog);
    hec = await hecOf(ports.hec);
    await sleep(300 + random() * 700);
    const gone = once(agent, 'exit');
    agent.kill('SIGKILL');
    await gone;
    agent = run();
  }
  const deadline = Date.now() + 90_000;
  while (aws.depth().visible + aws.depth().inFlight > 0 && Date.now() < deadline) await sleep(200);
  const gone = once(agent, 'exit');
  agent.kill('SIGTERM');
  const [code] = (await gone) as [number | null];

  const leef = readFileSync(received, 'utf8').match(/(?<=trailferryEventId=)[0-9a-f]{32}/g) ?? [];
  const hecIds = readFileSync(indexed, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  for (const [name, ids] of [
    ['qradar', leef],
    ['splunk', hecIds],
  ] as const) {
    const distinct = new Set<string>(ids);
    const lost = [...expected].filter((id) => !distinct.has(id)).length;
    const spurious = [...distinct].filter((id) => !expected.has(id)).length;
    console.log(`seed ${SEED}, ${name}: lost ${lost}, spurious ${spurious}, duplicates ${ids.length - distinct.size}`);
    expect.soft(lost).toBe(0);
    expect.soft(spurious).toBe(0);
  }
  expect(aws.depth()).toEqual({ visible: 0, inFlight: 0 });
  expect(code).toBe(0);
  const audit = JSON.parse((await trailferry('audit', '--config', config, '-o', 'json')).out) as { balanced: boolean };
  expect(audit.balanced).toBe(true);
  for (const running of [syslog, hec]) await stop(running);
  await aws.close();
  certificates.remove();
  rmSync(directory, { recursive: true, force: true });
});
