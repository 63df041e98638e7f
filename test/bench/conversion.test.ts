import { expect, it } from 'vitest';
import { measureTypes } from '../../bench/converting.ts';
import { securityLake, vpcFlow } from '../../bench/parquet-files.ts';
import { varied } from '../../bench/records.ts';
import { logTypeNames } from '../../formats/log-types/index.ts';
import { rowsIn } from '../formats/framing/parquet-file.ts';

it('measures every log type there is, in LEEF and in CEF', () => {
  const figures = [...measureTypes('', { bytes: 1, rounds: 1 })];
  expect(figures.map(({ type }) => type).sort()).toEqual([...logTypeNames].sort());
  for (const { records, bytes } of figures) expect(bytes).toBeGreaterThan(records);
});

it('makes records with other values each time, of the same form', () => {
  const text = '{"t":"2026-02-03T04:05:06Z","ip":"192.0.2.10","id":"0a-1234-1234-0123456789ab","at":1772600460}';
  expect(varied(text, 7)).toBe(
    '{"t":"2026-02-03T04:05:17Z","ip":"192.0.2.7","id":"0a-1234-1234-012345671007","at":1772600417}',
  );
});

it('makes Parquet that says what its JSON says', async () => {
  const { file, lines } = securityLake(5);
  expect((await rowsIn(file)).map((row) => JSON.parse(row))).toEqual(lines.split('\n').map((row) => JSON.parse(row)));
});

it('makes Parquet that is a flow log', async () => {
  const { file, lines } = vpcFlow(2);
  const [header, ...rows] = await rowsIn(file);
  expect(header).toMatch(/^version account-id /);
  expect(rows).toEqual(lines.split('\n').map((row) => Object.values(JSON.parse(row)).join(' ')));
});
