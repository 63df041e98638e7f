/**
 * What trailferry costs, beside the bound measured in the same run: the least that any converter must do. Ratios are what
 * counts; absolute figures are this machine's.
 *
 * `npm run bench` runs all parts; `-- conversion` one of them: `end-to-end`, `conversion`, `parquet`, `transports`,
 * `limits`. `--json` prints for machines, `--only TEXT` runs the cases whose name holds the text, `--profile DIR` leaves
 * a CPU profile.
 */
import { parseArgs } from 'node:util';
import { conversion } from './conversion.ts';
import { endToEnd } from './end-to-end.ts';
import { limits } from './limits.ts';
import { parquet } from './parquet.ts';
import { type BenchOptions, print, type Table } from './table.ts';
import { transports } from './transports.ts';

const PARTS: Readonly<Record<string, (options: BenchOptions) => Promise<Table>>> = {
  'end-to-end': endToEnd,
  conversion,
  parquet,
  transports,
  limits,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, only: { type: 'string', default: '' }, profile: { type: 'string' } },
});
const unknown = positionals.find((name) => PARTS[name] === undefined);
if (unknown !== undefined) throw new Error(`no part "${unknown}": ${Object.keys(PARTS).join(', ')}`);
const { only, profile } = values;
const figures: Record<string, unknown> = {};
for (const [name, measure] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const table = await measure({ only, profile });
  figures[name] = table.figures;
  if (values.json !== true) process.stdout.write(print(table));
}
if (values.json === true) process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(0);
