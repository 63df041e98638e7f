import { describe, expect, it } from 'vitest';
import { expectedFile, NO_SAMPLES, sample, samplesDir, samplesIn } from '../../samples.ts';
import { rowsIn } from './parquet-file.ts';

const paths = samplesIn('parquet-generic', 'security-lake').filter((path) => path.endsWith('.parquet'));

/** A number is compared by its digits: one over 2^53 must not be taken for its neighbour. */
const digits = (json: string): unknown =>
  JSON.parse(json, (_, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? `number ${numberOf(context?.source ?? String(value))}` : value,
  );

/** Integers as they are written; of others the value, since `1e-7` and `0.0000001` are one. */
const numberOf = (source: string): string => (/^-?\d+$/.test(source) ? source : String(Number(source)));

/** DuckDB shows nulls, and times without their zone. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value === 'string') return value.replace(/^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)Z?$/, '$1 $2');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => [name, comparable(inner)]),
  );
}

/** Cells of a flow log by the names of its Parquet columns. */
function flow(header: string, line: string): Record<string, string> {
  const cells = line.split(' ');
  return Object.fromEntries(header.split(' ').map((name, at) => [name.replaceAll('-', '_'), String(cells[at])]));
}

function cells(row: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? '-' : String(value)]));
}

describe('real Parquet objects', () => {
  if (samplesDir() === undefined) it(`NOT RUN: ${NO_SAMPLES}`, (context) => context.skip(NO_SAMPLES));

  it.runIf(paths.length > 0)('are many', () => {
    expect(paths.length).toBeGreaterThan(25);
  });

  it.each(paths)('%s: what DuckDB reads, row by row and value by value', async (path) => {
    const expected = expectedFile(`parquet-as-json/${path}.jsonl`).trimEnd().split('\n');
    const rows = await rowsIn(sample(path));
    if (path.includes('/inputs/')) {
      const [header = '', ...lines] = rows;
      expect(lines.map((line) => flow(header, line))).toEqual(
        expected.map((row) => cells(JSON.parse(row) as Record<string, unknown>)),
      );
    } else expect(rows.map((row) => comparable(digits(row)))).toEqual(expected.map((row) => comparable(digits(row))));
  });
});
