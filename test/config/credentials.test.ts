import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSecret, SecretError } from '../../config/credentials.ts';
import type { SecretRef } from '../../transports/transport.ts';

const CANARY = 'S3cr3tCanary';
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trailferry-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(name: string, text: string, mode = 0o600): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

/** The error that reading a secret ends with; its whole text must not hold what is in the files. */
function failure(ref: SecretRef, env: Record<string, string> = {}): SecretError {
  try {
    readSecret(ref, env);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    expect(`${error.stack} ${error.cause}`).not.toContain(CANARY);
    return error;
  }
  throw new Error('the secret was read');
}

describe('a file', () => {
  test('is read, and one line end taken off', () => {
    expect(readSecret({ file: write('a', CANARY) })).toBe(CANARY);
    expect(readSecret({ file: write('b', `${CANARY}\n`) })).toBe(CANARY);
    expect(readSecret({ file: write('c', `${CANARY}\r\n`, 0o400) })).toBe(CANARY);
    expect(readSecret({ file: write('d', ` ${CANARY} \n\n`) })).toBe(` ${CANARY} \n`);
  });

  test('is read anew each time', () => {
    const file = write('a', 'old');
    expect(readSecret({ file })).toBe('old');
    writeFileSync(file, 'new');
    expect(readSecret({ file })).toBe('new');
  });

  test.each([0o640, 0o604, 0o620, 0o602, 0o610])('with mode %o is refused', (mode) => {
    const { code, message } = failure({ file: write('a', CANARY, mode) });
    expect(code).toBe('TF-SECRET-MODE');
    expect(message).toBe(
      `${directory}/a can be read or written by others than its owner; chmod 0600 it [TF-SECRET-MODE]`,
    );
  });

  test('that a link points to is judged by its own mode', () => {
    write('open', CANARY, 0o644);
    symlinkSync(join(directory, 'open'), join(directory, 'link'));
    expect(failure({ file: join(directory, 'link') }).code).toBe('TF-SECRET-MODE');
  });

  test('that is missing, a directory or empty', () => {
    expect(failure({ file: join(directory, 'no') })).toMatchObject({
      code: 'TF-SECRET-FILE',
      message: `${directory}/no cannot be read (ENOENT) [TF-SECRET-FILE]`,
      cause: { code: 'ENOENT' },
    });
    expect(failure({ file: directory }).message).toBe(`${directory} is not a file [TF-SECRET-FILE]`);
    expect(failure({ file: write('a', '\n') }).message).toBe(`${directory}/a is empty [TF-SECRET-EMPTY]`);
  });
});

describe('a credential', () => {
  const env = () => ({ CREDENTIALS_DIRECTORY: directory });

  test('is read from the directory of systemd, whose guard is its own', () => {
    write('hec-token', `${CANARY}\n`, 0o440);
    expect(readSecret({ credential: 'hec-token' }, env())).toBe(CANARY);
    expect(readSecret({ file: join(directory, 'hec-token') }, env())).toBe(CANARY);
  });

  test('cannot lead out of it', () => {
    mkdirSync(join(directory, 'credentials'));
    write('outside', CANARY, 0o644);
    symlinkSync(join(directory, 'outside'), join(directory, 'credentials', 'link'));
    const inner = { CREDENTIALS_DIRECTORY: join(directory, 'credentials') };
    for (const credential of ['../outside', '/etc/passwd', '..', '', 'a/b', '.hidden']) {
      expect(failure({ credential }, inner).code).toBe('TF-SECRET-NAME');
    }
    expect(failure({ credential: 'link' }, inner).code).toBe('TF-SECRET-MODE');
    expect(failure({ file: join(directory, 'credentials', '..', 'outside') }, inner).code).toBe('TF-SECRET-MODE');
  });

  test('without systemd says what sets it', () => {
    const remedy = 'LoadCredential=hec-token:/PATH in the systemd unit sets it';
    for (const none of [{}, { CREDENTIALS_DIRECTORY: '' }]) {
      expect(failure({ credential: 'hec-token' }, none).message).toBe(
        `credential hec-token: $CREDENTIALS_DIRECTORY is not set; ${remedy} [TF-SECRET-DIRECTORY]`,
      );
    }
    expect(failure({ credential: 'hec-token' }, env())).toMatchObject({
      code: 'TF-SECRET-FILE',
      message: `${directory}/hec-token cannot be read (ENOENT); LoadCredential= in the systemd unit puts it there [TF-SECRET-FILE]`,
    });
  });
});

test('an environment variable', () => {
  expect(readSecret({ env: 'TOKEN' }, { TOKEN: CANARY })).toBe(CANARY);
  expect(failure({ env: 'TOKEN' }).message).toBe('environment variable TOKEN is not set [TF-SECRET-ENV]');
  expect(failure({ env: 'TOKEN' }, { TOKEN: '' }).message).toBe(
    'environment variable TOKEN is empty [TF-SECRET-EMPTY]',
  );
});
