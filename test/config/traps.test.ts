import { describe, expect, test, vi } from 'vitest';
import { settle } from '../../config/settle.ts';
import { faultsOf, read } from './faults.ts';
import { GOOD } from './known.ts';

/** GOOD with one more line in its first destination, which is line 14 of the file. */
const relayWith = (line: string) => GOOD.replace('    tls:\n', `    ${line}\n    tls:\n`);

describe('no value is coerced', () => {
  test.each([
    ['enabled: no', 'x.yaml:14:14: destinations[0].enabled: must be true or false, is the text "no"'],
    ['enabled: "false"', 'x.yaml:14:14: destinations[0].enabled: must be true or false, is the text "false"'],
    ['enabled: 1', 'x.yaml:14:14: destinations[0].enabled: must be true or false, is 1'],
    ['retries: 10s', 'x.yaml:14:14: destinations[0].retries: must be a whole number, 0 or more, is the text "10s"'],
    ['retries: 1.5', 'x.yaml:14:14: destinations[0].retries: must be a whole number, 0 or more, is 1.5'],
    ['retries: -1', 'x.yaml:14:14: destinations[0].retries: must be a whole number, 0 or more, is -1'],
    ['retries: .inf', 'x.yaml:14:14: destinations[0].retries: must be a whole number, 0 or more, is Infinity'],
    ['port: 6514x', 'x.yaml:14:11: destinations[0].port: must be a port number from 1 to 65535, is the text "6514x"'],
    ['port: "6514"', 'x.yaml:14:11: destinations[0].port: must be a port number from 1 to 65535, is the text "6514"'],
    ['port: 0', 'x.yaml:14:11: destinations[0].port: must be a port number from 1 to 65535, is 0'],
    ['port: 65536', 'x.yaml:14:11: destinations[0].port: must be a port number from 1 to 65535, is 65536'],
    [
      'linger: 10',
      'x.yaml:14:13: destinations[0].linger: must be a duration with its unit, like 500ms, 10s, 2m or 12h, at most 24d, is 10',
    ],
    [
      'window: 64KB',
      'x.yaml:14:13: destinations[0].window: must be a size, like 65536 (bytes), 64KiB or 8MB, is the text "64KB"',
    ],
    ['hosts: a,b', 'x.yaml:14:12: destinations[0].hosts: must be a list, is text'],
    [
      'hosts: [a, 5]',
      'x.yaml:14:16: destinations[0].hosts[1]: must be a host name or an IP address, is a number; put it in quotes',
    ],
  ])('%s', (line, fault) => {
    expect(faultsOf(relayWith(line))).toEqual([fault]);
  });

  test('YAML 1.1 cannot be called in to do it', () => {
    expect(faultsOf(`%YAML 1.1\n---\n${relayWith('enabled: no')}`)).toEqual([
      'x.yaml:16:14: destinations[0].enabled: must be true or false, is the text "no"',
    ]);
  });

  test('a number where a text is wanted says what to do', () => {
    expect(faultsOf(GOOD.replace('token:', 'index: 2024\n    token:'))).toEqual([
      'x.yaml:20:12: destinations[1].index: must be text on one line, is 2024; put it in quotes',
    ]);
  });
});

describe('a wrong kind of thing is said so, and nothing is thrown', () => {
  test.each([
    ['', 'x.yaml:1:1: must be a section of "name: value" lines, is empty'],
    ['- a', 'x.yaml:1:1: must be a section of "name: value" lines, is a list'],
    ['just text', 'x.yaml:1:1: must be a section of "name: value" lines, is text'],
    [GOOD.replace('  region: eu-west-1\n', ''), 'x.yaml:2:1: aws: must be a section of "name: value" lines, is empty'],
    [`${GOOD}limits: [64]\n`, 'x.yaml:21:9: limits: must be a section of "name: value" lines, is a list'],
    [`${GOOD}state_dir:\n`, 'x.yaml:21:1: state_dir: must be an absolute path, is empty'],
    [`${GOOD}state_dir: {a: 1}\n`, 'x.yaml:21:12: state_dir: must be an absolute path, is a section'],
    [
      relayWith('port: {number: 1}'),
      'x.yaml:14:11: destinations[0].port: must be a port number from 1 to 65535, is a section',
    ],
    [relayWith('hosts: {a: b}'), 'x.yaml:14:12: destinations[0].hosts: must be a list, is a section'],
    [
      GOOD.replace(/tls:\n.*\n/, 'tls: yes\n'),
      'x.yaml:14:10: destinations[0].tls: must be a section of "name: value" lines, is text',
    ],
    [GOOD.replace('[siem, splunk]', '[]'), 'x.yaml:8:19: queues[0].destinations: must have one item at least'],
  ])('%#', (text, fault) => {
    expect(faultsOf(text)).toContain(fault);
  });

  test('an item of a list that is no section', () => {
    expect(faultsOf(GOOD.replace(/destinations:\n.*/s, 'destinations:\n  - siem\n  -\n'))).toEqual([
      'x.yaml:10:5: destinations[0]: must be a section of "name: value" lines, is text',
      'x.yaml:11:4: destinations[1]: must be a section of "name: value" lines, is empty',
    ]);
  });
});

describe('syntax of YAML, by line and column', () => {
  test.each([
    ['version: 1\n\taws: 1', 'x.yaml:2:1: a tab cannot indent; use spaces'],
    ['version: 1\nversion: 1\n', 'x.yaml:2:1: this key is given twice in one section'],
    ['a: [1, 2\nb: 3', /^x.yaml:2:1: wrong indentation, or a \{ or \[ that is not closed/],
    ['a: b: c', /^x.yaml:1:4: a second "key: value" on this line/],
    ['a: "x', /^x.yaml:1:6: a character is missing here: a closing quote/],
    ['a: @x', /^x.yaml:1:4: a text that begins with this character must stand in quotes/],
    ['a: !secret x', 'x.yaml:1:4: tags (!...) are not used here; write the plain value'],
    ['a: !!binary x', 'x.yaml:1:4: tags (!...) are not used here; write the plain value'],
    ['a: 1\n---\nb: 1', 'x.yaml:2:1: a second document begins here; a configuration is one'],
    ['a: &x 1\nb: *x', 'x.yaml:2:4: anchors and aliases are not used here; write the value out'],
    ['? [a]\n: 1', 'x.yaml:1:3: a key must be plain text'],
    [`a: ${'['.repeat(20_000)}`, /^x.yaml:1:\d+: /],
  ])('%#', (text, fault) => {
    expect(faultsOf(text)).toContainEqual(typeof fault === 'string' ? fault : expect.stringMatching(fault));
  });

  test('a name that would command the terminal is shown escaped', () => {
    expect(faultsOf(`${GOOD}"\\e[31m\\nx": 1\n`)).toEqual(['x.yaml:21:1: \\u001b[31m\\nx: unknown setting']);
  });

  test('an alias is one fault, and not a dozen that come of it', () => {
    expect(faultsOf(GOOD.replace('region: eu-west-1', 'region: *r'))).toEqual([
      'x.yaml:3:11: anchors and aliases are not used here; write the value out',
    ]);
  });

  test('a key given twice hides no other fault', () => {
    expect(faultsOf(`${GOOD}state_dir: /a\nstate_dir: b\n`)).toEqual([
      'x.yaml:22:1: this key is given twice in one section',
      'x.yaml:22:12: state_dir: must be an absolute path, is the text "b"',
    ]);
  });
});

describe('what convict alone gets wrong', () => {
  test('items of a list are checked, all of them, each at its place', () => {
    const text = GOOD.replace('format: leef', 'format: lef').replace('format: json', 'format: jsn');
    expect(faultsOf(text)).toEqual([
      'x.yaml:12:13: destinations[0].format: must be one of leef, cef, json, raw, splunk, ocsf, ecs, is the text "lef" (did you mean "leef"?)',
      'x.yaml:18:13: destinations[1].format: must be one of leef, cef, json, raw, splunk, ocsf, ecs, is the text "jsn" (did you mean "json"?)',
    ]);
  });

  test('names with dots are values, not paths', () => {
    const { config } = read(GOOD.replaceAll('logs-111122223333', 'qradar.corp.local'));
    expect(config.queues[0]?.buckets).toEqual(['qradar.corp.local']);
  });

  test('one configuration leaves nothing behind for the next', () => {
    read(`${GOOD}limits: {places: 3}\n`);
    expect(read(GOOD).config.limits.places).toBe(64);
  });

  test('neither environment nor command line is looked at, whatever a schema says', () => {
    vi.stubEnv('TRAP', '7');
    process.argv.push('--trap=7');
    try {
      const trap = { doc: 'D.', format: 'nat', default: 1, env: 'TRAP', arg: 'trap' };
      expect(settle({ trap }, {})).toEqual({ trap: 1 });
    } finally {
      process.argv.pop();
      vi.unstubAllEnvs();
    }
  });

  test('a schema with a name that convict would misread is refused', () => {
    const setting = { doc: 'D.', format: 'nat', default: 1 };
    expect(() => settle({ tls: { default: setting } }, {})).toThrow('a setting cannot be called "default"');
    expect(() => settle({ tls: { _cvtProperties: setting } }, {})).toThrow('cannot be called');
  });

  test('a value that the walk let pass by mistake is stopped', () => {
    expect(() => settle({ port: { doc: 'D.', format: 'port', default: 1 } }, { port: 0 })).toThrow(
      'must be a port number',
    );
    expect(() => settle({ port: { doc: 'D.', format: 'port', default: 1 } }, { prot: 1 })).toThrow('not declared');
    expect(() => settle({ waits: { doc: 'D.', format: 'nat', default: [], list: true } }, { waits: ['x'] })).toThrow(
      'must be',
    );
  });
});
