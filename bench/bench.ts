/**
 * End to end, in one run: objects in a fake S3 on loopback, through the agent, to receivers that only count. Beside each
 * figure stands the bound measured in the same process: the least that any converter must do. Ratios are what counts;
 * absolute figures are this machine's. `npm run bench -- --json` prints them for machines.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Agent } from '../agent/agent.ts';
import { connectAws } from '../agent/aws/connect.ts';
import { createLog } from '../agent/health/log.ts';
import { Report } from '../agent/report.ts';
import { readSecret } from '../config/credentials.ts';
import { readConfig } from '../config/load.ts';
import { cloudTrailObject, type SyntheticObject, vpcFlowObject } from '../demo/synthetic.ts';
import { makeCertificates } from '../test/fakes/certificates.ts';
import { type Bound, fetchBound, jsonBound, linesBound } from './bound.ts';
import { type Cost, measure } from './measure.ts';

const directory = mkdtempSync(join(tmpdir(), 'trailferry-bench-'));
const certificates = await makeCertificates();
const children: ChildProcess[] = [];

async function start(script: string, ...args: string[]): Promise<Record<string, number>> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  return JSON.parse(line) as Record<string, number>;
}

const aws = await start('test/fakes/aws-main.ts');
const sinks = await start('bench/sinks.ts', certificates.server.cert, certificates.server.key);
const endpoint = `http://127.0.0.1:${aws['port']}`;
writeFileSync(join(directory, 'secret'), 'bench', { mode: 0o600 });

const control = async (command: object): Promise<void> => {
  await fetch(`${endpoint}/_control`, { method: 'POST', body: JSON.stringify(command) });
};

const DESTINATIONS = {
  leef: `{name: out, type: syslog, host: localhost, port: ${sinks['syslog']}, format: leef, tls: {ca_file: ${certificates.ca}}}`,
  hec: `{name: out, type: hec, url: "http://127.0.0.1:${sinks['hec']}", token: {file: ${directory}/secret}, format: json}`,
} as const;

function configure(destination: keyof typeof DESTINATIONS) {
  const text = `
version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${endpoint}", s3: "${endpoint}"}, force_path_style: true, access_key_id: AKIABENCH, secret_access_key: {file: ${directory}/secret}}
queues: [{name: q, url: "${endpoint}/000000000000/bench", buckets: [logs], destinations: [out]}]
destinations: [${DESTINATIONS[destination]}]
state_dir: ${directory}/state
metrics: {listen: off}
limits: {places: 256, open_objects: 8}
`;
  return readConfig(text, 'bench.yaml').config;
}

async function ferryAll(destination: keyof typeof DESTINATIONS, keys: readonly string[]): Promise<void> {
  for (const key of keys) await control({ do: 'announce', bucket: 'logs', key, queue: 'bench' });
  const report = new Report(createLog((line) => process.stderr.write(line), false));
  const agent = await Agent.open(configure(destination), report);
  await agent.run(true);
  await agent.stop();
}

interface Row {
  readonly what: string;
  readonly events: number;
  readonly perSecond: number;
  readonly mbPerSecond: number;
  readonly ratio: number;
  readonly goal: number;
  readonly loopP99Ms: number;
}

async function compare(
  what: string,
  objects: readonly SyntheticObject[],
  destination: keyof typeof DESTINATIONS,
  bound: Bound,
  goal: number,
): Promise<Row> {
  const config = configure(destination);
  const [settings] = config.queues;
  if (settings === undefined) throw new Error('no queue');
  const source = connectAws(config.aws, readSecret)(settings);
  const keys = objects.map(({ key }) => key);
  for (const { key, body } of objects)
    await control({ do: 'put', bucket: 'logs', key, base64: body.toString('base64') });
  const bounds: Cost[] = [];
  const runs: Cost[] = [];
  const arrived: number[] = [];
  // In turn, so that a busy neighbour hits both; the first round warms both up.
  for (let round = 0; round < 4; round += 1) {
    rmSync(join(directory, 'state'), { recursive: true, force: true });
    const before = await counted();
    bounds.push(await measure(() => bound(source.objects, keys)));
    runs.push(await measure(() => ferryAll(destination, keys)));
    arrived.push((await counted()) - before);
  }
  source.close();
  const events = objects.reduce((sum, { records }) => sum + records, 0);
  if (arrived.some((count) => count !== events))
    throw new Error(`${what}: ${arrived.join(', ')} events arrived, not ${events}`);
  const least = median(bounds.slice(1).map(({ cpuMs }) => cpuMs));
  const cpu = median(runs.slice(1).map(({ cpuMs }) => cpuMs));
  const bytes = objects.reduce((sum, { body }) => sum + body.length, 0);
  return {
    what,
    events,
    perSecond: (events / cpu) * 1000,
    mbPerSecond: bytes / 1e3 / cpu,
    ratio: least / cpu,
    goal,
    loopP99Ms: median(runs.slice(1).map(({ loopP99Ms }) => loopP99Ms)),
  };
}

async function counted(): Promise<number> {
  const { frames, events } = (await (await fetch(`http://127.0.0.1:${sinks['hec']}/count`)).json()) as {
    frames: number;
    events: number;
  };
  return frames + events;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const large = [1, 2, 3, 4].map((seed) => cloudTrailObject(seed, 20_000));
const small = Array.from({ length: 400 }, (_, seed) => cloudTrailObject(seed + 100, 50));
const flows = [1, 2, 3].map((seed) => vpcFlowObject(seed, 100_000));

const rows = [
  await compare('CloudTrail 20,000 records -> LEEF over TLS', large, 'leef', jsonBound, 0.45),
  await compare('CloudTrail 20,000 records -> HEC, raw', large, 'hec', fetchBound, 0.35),
  await compare('CloudTrail 50 records -> LEEF over TLS', small, 'leef', jsonBound, Number.NaN),
  await compare('CloudTrail 50 records -> HEC, raw', small, 'hec', fetchBound, Number.NaN),
  await compare('VPC flow 100,000 lines -> LEEF over TLS', flows, 'leef', linesBound, 0.3),
  await compare('VPC flow 100,000 lines -> HEC, raw', flows, 'hec', fetchBound, Number.NaN),
];
const peakMiB = process.resourceUsage().maxRSS / 1024;

if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ rows, peakMiB })}\n`);
else {
  process.stdout.write(
    'what                                         events   ev/cpu-s   gz MB/cpu-s  of bound  goal  loop p99 ms\n',
  );
  for (const { what, events, perSecond, mbPerSecond, ratio, goal, loopP99Ms } of rows) {
    const percent = (value: number): string => (Number.isNaN(value) ? '' : `${Math.round(value * 100)} %`).padStart(5);
    process.stdout.write(
      `${what.padEnd(42)} ${String(events).padStart(8)} ${Math.round(perSecond).toString().padStart(10)} ${mbPerSecond.toFixed(1).padStart(12)}    ${percent(ratio)} ${percent(goal)} ${loopP99Ms.toFixed(1).padStart(10)}\n`,
    );
  }
  process.stdout.write(`peak RSS ${peakMiB.toFixed(0)} MiB, objects of the benchmark itself included (goal 256)\n`);
}
for (const child of children) child.kill();
certificates.remove();
rmSync(directory, { recursive: true, force: true });
process.exit(0);
