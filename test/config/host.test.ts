import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkHost } from '../../config/host.ts';
import { faultLine } from '../../config/report.ts';
import { read } from './faults.ts';
import { GOOD, known } from './known.ts';

const CANARY = 'S3cr3tCanary';
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trailferry-'));
  vi.stubEnv('CREDENTIALS_DIRECTORY', directory);
  writeFileSync(join(directory, 'hec-token'), CANARY);
  writeFileSync(join(directory, 'ca.pem'), 'PEM');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  vi.unstubAllEnvs();
});

const file = () =>
  `${GOOD.replace('min_version: TLSv1.3', `ca_file: ${directory}/ca.pem`)}state_dir: ${directory}/new/state\n`;

function found(text: string): string[] {
  const loaded = read(text);
  checkHost(loaded, known);
  const lines = [
    ...loaded.report.faults.map(faultLine),
    ...loaded.report.warnings.map((one) => `warning ${faultLine(one)}`),
  ];
  expect(lines.join('\n')).not.toContain(CANARY);
  return lines;
}

test('a host that has everything', () => {
  expect(found(file())).toEqual([]);
});

test('a file that is not there, at the line that names it', () => {
  rmSync(join(directory, 'ca.pem'));
  expect(found(file())).toEqual([
    `x.yaml:15:16: destinations[0].tls.ca_file: ${directory}/ca.pem cannot be read by this user (ENOENT)`,
  ]);
});

test('a directory for a file', () => {
  expect(found(file().replace('/ca.pem', '/'))).toEqual([
    `x.yaml:15:16: destinations[0].tls.ca_file: ${directory}/ is not a file`,
  ]);
});

test('secrets of destinations and of AWS', () => {
  rmSync(join(directory, 'hec-token'));
  const aws =
    'region: eu-west-1\n  assume_role: {arn: "arn:aws:iam::111122223333:role/r", external_id: {env: NOT_SET}}';
  expect(found(file().replace('region: eu-west-1', aws))).toEqual([
    'x.yaml:4:71: aws.assume_role.external_id: environment variable NOT_SET is not set [TF-SECRET-ENV]',
    expect.stringMatching(/^x.yaml:21:12: destinations\[1\].token: .*hec-token cannot be read \(ENOENT\)/),
  ]);
});

test('a secret that others can read', () => {
  vi.stubEnv('CREDENTIALS_DIRECTORY', undefined);
  writeFileSync(join(directory, 'open'), CANARY);
  chmodSync(join(directory, 'open'), 0o644);
  expect(found(file().replace('{credential: hec-token}', `{file: ${directory}/open}`))).toEqual([
    expect.stringMatching(/^x.yaml:20:12: destinations\[1\].token: .*chmod 0600 it \[TF-SECRET-MODE\]$/),
  ]);
});

test('by hand there are no credentials: a warning, for they may well be there in the unit', () => {
  vi.stubEnv('CREDENTIALS_DIRECTORY', undefined);
  expect(found(file())).toEqual([
    expect.stringMatching(
      /^warning x.yaml:20:12: destinations\[1\].token: could not be checked here: .*LoadCredential=hec-token/,
    ),
  ]);
});

test('a state directory below a file', () => {
  expect(found(file().replace('/new/state', '/ca.pem/state'))).toEqual([
    `x.yaml:21:12: state_dir: ${directory}/ca.pem is not a directory`,
  ]);
});

test('a state directory where this user may not write; root may everywhere', () => {
  mkdirSync(join(directory, 'locked'), { mode: 0o555 });
  const fault = `x.yaml:21:12: state_dir: this user cannot write in ${directory}/locked (EACCES), and the agent must`;
  expect(found(file().replace('/new/state', '/locked/state'))).toEqual(process.getuid?.() === 0 ? [] : [fault]);
});
