/**
 * Conversion alone: the records of each log type's golden cases, again and again with other values, through the
 * converter; beside each figure the bound of `least.ts` over the same bytes.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { TypeFigures } from './converting.ts';
import { type BenchOptions, percent, type Table } from './table.ts';

const SIZES = { bytes: 4_000_000, rounds: 20 };

export async function conversion({ only, profile }: BenchOptions): Promise<Table> {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  // Options as in the systemd unit.
  const child = fork('bench/conversion-worker.ts', { execArgv: ['--max-semi-space-size=16', ...profiling] });
  const figures: TypeFigures[] = [];
  child.on('message', (one) => figures.push(one as TypeFigures));
  child.send({ only, sizes: SIZES });
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`the converting process ended with ${code}`);
  return {
    title: 'Conversion alone; bound: JSON.parse of each record, or field split of each line',
    columns: ['log type', 'bytes', 'bound us', 'LEEF us', 'CEF us', 'LEEF of bound', 'CEF of bound'],
    rows: figures.map(rowOf),
    notes: [],
    figures,
  };
}

function rowOf({ type, records, bytes, leastMs, leefMs, cefMs }: TypeFigures): string[] {
  const each = [leastMs, leefMs, cefMs].map((ms) => ((ms * 1000) / records).toFixed(2));
  return [type, (bytes / records).toFixed(0), ...each, percent(leastMs / leefMs), percent(leastMs / cefMs)];
}
