import { expect, test } from 'vitest';
import { priorityOf } from '../../agent/destination.ts';
import { DEFAULT_PRIORITIES } from '../../config/priority-settings.ts';
import { logTypeNames } from '../../formats/log-types/index.ts';
import { faultsOf, read } from './faults.ts';
import { GOOD } from './known.ts';

/** GOOD with settings in its first destination. */
const withSetting = (text: string) => GOOD.replace('    tls:\n', `    ${text}\n    tls:\n`);

test('limits and priorities come out as they were written; without a limit there is none', () => {
  const text = withSetting(
    'max_events_per_second: 5000\n    max_bytes_per_second: 2MB\n    priority: {high: [vpc-flow], normal: [cloudtrail]}',
  );
  expect(read(text).config.destinations[0]).toMatchObject({
    max_events_per_second: 5000,
    max_bytes_per_second: 2_000_000,
    priority: { high: ['vpc-flow'], normal: ['cloudtrail'], low: [] },
  });
  const [plain] = read(GOOD).config.destinations;
  expect(plain).not.toHaveProperty('max_events_per_second');
  expect(plain).not.toHaveProperty('max_bytes_per_second');
  expect(plain?.priority).toEqual({ high: [], normal: [], low: [] });
});

const ranked = (text: string, ...types: readonly string[]): string[] => {
  const [destination] = read(text).config.destinations;
  if (destination === undefined) throw new Error('there is none');
  return types.map((type) => priorityOf(destination, type));
};

test('findings and audit trails are high, traffic is low, unless the admin says otherwise', () => {
  const types = ['guardduty', 'cloudtrail', 'vpc-flow', 'waf', 'generic', 'cloudwatch-logs'];
  expect(ranked(GOOD, ...types)).toEqual(['high', 'high', 'low', 'normal', 'normal', 'normal']);
  const changed = withSetting('max_events_per_second: 9\n    priority: {high: [vpc-flow], low: [cloudtrail]}');
  expect(ranked(changed, ...types)).toEqual(['high', 'low', 'high', 'normal', 'normal', 'normal']);
  const normal = withSetting('max_events_per_second: 9\n    priority: {normal: [vpc-flow]}');
  expect(ranked(normal, ...types)).toEqual(['high', 'high', 'normal', 'normal', 'normal', 'normal']);
});

test('every log type that has a rank exists, and has one', () => {
  const { high, low } = DEFAULT_PRIORITIES;
  expect([...high, ...low].filter((name) => !logTypeNames.includes(name))).toEqual([]);
  expect(high.filter((name) => low.includes(name))).toEqual([]);
});

test.each([
  ['30 6 * * 1', '30 6 * * 1'],
  ['off', 'off'],
])('the volume is reported at %s', (written, at) => {
  expect(read(GOOD).config.volume_report).toBe('0 0 * * *');
  expect(read(`${GOOD}volume_report: "${written}"\n`).config.volume_report).toBe(at);
});

test.each(['0 0 * *', '60 0 * * *', '* * * * * *', 'daily'])('the volume cannot be reported at %s', (written) => {
  expect(faultsOf(`${GOOD}volume_report: "${written}"\n`).join()).toContain('volume_report: must be five fields');
});

test.each([
  ['max_events_per_second: 0', 'destinations[0].max_events_per_second: must be a whole number, 1 or more'],
  ['max_bytes_per_second: 1023', 'destinations[0].max_bytes_per_second: must be at least 1KiB'],
  ['priority: {high: [cloudtrial]}', 'must be one of cloudtrail, vpc-flow'],
  [
    'max_events_per_second: 9\n    priority: {high: [vpc-flow], low: [vpc-flow]}',
    'destinations[0].priority.low[0]: "vpc-flow" stands at destinations[0].priority.high[0], too',
  ],
])('%s is a fault', (text, fault) => {
  expect(faultsOf(withSetting(text)).join('\n')).toContain(fault);
});

test('priorities without a limit are told as not used', () => {
  expect(read(withSetting('priority: {high: [cloudtrail]}')).report.warnings.map(({ path }) => path)).toContain(
    'destinations[0].priority',
  );
});
