/**
 * Transports alone: frames of 900 bytes, made beforehand, to receivers that only count. The raw loop writes the same
 * bytes over one TLS connection and waits for no confirmation. By CPU time of the sending process over all of a run,
 * and by the clock until only the last window is out; in that the receiver's work on the same cores counts, too.
 */
import { Receivers } from './receivers.ts';
import { type BenchOptions, median, percent, type Table } from './table.ts';
import type { TransportAnswer } from './transport-worker.ts';

/** Bytes of the raw loop. */
const BYTES = 1e9;
const ROUNDS = 5;

/** With their share of the bytes: the slower ones need fewer to be measured. */
const CASES: readonly [string, 'syslog' | 'relp' | 'hec', settings: string, share: number, goal: number][] = [
  ['TLS syslog, confirmed', 'syslog', '', 1, 0.8],
  ['TLS syslog, not confirmed', 'syslog', ', confirm: none', 1, Number.NaN],
  ['RELP over TLS', 'relp', '', 0.25, Number.NaN],
  ['HEC over TLS, acknowledged', 'hec', ', ack: true', 0.5, Number.NaN],
  ['HEC over TLS, not acknowledged', 'hec', ', ack: false', 0.5, Number.NaN],
];

interface Figures {
  readonly what: string;
  readonly mbPerCpuSecond: number;
  readonly mbPerSecond: number;
  /** Of the raw loop. */
  readonly ratioByCpu: number;
  readonly ratioByClock: number;
  readonly goal: number;
}

export async function transports({ only, profile }: BenchOptions): Promise<Table> {
  await using receivers = await Receivers.open(profile);
  const figures: Figures[] = [];
  for (const [what, type, more, share, goal] of CASES) {
    if (!what.includes(only)) continue;
    const settings = `${receivers.destination(type)}${more}`;
    figures.push({ what, ...(await compare(receivers, what, settings, BYTES * share)), goal });
  }
  return {
    title: 'Transports, 900-byte frames; bound: a raw loop of tls.write, 256 KiB each',
    columns: ['what', 'MB/cpu-s', 'MB/s', 'of bound by CPU', 'by clock', 'goal'],
    rows: figures.map(rowOf),
    notes: [],
    figures,
  };
}

function rowOf({ what, mbPerCpuSecond, mbPerSecond, ratioByCpu, ratioByClock, goal }: Figures): string[] {
  const speed = [mbPerCpuSecond.toFixed(0), mbPerSecond.toFixed(0)];
  return [what, ...speed, percent(ratioByCpu), percent(ratioByClock), percent(goal)];
}

async function compare(receivers: Receivers, what: string, settings: string, bytes: number) {
  const [bounds, runs]: [TransportAnswer[], TransportAnswer[]] = [[], []];
  // In turn, so that a busy neighbour hits both; the first round warms up.
  for (let round = 0; round < ROUNDS; round += 1) {
    bounds.push(await receivers.order('raw', settings, BYTES));
    const before = await receivers.arrived();
    const run = await receivers.order('send', settings, bytes);
    const arrived = (await receivers.arrived()).events - before.events;
    if (arrived !== run.frames) throw new Error(`${what}: ${arrived} events arrived, not ${run.frames}`);
    runs.push(run);
  }
  const byCpu = (answers: readonly TransportAnswer[]): number =>
    median(answers.slice(1).map((answer) => answer.bytes / 1e3 / answer.cost.cpuMs));
  const byClock = (answers: readonly TransportAnswer[]): number =>
    median(answers.slice(1).map(({ steady }) => steady / 1e3));
  const [mbPerCpuSecond, mbPerSecond] = [byCpu(runs), byClock(runs)];
  const ratioByCpu = mbPerCpuSecond / byCpu(bounds);
  return { mbPerCpuSecond, mbPerSecond, ratioByCpu, ratioByClock: mbPerSecond / byClock(bounds) };
}
