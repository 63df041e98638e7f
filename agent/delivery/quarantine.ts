import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import PQueue from 'p-queue';
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
  /** The header line that names the record's columns, where its object has one. A byte string. */
  readonly header?: string;
}

export interface StoredEntry extends QuarantineEntry {
  readonly id: string;
  readonly bytes: Buffer;
}

const DIRECTORY = 'quarantine';
const SUFFIX = '.qrec';
/** What a crash leaves behind: never settled, so it comes again. */
const UNFINISHED = '.tmp';
const RETRY_MS = 5000;

/**
 * The records nobody could deliver, one file each: a line of JSON about it, then its bytes. A file's name is made here
 * and holds nothing of the record. When the directory has reached its size, `put` waits: it never drops.
 */
export class Quarantine {
  private readonly directory: string;
  private readonly mostBytes: number;
  private used: number;
  /** Entries that could not be written so far. */
  private readonly waiting = new Set<string>();
  /** One entry at a time, so that the size is kept exactly; an object may hold any number of unreadable records. */
  private readonly turns = new PQueue({ concurrency: 1 });
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
    await syncDirectory(directory);
    const unfinished = (await readdir(directory)).filter((name) => name.endsWith(UNFINISHED));
    for (const name of unfinished) await unlink(join(directory, name));
    return new Quarantine(directory, mostBytes, await usedBytes(directory), trouble);
  }

  get bytes(): number {
    return this.used;
  }

  /** Resolves when the entry is on the disk. Waits while the quarantine is full or the disk refuses it. */
  async put(entry: QuarantineEntry, bytes: Buffer): Promise<void> {
    const id = `${entry.at}-${randomUUID()}`;
    const content = Buffer.concat([Buffer.from(`${JSON.stringify(entry)}\n`, 'utf8'), bytes]);
    for (;;) {
      const obstacle = await this.turns.add(() => this.keep(id, content));
      this.tell(id, obstacle);
      if (obstacle === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** It goes on when the last one that waited is through. */
  private tell(id: string, obstacle: Error | undefined): void {
    if (obstacle !== undefined) {
      this.waiting.add(id);
      this.trouble(obstacle);
    } else if (this.waiting.delete(id) && this.waiting.size === 0) this.trouble(undefined);
  }

  /** @returns what keeps the entry from the disk */
  private async keep(id: string, content: Buffer): Promise<Error | undefined> {
    const { length } = content;
    try {
      if (this.used + length > this.mostBytes) this.used = await usedBytes(this.directory);
      if (this.used + length > this.mostBytes) return full(this.mostBytes);
      await this.write(id, content);
      this.used += length;
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  private async write(id: string, content: Buffer): Promise<void> {
    const name = join(this.directory, id);
    const file = await open(name + UNFINISHED, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(name + UNFINISHED, name + SUFFIX);
    await syncDirectory(name);
  }
}

function full(mostBytes: number): Error {
  return new Error(`the quarantine has reached its ${mostBytes} bytes; look at it with "trailferry quarantine list"`);
}

/** Sum of the files' sizes. One that is dropped or renamed meanwhile counts as nothing. */
async function usedBytes(directory: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(directory))
    sum += await stat(join(directory, name)).then(({ size }) => size, gone(0));
  return sum;
}

/** Takes `value` for a file that is not there. @throws any other error */
function gone<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

/** The entries of a state directory, oldest first. */
export async function listQuarantine(stateDir: string): Promise<StoredEntry[]> {
  const directory = join(stateDir, DIRECTORY);
  const names = await readdir(directory).catch(gone<string[]>([]));
  const ids = names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
  const entries: StoredEntry[] = [];
  for (const id of ids.sort()) {
    const entry = await readQuarantined(stateDir, id).catch(gone(undefined));
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
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
