import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trailferry } from '../../demo/process.ts';
import { cloudTrailObject } from '../../demo/synthetic.ts';
import { relp } from '../../transports/relp/index.ts';
import { startFakeAws } from '../fakes/aws.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { enveloped, never, testContext } from '../transports/blocks.ts';
import { relpSettings } from '../transports/relp/rig.ts';
import { until } from '../transports/syslog/rig.ts';
import { rsyslog } from './rsyslog.ts';

const EVENTS = 30_000;
const KILLS = 20;
const IDS = /trailferryEventId=([0-9a-f]{32})/g;

let certificates: Certificates;
let directory: string;

beforeAll(async () => {
  certificates = await makeCertificates();
  directory = mkdtempSync(join(tmpdir(), 'trailferry-relp-'));
});

afterAll(() => {
  certificates.remove();
  rmSync(directory, { recursive: true, force: true });
});

const tlsFiles = () => ({
  ca_file: certificates.ca,
  cert_file: certificates.client.cert,
  key_file: certificates.client.key,
});

describe.each([
  ['tcp', 'imrelp', 16_515],
  ['tls', 'imrelp-tls', 16_516],
] as const)('RELP over %s into a real rsyslog', (protocol, listener, port) => {
  it('goes through every step of a probe, and arrives octet by octet', async () => {
    const place = mkdtempSync(join(directory, 'probe-'));
    await using receiver = await rsyslog(place, port, certificates, listener);
    const tls = protocol === 'tls' ? tlsFiles() : {};
    const given = { port, host: 'localhost', protocol, tls, max_message_bytes: 65_000 } as const;
    const transport = relp.create(relpSettings(given), testContext());
    const report = await transport.probe(never);
    expect(report.steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(report.steps.find(({ step }) => step === 'relp open')?.detail).toMatch(/^librelp,/);
    const texts = ['a', 'ä€', 'x'.repeat(60_000)].map((text) => Buffer.from(text).toString('latin1'));
    await transport.send(enveloped(transport, texts), never);
    const lines = readFileSync(receiver.out, 'latin1').trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/^.*? - cloudtrail - /, ''))).toEqual(texts);
    await transport.close();
  });

  it('loses nothing when it is killed and restarted under load', async () => {
    const place = mkdtempSync(join(directory, 'kills-'));
    await using receiver = await rsyslog(place, port, certificates, listener);
    const aws = await startFakeAws({ visibilitySeconds: 120 });
    const config = join(place, 'trailferry.yaml');
    const { ca_file, cert_file, key_file } = tlsFiles();
    const tls =
      protocol === 'tls' ? `, tls: {ca_file: ${ca_file}, cert_file: ${cert_file}, key_file: ${key_file}}` : '';
    writeFileSync(join(place, 'secret'), 'none', { mode: 0o600 });
    writeFileSync(
      config,
      `version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${aws.endpoint}", s3: "${aws.endpoint}"}, force_path_style: true, access_key_id: AKIATEST, secret_access_key: {file: ${place}/secret}}
queues: [{name: q, url: "${aws.queueUrl()}", buckets: [logs], destinations: [relay]}]
destinations: [{name: relay, type: relp, protocol: ${protocol}, host: localhost, port: ${port}, format: leef, max_message_bytes: 32KiB${tls}}]
state_dir: ${place}/state
metrics: {listen: off}
`,
    );
    for (const { key, body } of Array.from({ length: 10 }, (_, seed) => cloudTrailObject(seed, EVENTS / 10))) {
      aws.putObject('logs', key, body);
      aws.notify('logs', key);
    }
    let running = true;
    const agent = trailferry('run', '--once', '--config', config).finally(() => {
      running = false;
    });
    // Each time when it has written a part of what is on its way, so that something is always left unanswered.
    const step = (EVENTS / (KILLS + 2)) * 600;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const goal = statSync(receiver.out).size + step;
      await until(() => !running || statSync(receiver.out).size > goal, 60_000);
      expect(running).toBe(true);
      await receiver.kill(kill % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      await sleep(100);
      await receiver.start();
    }
    expect(await agent).toMatchObject({ code: 0 });
    await receiver.kill('SIGTERM');
    const ids = [...readFileSync(receiver.out, 'latin1').matchAll(IDS)].map((match) => match[1]);
    const distinct = new Set(ids).size;
    console.log(
      `RELP over ${protocol}: ${KILLS} kills, ${distinct} events of ${EVENTS}, ${ids.length - distinct} duplicates`,
    );
    expect(distinct).toBe(EVENTS);
    await aws.close();
  });
});
