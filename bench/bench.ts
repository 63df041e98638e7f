/**
 * End to end, in one run: objects in a fake S3 on loopback, through the agent, to receivers that only count. Beside each
 * figure stands the bound measured in the same run: the least that any converter must do. Ratios are what counts;
 * absolute figures are this machine's. `npm run bench -- --json` prints them for
 * machines, `--only TEXT` runs the cases whose name holds the text, `--profile DIR` leaves a CPU profile.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { cloudTrailObject, type SyntheticObject, vpcFlowObject } from '../demo/synthetic.ts';
import { makeCertificates } from '../test/fakes/certificates.ts';
import type { BoundName } from './bound.ts';
import type { Answer, Order } from './worker.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, only: { type: 'string', default: '' }, profile: { type: 'string' } },
});
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

function configure(destination: keyof typeof DESTINATIONS): string {
  return `
version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${endpoint}", s3: "${endpoint}"}, force_path_style: true, access_key_id: AKIABENCH, secret_access_key: {file: ${directory}/secret}}
queues: [{name: q, url: "${endpoint}/000000000000/bench", buckets: [logs], destinations: [out]}]
destinations: [${DESTINATIONS[destination]}]
state_dir: ${directory}/state
metrics: {listen: off}
limits: {places: 256, open_objects: 8}
`;
}

const profile = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
/** Options and environment as in the systemd unit. The bound has a process of its own: its memory is not the agent's. */
const workers = { bound: worker(), ferry: worker(...profile) };

function worker(...options: string[]): ChildProcess {
  const env = { ...process.env, MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: '.cache/compiled' };
  return fork('bench/worker.ts', { execArgv: ['--max-semi-space-size=16', ...options], env });
}
let peakMiB = 0;

async function order(message: Order): Promise<Answer> {
  const child = workers[message.do];
  child.send(message);
  const [answer] = (await once(child, 'message')) as [Answer];
  if (message.do === 'ferry') peakMiB = Math.max(peakMiB, answer.peakMiB);
  return answer;
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
  bound: BoundName,
  goal: number,
): Promise<Row> {
  const keys = objects.map(({ key }) => key);
  const events = objects.reduce((sum, { records }) => sum + records, 0);
  const base = { config: configure(destination), bound, keys };
  for (const { key, body } of objects)
    await control({ do: 'put', bucket: 'logs', key, base64: body.toString('base64') });
  const bounds: Answer[] = [];
  const runs: Answer[] = [];
  // In turn, so that a busy neighbour hits both; the first rounds warm up.
  for (let round = 0; round < 5; round += 1) {
    const before = await counted();
    bounds.push(await order({ do: 'bound', ...base }));
    for (const key of keys) await control({ do: 'announce', bucket: 'logs', key, queue: 'bench' });
    runs.push(await order({ do: 'ferry', ...base }));
    const arrived = (await counted()) - before;
    if (arrived !== events) throw new Error(`${what}: ${arrived} events arrived, not ${events}`);
  }
  const least = median(bounds.slice(2).map(({ cost }) => cost.cpuMs));
  const cpu = median(runs.slice(2).map(({ cost }) => cost.cpuMs));
  const bytes = objects.reduce((sum, { body }) => sum + body.length, 0);
  return {
    what,
    events,
    perSecond: (events / cpu) * 1000,
    mbPerSecond: bytes / 1e3 / cpu,
    ratio: least / cpu,
    goal,
    loopP99Ms: median(runs.slice(2).map(({ cost }) => cost.loopP99Ms)),
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

const large = (): SyntheticObject[] => [1, 2, 3, 4].map((seed) => cloudTrailObject(seed, 20_000));
const small = (): SyntheticObject[] => Array.from({ length: 400 }, (_, seed) => cloudTrailObject(seed + 100, 50));
const flows = (): SyntheticObject[] => [1, 2, 3].map((seed) => vpcFlowObject(seed, 100_000));

const CASES: readonly [string, () => SyntheticObject[], keyof typeof DESTINATIONS, BoundName, number][] = [
  ['CloudTrail 20,000 records -> LEEF over TLS', large, 'leef', 'json', 0.45],
  ['CloudTrail 20,000 records -> HEC, raw', large, 'hec', 'fetch', 0.35],
  ['CloudTrail 50 records -> LEEF over TLS', small, 'leef', 'json', Number.NaN],
  ['CloudTrail 50 records -> HEC, raw', small, 'hec', 'fetch', Number.NaN],
  ['VPC flow 100,000 lines -> LEEF over TLS', flows, 'leef', 'lines', 0.3],
  ['VPC flow 100,000 lines -> HEC, raw', flows, 'hec', 'fetch', Number.NaN],
];

const rows: Row[] = [];
for (const [what, objects, destination, bound, goal] of CASES) {
  if (what.includes(values.only)) rows.push(await compare(what, objects(), destination, bound, goal));
}

if (values.json === true) process.stdout.write(`${JSON.stringify({ rows, peakMiB })}\n`);
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
  process.stdout.write(`peak RSS of the agent ${peakMiB.toFixed(0)} MiB (goal 256)\n`);
}
for (const child of Object.values(workers)) {
  child.disconnect();
  await once(child, 'exit');
}
for (const child of children) child.kill();
certificates.remove();
rmSync(directory, { recursive: true, force: true });
process.exit(0);
