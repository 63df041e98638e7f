import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectVersion } from './account.ts';
import { syncDirectory } from './journal.ts';

/**
 * A record that could not be delivered, kept with its reason. `record`: the record's raw bytes, which may be converted
 * again. `frame`: the bytes a destination refused. `rest`: everything from this record to the end of an unreadable
 * object; the bytes stay in S3.
 */
export interface QuarantineEntry {
  readonly kind: 'record' | 'frame' | 'rest';
  readonly object: ObjectVersion;
  readonly ordinal: number;
  readonly destination: string;
  readonly logType: string;
  /** Stable code, e.g. TF-JSON-INVALID. */
  readonly reason: string;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface StoredEntry extends QuarantineEntry {
  readonly id: string;
  readonly bytes: Buffer;
}

const DIRECTORY = 'quarantine';
const SUFFIX = '.qrec';
const RETRY_MS = 5000;

/**
 * The records nobody could deliver, one file each: a line of JSON about it, then its bytes. A file's name is made here
 * and holds nothing of the record. When the directory has reached its size, `put` waits: it never drops.
 */
export class Quarantine {
  private readonly directory: string;
  private readonly mostBytes: number;
  private used: number;
  /** Told what delivery waits for, and undefined when it goes on. */
  private readonly trouble: (obstacle: Error | undefined) => void;

  private constructor(
    directory: string,
    mostBytes: number,
    used: number,
    trouble: (obstacle: Error | undefined) => void,
  ) {
    this.directory = directory;
    this.mostBytes = mostBytes;
    this.used = used;
    this.trouble = trouble;
  }

  static async open(
    stateDir: string,
    mostBytes: number,
    trouble: (obstacle: Error | undefined) => void,
  ): Promise<Quarantine> {
    const directory = join(stateDir, DIRECTORY);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new Quarantine(directory, mostBytes, await usedBytes(directory), trouble);
  }

  get bytes(): number {
    return this.used;
  }

  /** Resolves when the entry is on the disk. Waits while the quarantine is full or the disk refuses it. */
  async put(entry: QuarantineEntry, bytes: Buffer): Promise<void> {
    const content = Buffer.concat([Buffer.from(`${JSON.stringify(entry)}\n`, 'utf8'), bytes]);
    for (;;) {
      const obstacle = (await this.obstacle(content.length)) ?? (await this.write(entry.at, content));
      this.trouble(obstacle);
      if (obstacle === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  private async write(at: number, content: Buffer): Promise<Error | undefined> {
    const name = join(this.directory, `${at}-${randomUUID()}`);
    try {
      const file = await open(`${name}.tmp`, 'wx', 0o600);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${name}.tmp`, `${name}${SUFFIX}`);
      await syncDirectory(name);
      this.used += content.length;
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  private async obstacle(length: number): Promise<Error | undefined> {
    if (this.used + length > this.mostBytes) this.used = await usedBytes(this.directory);
    if (this.used + length <= this.mostBytes) return undefined;
    return new Error(
      `the quarantine has reached its ${this.mostBytes} bytes; look at it with "trailferry quarantine list"`,
    );
  }
}

async function usedBytes(directory: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(directory)) sum += (await stat(join(directory, name))).size;
  return sum;
}

/** The entries of a state directory, oldest first, without their bytes. */
export async function listQuarantine(stateDir: string): Promise<StoredEntry[]> {
  const directory = join(stateDir, DIRECTORY);
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const ids = names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
  return Promise.all(ids.sort().map((id) => readQuarantined(stateDir, id)));
}

/** One entry with its bytes. @throws when there is none of this id */
export async function readQuarantined(stateDir: string, id: string): Promise<StoredEntry> {
  const content = await readFile(fileOf(stateDir, id));
  const line = content.indexOf(0x0a);
  const entry = JSON.parse(content.subarray(0, line).toString('utf8')) as QuarantineEntry;
  return { ...entry, id, bytes: content.subarray(line + 1) };
}

export async function dropQuarantined(stateDir: string, id: string): Promise<void> {
  await unlink(fileOf(stateDir, id));
}

function fileOf(stateDir: string, id: string): string {
  if (!/^\d+-[0-9a-f-]{36}$/.test(id)) throw new Error(`"${id}" is not the id of a quarantined record`);
  return join(stateDir, DIRECTORY, `${id}${SUFFIX}`);
}
