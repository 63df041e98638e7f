/**
 * Objects in a fake S3 on loopback, through the agent, to receivers that only count; beside each figure the bound of
 * `bound.ts`.
 */
import { cloudTrailObject, type SyntheticObject, vpcFlowObject } from '../demo/synthetic.ts';
import type { BoundName } from './bound.ts';
import { type DestinationName, Stage } from './stage.ts';
import { type BenchOptions, median, percent, type Table } from './table.ts';
import type { Answer } from './worker.ts';

const large = (): SyntheticObject[] => [1, 2, 3, 4].map((seed) => cloudTrailObject(seed, 20_000));
const small = (): SyntheticObject[] => Array.from({ length: 400 }, (_, seed) => cloudTrailObject(seed + 100, 50));
const flows = (): SyntheticObject[] => [1, 2, 3].map((seed) => vpcFlowObject(seed, 100_000));

const CASES: readonly [string, () => SyntheticObject[], DestinationName, BoundName, goal: number][] = [
  ['CloudTrail 20,000 records -> LEEF over TLS', large, 'leef', 'json', 0.45],
  ['CloudTrail 20,000 records -> HEC, raw', large, 'hec', 'fetch', 0.35],
  ['CloudTrail 50 records -> LEEF over TLS', small, 'leef', 'json', Number.NaN],
  ['CloudTrail 50 records -> HEC, raw', small, 'hec', 'fetch', Number.NaN],
  ['VPC flow 100,000 lines -> LEEF over TLS', flows, 'leef', 'lines', 0.3],
  ['VPC flow 100,000 lines -> HEC, raw', flows, 'hec', 'fetch', Number.NaN],
];

interface Figures {
  readonly what: string;
  readonly events: number;
  readonly perSecond: number;
  readonly mbPerSecond: number;
  readonly ratio: number;
  readonly goal: number;
  readonly loopP99Ms: number;
}

export async function endToEnd({ only, profile }: BenchOptions): Promise<Table> {
  await using stage = await Stage.open(profile);
  const figures: Figures[] = [];
  for (const [what, objects, destination, bound, goal] of CASES) {
    if (what.includes(only)) figures.push(await compare(stage, what, objects(), destination, bound, goal));
  }
  return {
    title: 'End to end: GET, gunzip, convert, send; bound: GET, gunzip, JSON.parse or field split',
    columns: ['what', 'events', 'ev/cpu-s', 'gz MB/cpu-s', 'of bound', 'goal', 'loop p99 ms'],
    rows: figures.map(rowOf),
    notes: [`peak RSS of the agent ${stage.peakMiB.toFixed(0)} MiB (goal 256)`],
    figures: { rows: figures, peakMiB: stage.peakMiB },
  };
}

function rowOf({ what, events, perSecond, mbPerSecond, ratio, goal, loopP99Ms }: Figures): string[] {
  const speed = [perSecond.toFixed(0), mbPerSecond.toFixed(1)];
  return [what, String(events), ...speed, percent(ratio), percent(goal), loopP99Ms.toFixed(1)];
}

async function compare(
  stage: Stage,
  what: string,
  objects: readonly SyntheticObject[],
  destination: DestinationName,
  bound: BoundName,
  goal: number,
): Promise<Figures> {
  const keys = objects.map(({ key }) => key);
  const events = objects.reduce((sum, { records }) => sum + records, 0);
  const base = { config: stage.configure(destination), bound, keys };
  for (const { key, body } of objects) await stage.put(key, body);
  const bounds: Answer[] = [];
  const runs: Answer[] = [];
  // In turn, so that a busy neighbour hits both; the first rounds warm up.
  for (let round = 0; round < 5; round += 1) {
    const before = await stage.arrived();
    bounds.push(await stage.order({ do: 'bound', ...base }));
    for (const key of keys) await stage.announce(key);
    runs.push(await stage.order({ do: 'ferry', ...base }));
    const arrived = (await stage.arrived()) - before;
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
