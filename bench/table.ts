/** What every part of the benchmark takes from the command line. */
export interface BenchOptions {
  /** Only the cases whose name holds this. */
  readonly only: string;
  /** Where to leave a CPU profile. */
  readonly profile: string | undefined;
}

/** Rows for people, and the same figures for machines. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly figures: unknown;
}

export function print({ title, columns, rows, notes }: Table): string {
  const all = [columns, ...rows];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const lines = all.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
  return `${[title, '', ...lines, ...notes].join('\n')}\n\n`;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** A ratio as a percentage; nothing for one that is not known. */
export function percent(ratio: number): string {
  return Number.isNaN(ratio) ? '' : `${Math.round(ratio * 100)} %`;
}
