import { open, readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** When a file is finished. `null`: this does not finish it. */
export interface RotationLimits {
  /** Bytes. */
  readonly rotate_bytes: number | null;
  /** Milliseconds since the file was begun. */
  readonly rotate_after: number | null;
}

/** What is known of a file that may be appended to. */
export interface FileState {
  readonly size: number;
  /** Epoch milliseconds. */
  readonly begunMs: number;
}

/** Whether a file is to be finished before `more` bytes are appended. An empty one never is. */
export function isFull({ size, begunMs }: FileState, more: number, limits: RotationLimits, now = Date.now()): boolean {
  if (size === 0) return false;
  const { rotate_bytes: bytes, rotate_after: ms } = limits;
  return (bytes !== null && size + more > bytes) || (ms !== null && now - begunMs >= ms);
}

/** The state of a file; empty when there is none. */
export async function stateOf(path: string): Promise<FileState> {
  const found = await stat(path).catch(orMissing);
  return { size: found?.size ?? 0, begunMs: found?.birthtimeMs ?? Date.now() };
}

/**
 * Finishes a file: it gets a name of its own, `PATH.20261124T034000.123Z`, under which it changes no more. Durable when
 * this resolves. Returns the name.
 */
export async function finish(path: string, now = new Date()): Promise<string> {
  const stamp = now.toISOString().replace(/[-:]/g, '');
  let finished = `${path}.${stamp}`;
  for (let next = 2; await exists(finished); next += 1) finished = `${path}.${stamp}-${next}`;
  await rename(path, finished);
  await syncDirectory(path);
  return finished;
}

/** The finished files beside a path, oldest first, and their bytes. */
export async function finishedFiles(
  path: string,
): Promise<{ readonly names: readonly string[]; readonly bytes: number }> {
  const prefix = `${basename(path)}.`;
  const isFinished = (name: string) =>
    name.startsWith(prefix) && /^\d{8}T\d{6}\.\d{3}Z(-\d+)?$/.test(name.slice(prefix.length));
  const names = (await readdir(dirname(path))).filter(isFinished).sort();
  const sizes = await Promise.all(names.map(async (name) => (await stateOf(join(dirname(path), name))).size));
  return { names, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Makes the entry of a file in its directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(dirname(path), 'r');
  await directory.sync();
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(orMissing)) !== undefined;
}

function orMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
