import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { notifySystemd, watchdogInterval } from '../../../agent/health/notify.ts';

let directory = '';
let said = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trailferry-'));
  said = join(directory, 'said');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

/** A systemd-notify that writes down what it was told. */
function standIn(): void {
  const command = join(directory, 'systemd-notify');
  writeFileSync(command, `#!/bin/sh\nprintf '%s\\n' "$@" > ${said}.part && mv ${said}.part ${said}\n`);
  chmodSync(command, 0o755);
  vi.stubEnv('PATH', `${directory}:${process.env['PATH']}`);
}

test('systemd is told of the state, for this process, without waiting', async () => {
  standIn();
  vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify');
  notifySystemd('READY=1', 'STATUS=two words');
  await vi.waitFor(() => expect(existsSync(said)).toBe(true), 5000);
  expect(readFileSync(said, 'utf8').trimEnd().split('\n')).toEqual([
    `--pid=${process.pid}`,
    'READY=1',
    'STATUS=two words',
  ]);
});

test('outside of a service nothing is run', async () => {
  standIn();
  vi.stubEnv('NOTIFY_SOCKET', undefined);
  notifySystemd('READY=1');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(existsSync(said)).toBe(false);
});

test('a host without systemd-notify is told about it, and goes on', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.stubEnv('PATH', directory);
  vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify');
  notifySystemd('READY=1');
  await vi.waitFor(() => expect(write).toHaveBeenCalledWith(expect.stringContaining('cannot be run')));
});

test.each([
  ['30000000', 10_000],
  ['0', undefined],
  [undefined, undefined],
  ['soon', undefined],
])('a watchdog of %s microseconds is fed each %s ms', (usec, interval) => {
  vi.stubEnv('WATCHDOG_USEC', usec);
  expect(watchdogInterval()).toBe(interval);
});
