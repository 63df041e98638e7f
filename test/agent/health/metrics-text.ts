/** One sample of the Prometheus text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
}

const LINE = /^([a-z_][a-z0-9_]*)(?:\{([^}]*)\})? (\S+)$/;
const LABEL = /^([a-z_][a-z0-9_]*)="((?:[^"\\]|\\.)*)"$/;

/**
 * Reads metrics as a scraper does, strictly.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 * @throws when a line does not belong, or a metric has no help or no type
 */
export function readMetrics(text: string): Exposition {
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const samples: Sample[] = [];
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') helped.add(name);
    else if (kind === 'TYPE') types.set(name, rest);
    else samples.push(sample(line));
  }
  for (const { name } of samples) {
    const family = types.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '');
    if (!types.has(family) || !helped.has(family)) throw new Error(`${name} has no help or no type`);
  }
  return { types, samples };
}

function sample(line: string): Sample {
  const [, name, labels = '', value] = LINE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  return { name, labels: Object.fromEntries(labels === '' ? [] : labels.split(',').map(label)), value: Number(value) };
}

function label(text: string): [string, string] {
  const [, name, value] = LABEL.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no label: ${text}`);
  return [name, value];
}
