import { describe, expect, test } from 'vitest';
import { faultsOf, read } from './faults.ts';
import { GOOD } from './known.ts';

/** GOOD with filters in its first destination: the text stands in line 15, from column 9. */
const withFilter = (text: string) => GOOD.replace('    tls:\n', `    filters:\n      - ${text}\n    tls:\n`);
const withDrop = (text: string) => withFilter(`{name: f, drop: ${text}}`);

test('a condition comes out as it was written: one value is a list of one, and what is not said is not there', () => {
  const text = withDrop(
    '{log_type: cloudtrail, event_name: [Get*, "?ist*"], any: [{account: "111122223333"}, {not: {severity: {below: 3}}}], field: {name: source.port, equals: 443}}',
  );
  expect(read(text).config.destinations[0]?.filters).toEqual([
    {
      name: 'f',
      drop: {
        log_type: ['cloudtrail'],
        event_name: ['Get*', '?ist*'],
        any: [{ account: ['111122223333'] }, { not: { severity: { below: 3 } } }],
        field: { name: 'source.port', equals: 443 },
      },
    },
  ]);
});

test('a false value is a value', () => {
  const text = withDrop('{field: {name: event.read_only, equals: false}}');
  expect(read(text).config.destinations[0]?.filters[0]?.drop).toEqual({
    field: { name: 'event.read_only', equals: false },
  });
});

describe('a slip of the hand is told at its place, with what is near', () => {
  test.each([
    [
      '{log_type: cloudtrial}',
      'destinations[0].filters[0].drop.log_type: must be one of cloudtrail, vpc-flow, is the text "cloudtrial" (did you mean "cloudtrail"?)',
      36,
    ],
    [
      '{event_names: Get*}',
      'destinations[0].filters[0].drop.event_names: unknown setting (did you mean "event_name"?)',
      26,
    ],
    [
      '{account: 111122223333}',
      'destinations[0].filters[0].drop.account: must be an account id of 12 digits, in quotes, is 111122223333; put it in quotes',
      35,
    ],
    [
      '{severity: {below: 11}}',
      'destinations[0].filters[0].drop.severity.below: must be a whole number from 0 to 10, is 11',
      44,
    ],
    [
      '{field: {name: user.nme, equals: x}}',
      'destinations[0].filters[0].drop.field.name: must be a field of the common vocabulary, is the text "user.nme" (did you mean "user.name"?)',
      40,
    ],
    [
      '{field: {equals: x}}',
      'destinations[0].filters[0].drop.field.name: is missing: Field of the common vocabulary, as `trailferry fields` prints it for each log type.',
      33,
    ],
    [
      '{field: {name: user.name}}',
      'destinations[0].filters[0].drop.field: must have one of equals, in, matches, cidr; has none',
      33,
    ],
    [
      '{field: {name: user.name, in: [a], matches: b}}',
      'destinations[0].filters[0].drop.field: must have one of equals, in, matches, cidr; has in, matches',
      33,
    ],
    [
      '{field: {name: user.name, cidr: 10.0.0.0/33}}',
      'destinations[0].filters[0].drop.field.cidr: must be an address, or a network like 10.0.0.0/8 or 2001:db8::/32, is the text "10.0.0.0/33"',
      57,
    ],
    ['{severity: {}}', 'destinations[0].filters[0].drop.severity: must have below, at_least or both', 36],
    [
      '{severity: {below: 3, at_least: 3}}',
      'destinations[0].filters[0].drop.severity: nothing is below 3 and at least 3',
      36,
    ],
    ['{}', 'destinations[0].filters[0].drop: says nothing, so every event would match', 25],
    ['{not: {}}', 'destinations[0].filters[0].drop.not: says nothing, so every event would match', 31],
    [
      '{all: [{region: eu-west-1}, {}]}',
      'destinations[0].filters[0].drop.all[1]: says nothing, so every event would match',
      53,
    ],
    ['{any: []}', 'destinations[0].filters[0].drop.any: must have one item at least', 31],
    ['{log_type: []}', 'destinations[0].filters[0].drop.log_type: must have one item at least', 36],
    ['{any: {region: eu-west-1}}', 'destinations[0].filters[0].drop.any: must be a list, is a section', 31],
  ])('%s', (drop, said, column) => {
    expect(faultsOf(withDrop(drop))).toEqual([`x.yaml:15:${column}: ${said}`]);
  });

  test('two filters of one name, a filter without a name, a filter without a condition', () => {
    expect(
      faultsOf(withFilter('{name: f, drop: {region: eu-west-1}}\n      - {name: f, drop: {region: eu-west-2}}')),
    ).toEqual([
      'x.yaml:16:16: destinations[0].filters[1].name: is the same as destinations[0].filters[0].name; each needs its own',
    ]);
    expect(faultsOf(withFilter('{drop: {region: eu-west-1}}'))).toHaveLength(1);
    expect(faultsOf(withFilter('{name: f}'))).toEqual([
      'x.yaml:15:9: destinations[0].filters[0].drop: is missing: Events that do not go to this destination.',
    ]);
  });
});
