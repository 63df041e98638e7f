import { describe, expect, test } from 'vitest';
import { faultLine } from '../../config/report.ts';
import { faultsOf, read } from './faults.ts';
import { GOOD } from './known.ts';

/** GOOD with one override in line 21: what follows its type begins in column 32. */
const withOverride = (text: string) => `${GOOD}overrides: [{type: cloudtrail, ${text}}]\n`;

test('an override comes out as it was written', () => {
  const text = withOverride(
    'severity: [{when: {event_name: ConsoleLogin}, then: 9}], drop_fields: [user.agent], add_fields: {team: requestParameters.tags.team}, labels: {cs3: Arn}, leef_keys: {userArn: arn}',
  );
  const { config, report } = read(text);
  expect(config.overrides).toEqual([
    {
      type: 'cloudtrail',
      // biome-ignore lint/suspicious/noThenProperty: what the admin writes
      severity: [{ when: { event_name: ['ConsoleLogin'] }, then: 9 }],
      drop_fields: ['user.agent'],
      add_fields: { team: 'requestParameters.tags.team' },
      labels: { cs3: 'Arn' },
      leef_keys: { userArn: 'arn' },
    },
  ]);
  expect(report.warnings).toEqual([]);
  expect(read(GOOD).config.overrides).toEqual([]);
});

describe('what cannot be is told at its place', () => {
  test.each([
    [
      'drop_fields: [user.agents]',
      'overrides[0].drop_fields[0]: must be a field of the common vocabulary, is the text "user.agents" (did you mean "user.agent"?)',
      13,
    ],
    ['drop_fields: [user.agent, dns.type]', 'overrides[0].drop_fields[1]: cloudtrail has no such field', 58],
    [
      'add_fields: {te-am: a}',
      'overrides[0].add_fields.te-am: the name must be a name of letters, digits and _, at most 40, is the text "te-am"',
      45,
    ],
    [
      'add_fields: {team: 1}',
      'overrides[0].add_fields.team: must be a path of names parted by dots, like requestParameters.password, is 1; put it in quotes',
      51,
    ],
    [
      'add_fields: {usrName: a}',
      'overrides[0].add_fields.usrName: is the name of an attribute of this log type already',
      54,
    ],
    ['add_fields: [a]', 'overrides[0].add_fields: must be a section of "name: value" lines, is a list', 44],
    ['labels: {cs9: Arn}', 'overrides[0].labels.cs9: is no labelled slot of this log type; those are ', 46],
    ['leef_keys: {userArm: arn}', 'overrides[0].leef_keys.userArm: is no attribute of this log type', 53],
    ['leef_keys: {userArn: usrName}', 'overrides[0].leef_keys.userArn: there is usrName in this log type already', 53],
    ['leef_keys: {src: source}', 'overrides[0].leef_keys.src: is read by QRadar itself and keeps its name', 49],
    ['leef_keys: {userArn: cat}', 'overrides[0].leef_keys.userArn: there is cat in this log type already', 53],
    ['severity: [{when: {}, then: 9}]', 'overrides[0].severity[0].when: says nothing, so every event would match', 50],
    [
      'severity: [{when: {event_name: A}, then: 11}]',
      'overrides[0].severity[0].then: must be a whole number from 0 to 10, is 11',
      73,
    ],
  ])('%s', (text, said, column) => {
    const [fault, ...more] = faultsOf(withOverride(text));
    expect(fault).toContain(said);
    expect(fault).toMatch(/^x\.yaml:21:\d+: /);
    if (column > 40) expect(fault).toMatch(new RegExp(`^x\\.yaml:21:${column}: `));
    expect(more).toEqual([]);
  });

  test('two overrides of one type', () => {
    expect(faultsOf(`${GOOD}overrides: [{type: cloudtrail}, {type: cloudtrail}]\n`)).toEqual([
      'x.yaml:21:40: overrides[1].type: is the same as overrides[0].type; each needs its own',
    ]);
  });
});

describe('a condition on a field that its log type does not have never holds, and that is a warning', () => {
  const warningsOf = (text: string) => read(text).report.warnings.map(faultLine);
  const field = '{field: {name: dns.type, equals: A}}';

  test('in an override', () => {
    expect(warningsOf(withOverride(`severity: [{when: ${field}, then: 9}]`))).toEqual([
      expect.stringContaining(
        'overrides[0].severity[0].when.field.name: is no field of cloudtrail, so this never holds',
      ),
    ]);
  });

  test('in a filter that names its log types, however deep', () => {
    const filter = (drop: string) => GOOD.replace('    tls:\n', `    filters: [{name: f, drop: ${drop}}]\n    tls:\n`);
    expect(warningsOf(filter(`{log_type: [cloudtrail, vpc-flow], not: {all: [${field}]}}`))).toEqual([
      expect.stringContaining('is no field of cloudtrail or vpc-flow'),
    ]);
    expect(warningsOf(filter(field))).toEqual([]);
    expect(warningsOf(filter('{log_type: [cloudtrail, vpc-flow], field: {name: user.name, equals: a}}'))).toEqual([]);
  });
});
