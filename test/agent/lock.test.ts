import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockStateDir, StateDirLocked } from '../../agent/lock.ts';

const LOCK = new URL('../../agent/lock.ts', import.meta.url).href;

let directory = '';
let children: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trailferry-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

/** Another process that takes the lock and keeps it for as long as it lives. */
async function locked(stateDir: string): Promise<{ child: ChildProcess; said: string }> {
  const program = `import { lockStateDir } from ${JSON.stringify(LOCK)};
    await lockStateDir(${JSON.stringify(stateDir)}).then(() => console.log('locked'), (error) => console.log(error.name));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [said] = await once(child.stdout as NodeJS.ReadableStream, 'data');
  return { child, said: String(said).trim() };
}

test('one process has a state directory, the second is refused, and SIGKILL frees it', async () => {
  const first = await locked(directory);
  expect(first.said).toBe('locked');
  expect((await locked(directory)).said).toBe('StateDirLocked');
  await expect(lockStateDir(directory)).rejects.toThrow(StateDirLocked);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  expect((await locked(directory)).said).toBe('locked');
});

test('is free again when it is given back, and leaves no file', async () => {
  const lock = await lockStateDir(directory);
  await expect(lockStateDir(directory)).rejects.toThrow(/never a state directory/);
  await new Promise<void>((resolve) => lock.close(() => resolve()));
  const again = await lockStateDir(directory);
  await new Promise<void>((resolve) => again.close(() => resolve()));
  expect(statSync(directory).nlink).toBe(2);
});

test('another name for the same directory is the same lock', async () => {
  const name = join(directory, 'link');
  symlinkSync(directory, name);
  const lock = await lockStateDir(directory);
  await expect(lockStateDir(name)).rejects.toThrow(StateDirLocked);
  await expect(lockStateDir(`${directory}/./`)).rejects.toThrow(StateDirLocked);
  await new Promise<void>((resolve) => lock.close(() => resolve()));
});

test('a directory that is not there is made, for the agent alone', async () => {
  const made = join(directory, 'a', 'b');
  const lock = await lockStateDir(made);
  expect(existsSync(made)).toBe(true);
  expect(statSync(made).mode & 0o777).toBe(0o700);
  await new Promise<void>((resolve) => lock.close(() => resolve()));
});
