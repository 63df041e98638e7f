import { existsSync } from 'node:fs';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProbeStep } from '../../transports/transport.ts';
import { Walk } from '../../transports/walk.ts';

const MiB = 1024 * 1024;
/** What quarantine may take, and the ledger beside it. */
const WANTED_BYTES = 1200 * MiB;
/** Below this the ledger itself is in danger. */
const LEAST_BYTES = 100 * MiB;
/** Deletes wait for the ledger's fsync, once for many messages. */
const SLOW_FSYNC_MS = 200;
const FSYNCS = 5;
/** `f_type` of statfs(2) for memory that looks like a disk. */
const TMPFS = 0x01021994;

/**
 * Whether ledger and quarantine can live in a state directory. Writes a few bytes there, and removes them; where there is
 * none yet, as the agent makes it, in the nearest directory above.
 */
export async function probeStateDir(stateDir: string): Promise<readonly ProbeStep[]> {
  const walk = new Walk(explain);
  // What failed is among the steps.
  await throughStateDir(walk, stateDir).catch(() => undefined);
  return walk.steps;
}

async function throughStateDir(walk: Walk, stateDir: string): Promise<void> {
  let directory = stateDir;
  while (!existsSync(directory)) directory = dirname(directory);
  const place = await walk.step('writable', async () => {
    const made = await mkdtemp(join(directory, 'trailferry-doctor-'));
    return [made, directory === stateDir ? stateDir : `not there yet, and can be made in ${directory}`];
  });
  try {
    await walk.step('free space', async () => space(await statfs(directory)));
    await walk.step('fsync', async () => {
      const ms = await fsyncTime(join(place, 'file'));
      const slow = ms > SLOW_FSYNC_MS ? 'use a faster disk: every deletion of messages waits for it' : undefined;
      return [undefined, `${ms.toFixed(1)} ms, the median of ${FSYNCS}`, slow];
    });
  } finally {
    await rm(place, { recursive: true });
  }
}

/** @throws when there is too little of it */
export function space({
  type,
  bsize,
  bavail,
}: {
  readonly type: number;
  readonly bsize: number;
  readonly bavail: number;
}) {
  const free = bsize * bavail;
  const detail = `${Math.floor(free / MiB)} MiB`;
  if (free < LEAST_BYTES) throw Object.assign(new Error(`only ${detail} are left`), { code: 'ENOSPC' });
  const memory = type === TMPFS ? 'use a disk: a restart of this host empties this place, and events come twice' : '';
  const little = free < WANTED_BYTES ? `make room: quarantine may take up to ${WANTED_BYTES / MiB} MiB` : undefined;
  return [undefined, detail, memory || little] as const;
}

async function fsyncTime(path: string): Promise<number> {
  const times: number[] = [];
  await using file = await open(path, 'a', 0o600);
  for (let count = 0; count < FSYNCS; count++) {
    const start = performance.now();
    await file.appendFile(Buffer.alloc(4096));
    await file.datasync();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(FSYNCS / 2)] ?? 0;
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOTDIR: 'let state_dir name a directory',
  ENOSPC: 'make room on its file system',
  EDQUOT: 'raise the quota of this user',
  EROFS: 'let state_dir be on a file system that is writable',
};
const OTHER_REMEDY = 'let the user of the agent write to state_dir, and run doctor as this user';

function explain(error: unknown): Pick<ProbeStep, 'detail' | 'remedy'> {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return { detail: message, remedy: REMEDIES[code] ?? OTHER_REMEDY };
}
