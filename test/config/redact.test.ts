import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkHost } from '../../config/host.ts';
import { faultLine } from '../../config/report.ts';
import { faultsOf, read } from './faults.ts';
import { GOOD, known } from './known.ts';

/** GOOD with lines in its first destination, which is leef: they begin at line 14. */
const leefWith = (...lines: string[]) =>
  GOOD.replace('    tls:\n', `${lines.map((line) => `    ${line}\n`).join('')}    tls:\n`);

test('what is to be hidden comes out as it was written', () => {
  const text = leefWith(
    'redact:',
    '  - {field: user.name, action: hash}',
    '  - {member: requestParameters.password, action: mask, log_type: cloudtrail}',
    'redact_key: {env: KEY}',
    'redact_defaults: false',
  );
  expect(read(text).config.destinations[0]).toMatchObject({
    redact: [
      { field: 'user.name', action: 'hash' },
      { member: 'requestParameters.password', action: 'mask', log_type: ['cloudtrail'] },
    ],
    redact_key: { env: 'KEY' },
    redact_defaults: false,
  });
  expect(read(GOOD).config.destinations[0]).not.toHaveProperty('redact_key');
});

describe('a slip of the hand is told at its place', () => {
  test.each([
    [
      '{member: a, action: masc}',
      '34: destinations[0].redact[0].action: must be one of drop, mask, hash, is the text "masc" (did you mean "mask"?)',
    ],
    [
      '{member: a..b, action: mask}',
      '23: destinations[0].redact[0].member: must be a path of names parted by dots, like requestParameters.password, is the text "a..b"',
    ],
    [
      '{field: user.nam, action: mask}',
      '22: destinations[0].redact[0].field: must be a field of the common vocabulary, is the text "user.nam" (did you mean "user.name"?)',
    ],
    ['{action: mask}', '14: destinations[0].redact[0]: must have one of field and member'],
    ['{field: user.name, member: a, action: mask}', '14: destinations[0].redact[0]: must have one of field and member'],
    ['{member: a}', '14: destinations[0].redact[0].action: is missing: What is shown instead.'],
    ['{member: a, action: hash}', '13: destinations[0].redact: the action hash needs redact_key beside it'],
  ])('%s', (rule, said) => {
    expect(faultsOf(leefWith(`redact: [${rule}]`))).toEqual([`x.yaml:14:${said}`]);
  });

  test('a field where the record itself is sent', () => {
    const text = GOOD.replace('    token:', '    redact: [{field: user.name, action: mask}]\n    token:');
    expect(faultsOf(text)).toEqual([
      'x.yaml:20:22: destinations[1].redact[0].field: hides nothing: json shows the record, so name its member',
    ]);
  });

  test('a key that no action asks for is a warning', () => {
    expect(read(leefWith('redact_key: {env: KEY}')).report.warnings.map(faultLine)).toEqual([
      'x.yaml:14:17: destinations[0].redact_key: is not used: no action is hash',
    ]);
  });
});

test('the key is looked for on this host, and never shown', () => {
  const directory = mkdtempSync(join(tmpdir(), 'trailferry-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'key');
  writeFileSync(file, 'S3cr3tCanary');
  chmodSync(file, 0o644);
  const text = leefWith('redact: [{field: user.name, action: hash}]', `redact_key: {file: ${file}}`);
  const loaded = read(`${text}state_dir: ${directory}\n`);
  checkHost(loaded, known);
  const faults = loaded.report.faults.map(faultLine).filter((fault) => fault.includes('redact'));
  expect(faults).toEqual([expect.stringMatching(/^x\.yaml:15:17: destinations\[0\]\.redact_key: .*TF-SECRET-MODE/)]);
  expect(faults.join()).not.toContain('S3cr3tCanary');
});
