import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type SampleRow, sampleRows } from '../../tools/coverage.ts';
import { parseCef } from '../cef-parser.ts';
import { parseLeef } from '../leef-parser.ts';
import { NO_SAMPLES, sample, samplesDir, samplesIn } from '../samples.ts';
import { convertBytes } from './convert.ts';
import { flows, jsonRecords, plainText, textLines } from './source-records.ts';

const TABLE = 'test/formats/samples.tsv';

/** Samples that are no log objects, and what tries them. */
const NO_OBJECTS: Readonly<Record<string, string>> = {
  'SOURCES.md': 'where the samples come from',
  's3-keys': 'test/formats/keys.test.ts',
  envelopes: 'bodies of notifications: test/agent/aws/notification-samples.test.ts',
  'firehose-http': 'requests of Firehose to an HTTP endpoint, which S3 never holds',
};

/** Messages that SNS delivers and Firehose stores: objects, though the other envelopes are none. */
const STORED = samplesIn('envelopes/config-sns').filter((path) => path.endsWith('.json'));

const objects = [
  ...samplesIn('.').filter((path) => NO_OBJECTS[path.split('/')[0] ?? ''] === undefined),
  ...STORED,
].sort();

/** Why a row has records of the general type, which holds what no other knows. */
const GENERAL: Readonly<Record<string, RegExp>> = {
  'a digest: told by its key, no log type': /^cloudtrail-digest\//,
  'text of an example, cut off or made up': /^(?:cloudwatch-logs\/(?:awsdocs|newrelic-entry_rds)|derived\/cwl-)/,
  'no AWS log': /^(?:generic-s3\/coralogix-s3csv|parquet-generic\/)/,
  'an envelope with a placeholder in it': /^guardduty\/awsdocs-eventbridge-envelope/,
  'a list without records: told by its key': /ap-southeast-1-20200930T2358\.json$/,
  'a call of a forwarder, no finding': /^securityhub\/sumologic-/,
};

/** What a sample holds; every frame of it is read back by a parser that shares no code with its writer. */
async function rowOf(path: string): Promise<SampleRow> {
  const { types, outputs, failure } = await convertBytes([sample(path)]);
  const reasons = new Set(Object.values(outputs).map(({ refused }) => refused.join(' ')));
  expect(reasons.size, `${path}: refused alike in every format`).toBe(1);
  const note = [...reasons, failure?.code ?? ''].filter((reason) => reason !== '').join(' ');
  const records = [...types.values()].reduce((sum, count) => sum + count, 0);
  for (const { frames, refused } of Object.values(outputs))
    expect(frames.length + refused.length, `${path}: every record a frame or refused`).toBe(records);
  for (const { text: frame } of outputs.cef.frames) parseCef(frame);
  for (const { text: frame } of outputs.leef.frames) parseLeef(frame);
  for (const name of ['json', 'ocsf', 'ecs'] as const)
    for (const { text: frame } of outputs[name].frames) JSON.parse(frame);
  return { path, types, note: note === '' ? '-' : note };
}

const text = ({ path, types, note }: SampleRow): string =>
  [path, [...types].map((pair) => pair.join(' ')).join(', ') || '-', note].join('\t');

/** Where a simple count is not right: records in envelopes, of several lines, in Parquet, and the list without records. */
const NOT_SIMPLE =
  /^(?:derived|cloudwatch-logs|envelopes|cloudhsm|rds-postgresql)\/|\.parquet$|^workspaces|envelope|20200930T2358/;

/** Records by an independent count, or undefined. */
function simpleCount(path: string): number | undefined {
  if (NOT_SIMPLE.test(path)) return undefined;
  const plain = plainText(sample(path));
  if (path.startsWith('vpcflow')) return flows(plain).length;
  if (!/^\s*[[{]/.test(plain)) return textLines(plain).filter((line) => !/^(?:#|version )/.test(line)).length;
  const whole = wholeOf(plain);
  const list = whole?.['configurationItems'] ?? whole?.['findings'] ?? whole?.['Findings'];
  return Array.isArray(list) ? list.length : whole === undefined && plain.includes('\n{') ? lines(plain) : many(plain);
}

const lines = (plain: string): number => textLines(plain).length;

const many = (plain: string): number => {
  try {
    return jsonRecords(plain).length;
  } catch {
    return 1;
  }
};

function wholeOf(plain: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(plain) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

describe('all samples', () => {
  if (samplesDir() === undefined) it(`NOT RUN: ${NO_SAMPLES}`, (context) => context.skip(NO_SAMPLES));

  it.runIf(samplesDir() !== undefined)('hold what the table says', async () => {
    const rows: SampleRow[] = [];
    for (const path of objects) rows.push(await rowOf(path));
    const head =
      '# Each sample by its content alone: path, records by log type, records that are no events. GOLDEN=update writes it.';
    const table = `${[head, ...rows.map(text)].join('\n')}\n`;
    if (process.env['GOLDEN'] === 'update') writeFileSync(TABLE, table);
    expect(table).toBe(existsSync(TABLE) ? readFileSync(TABLE, 'utf8') : '');
  });

  it.runIf(samplesDir() !== undefined).each(objects)('%s: as many records as a simple count finds', (path) => {
    const row = sampleRows().find((one) => one.path === path);
    const count = simpleCount(path);
    if (count !== undefined) expect([...(row?.types.values() ?? [])].reduce((sum, one) => sum + one, 0)).toBe(count);
  });

  it('are of the general type only for a reason', () => {
    const general = sampleRows().filter(({ types }) => types.has('generic'));
    const reasons = Object.values(GENERAL);
    expect(general.filter(({ path }) => !reasons.some((reason) => reason.test(path))).map(({ path }) => path)).toEqual(
      [],
    );
    for (const reason of reasons)
      expect(
        general.some(({ path }) => reason.test(path)),
        String(reason),
      ).toBe(true);
  });

  it('that are refused or cut short are known', () => {
    expect(sampleRows().flatMap(({ path, note }) => (note === '-' ? [] : [`${path} ${note}`]))).toEqual([
      'cloudtrail/awsdocs/example-7.json 0 TF-JSON-INVALID',
      'cloudtrail/awsdocs/workspaces-signin-0.json 0 TF-JSON-TRUNCATED',
      'derived/cloudtrail-truncated.json.gz TF-GZIP-TRUNCATED',
    ]);
  });
});
