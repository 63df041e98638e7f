import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DailyVolume, VOLUME_FILE } from '../../agent/daily-volume.ts';

let directory: string;
let now: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trailferry-volume-'));
  now = 1000;
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = (): Promise<DailyVolume> => DailyVolume.open(directory, () => now);
const block = (logType: string, events: number, bytes: number) => new Map([[logType, { events, bytes }]]);

test('adds up by destination and log type, and begins anew when a day is taken', async () => {
  const volume = await open();
  volume.add('qradar', block('cloudtrail', 2, 1800));
  volume.add('qradar', block('vpc-flow', 100, 20_000));
  volume.add('splunk', block('cloudtrail', 2, 2500));
  volume.add('qradar', block('cloudtrail', 3, 2700));
  now = 2000;
  const day = {
    since: 1000,
    rows: [
      { destination: 'qradar', logType: 'vpc-flow', events: 100, bytes: 20_000 },
      { destination: 'qradar', logType: 'cloudtrail', events: 5, bytes: 4500 },
      { destination: 'splunk', logType: 'cloudtrail', events: 2, bytes: 2500 },
    ],
  };
  expect(volume.soFar).toEqual(day);
  expect(volume.take()).toEqual(day);
  expect(volume.soFar).toEqual({ since: 2000, rows: [] });
});

test('goes on after a restart where it was last saved', async () => {
  const before = await open();
  before.add('qradar', block('cloudtrail', 2, 1800));
  await before.save();
  before.add('qradar', block('cloudtrail', 50, 50_000));
  now = 9000;
  const after = await open();
  after.add('qradar', block('cloudtrail', 1, 900));
  const row = { destination: 'qradar', logType: 'cloudtrail', events: 3, bytes: 2700 };
  expect(after.soFar).toEqual({ since: 1000, rows: [row] });
  expect(readdirSync(directory)).toEqual([VOLUME_FILE]);
});

test.each([
  ['half a file', '{"since":5,"rows":[{"desti'],
  ['another thing', '[]'],
  ['nothing', 'null'],
  ['a row that is none', '{"since":5,"rows":[{"destination":"a","logType":"b","events":1}]}'],
  ['no row', '{"since":5,"rows":[null]}'],
])('begins anew where the file holds %s', async (_, text) => {
  writeFileSync(join(directory, VOLUME_FILE), text);
  const volume = await open();
  expect(volume.soFar).toEqual({ since: 1000, rows: [] });
  await volume.save();
  expect(JSON.parse(readFileSync(join(directory, VOLUME_FILE), 'utf8'))).toEqual({ since: 1000, rows: [] });
});
