/** Parquet to CEF, beside `JSON.parse` of the same rows as JSON by line. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ParquetTwin, securityLake, vpcFlow } from './parquet-files.ts';
import type { ParquetAnswer, ParquetOrder } from './parquet-worker.ts';
import { type BenchOptions, median, percent, type Table } from './table.ts';

const CASES: readonly [string, () => ParquetTwin, goal: number][] = [
  ['OCSF of Security Lake, 20,000 rows', () => securityLake(20_000), 0.5],
  ['VPC flow logs, 100,000 rows', () => vpcFlow(100_000), 0.5],
];
const ROUNDS = 9;

interface Figures {
  readonly what: string;
  readonly parseMs: number;
  readonly convertMs: number;
  readonly ratio: number;
  readonly goal: number;
  /** Of the converting process, MiB. */
  readonly peakMiB: number;
}

export async function parquet({ only, profile }: BenchOptions): Promise<Table> {
  const directory = mkdtempSync(join(tmpdir(), 'trailferry-bench-'));
  const figures: Figures[] = [];
  for (const [what, make, goal] of CASES) {
    if (what.includes(only)) figures.push(await compare(what, make(), goal, directory, profile));
  }
  rmSync(directory, { recursive: true });
  return {
    title: 'Parquet to CEF; bound: JSON.parse of the same rows as JSON by line',
    columns: ['what', 'bound ms', 'CEF ms', 'of bound', 'goal', 'peak RSS MiB'],
    rows: figures.map(({ what, parseMs, convertMs, ratio, goal, peakMiB }) => [
      ...[what, parseMs.toFixed(0), convertMs.toFixed(0)],
      ...[percent(ratio), percent(goal), peakMiB.toFixed(0)],
    ]),
    notes: ['memory: goal 400 MiB'],
    figures,
  };
}

async function compare(
  what: string,
  { key, file, lines, rows }: ParquetTwin,
  goal: number,
  directory: string,
  profile: string | undefined,
): Promise<Figures> {
  const paths = { parse: join(directory, 'rows.jsonl'), convert: join(directory, 'rows.parquet') };
  writeFileSync(paths.parse, lines);
  writeFileSync(paths.convert, file);
  const workers = { parse: worker(undefined), convert: worker(profile) };
  const answers = { parse: [] as ParquetAnswer[], convert: [] as ParquetAnswer[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of ['parse', 'convert'] as const) {
      const answer = await order(workers[name], { do: name, path: paths[name], key });
      if (answer.rows !== rows) throw new Error(`${what}: ${answer.rows} rows, not ${rows}`);
      answers[name].push(answer);
    }
  }
  for (const child of Object.values(workers)) child.disconnect();
  // The first rounds warm up.
  const cost = (list: readonly ParquetAnswer[]): number => median(list.slice(3).map(({ cpuMs }) => cpuMs));
  const [parseMs, convertMs] = [cost(answers.parse), cost(answers.convert)];
  return { what, parseMs, convertMs, ratio: parseMs / convertMs, goal, peakMiB: answers.convert.at(-1)?.peakMiB ?? 0 };
}

/** Options as in the systemd unit. */
function worker(profile: string | undefined): ChildProcess {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  return fork('bench/parquet-worker.ts', { execArgv: ['--max-semi-space-size=16', ...profiling] });
}

async function order(child: ChildProcess, message: ParquetOrder): Promise<ParquetAnswer> {
  child.send(message);
  const [answer] = (await once(child, 'message')) as [ParquetAnswer];
  return answer;
}
