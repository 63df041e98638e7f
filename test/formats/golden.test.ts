import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { logTypeNames, logTypeOfContent } from '../../formats/log-types/index.ts';
import { parseCef } from '../cef-parser.ts';
import { parseLeef } from '../leef-parser.ts';
import { type Conversion, convertBytes } from './convert.ts';

const root = fileURLToPath(new URL('log-types/', import.meta.url));
const updates = process.env['GOLDEN'] === 'update';

const cases = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) =>
    readdirSync(`${root}${name}`)
      .filter((file) => file.endsWith('.in'))
      .map((file) => [name, file.slice(0, -'.in'.length)] as const),
  );

/** Cases whose content says too little. */
const KEY_ONLY = new Set([
  'cloudtrail/no-records',
  'cloudtrail/nothing-but-a-name',
  'nginx-access/combined',
  'rds-mysql-general/mariadb',
  'rds-mysql-slowquery/mysql8',
  'rds-postgresql/odd-values',
]);

/** The file of each format's frames, one a line. */
const ENDINGS = { leef: 'leef', cef: 'cef', json: 'jsonl', ocsf: 'ocsf', ecs: 'ecs' } as const;

/** Frames and refusals in the order of their records. */
function page({ outputs }: Conversion, format: keyof typeof ENDINGS): string {
  const { frames, refused } = outputs[format];
  const lines = [
    ...frames.map(({ ordinal, text }) => [ordinal, text] as const),
    ...refused.map((what) => [Number.parseInt(what, 10), `! ${what}`] as const),
  ];
  return lines
    .sort(([a], [b]) => a - b)
    .map(([, text]) => `${text}\n`)
    .join('');
}

describe.each(cases)('golden case %s/%s', (type, name) => {
  const path = `${root}${type}/${name}`;
  const bytes = readFileSync(`${path}.in`);
  const key = existsSync(`${path}.key`) ? readFileSync(`${path}.key`, 'utf8').trimEnd() : undefined;
  const conversion = (): Promise<Conversion> => convertBytes([bytes], key === undefined ? {} : { key });

  it('is told by its key, where it has one, and by its content', async () => {
    expect((await conversion()).name).toBe(type);
    if (!KEY_ONLY.has(`${type}/${name}`)) expect(logTypeOfContent(bytes.toString('latin1')).name).toBe(type);
  });

  it.each(Object.keys(ENDINGS) as (keyof typeof ENDINGS)[])('as %s', async (format) => {
    const got = page(await conversion(), format);
    const file = `${path}.${ENDINGS[format]}`;
    if (updates) writeFileSync(file, got);
    expect(got).toBe(readFileSync(file, 'utf8'));
  });

  it('can be read by strict parsers', async () => {
    const { outputs, records, failure } = await conversion();
    for (const { text } of outputs.cef.frames) expect(parseCef(text).extensions.size).toBeGreaterThan(1);
    for (const { text } of outputs.leef.frames) expect(parseLeef(text).attributes.size).toBeGreaterThan(2);
    for (const format of ['json', 'ocsf', 'ecs'] as const)
      for (const { text } of outputs[format].frames) JSON.parse(text);
    expect(outputs.raw.frames.length + outputs.raw.refused.length).toBe(records);
    expect(failure).toBeUndefined();
  });
});

it('golden files all belong to a case', () => {
  const known = new Set(
    cases.flatMap(([type, name]) => ['in', 'key', ...Object.values(ENDINGS)].map((end) => `${type}/${name}.${end}`)),
  );
  for (const type of logTypeNames) {
    expect(readdirSync(`${root}${type}`).filter((file) => !known.has(`${type}/${file}`))).toEqual([]);
  }
});
