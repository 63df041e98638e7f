import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from './journal.ts';
import { encodeEntry, encodeLeft, type QuarantineEntry, readSegment, type StoredEntry } from './segment.ts';

const DIRECTORY = 'quarantine';
const SUFFIX = '.qseg';
/** What a crash leaves behind: never settled, so it comes again. */
const UNFINISHED = '.tmp';
const RETRY_MS = 5000;
/** Entries that wait together share one file and its two fsyncs, up to this many bytes. */
const SEGMENT_BYTES = 4 * 1024 * 1024;

interface Waiting {
  readonly at: number;
  readonly content: Buffer;
  readonly resolve: () => void;
}

type Trouble = (obstacle: Error | undefined) => void;

/**
 * The records nobody could deliver, in segments: files of what came together. A file's name is made here and holds
 * nothing of a record. When the directory has reached its size, `put` waits: it never drops.
 */
export class Quarantine {
  private readonly directory: string;
  private readonly mostBytes: number;
  private used: number;
  private readonly waiting: Waiting[] = [];
  /** Entries that could not be written so far. */
  private readonly stuck = new Set<Waiting>();
  private writing = false;
  /** Told what delivery waits for, and undefined when it goes on. */
  private readonly trouble: Trouble;

  private constructor(directory: string, mostBytes: number, used: number, trouble: Trouble) {
    this.directory = directory;
    this.mostBytes = mostBytes;
    this.used = used;
    this.trouble = trouble;
  }

  static async open(stateDir: string, mostBytes: number, trouble: Trouble): Promise<Quarantine> {
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
  put(entry: QuarantineEntry, bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.offer({ at: entry.at, content: encodeEntry(entry, bytes), resolve });
    });
  }

  private offer(entry: Waiting): void {
    this.waiting.push(entry);
    if (!this.writing) void this.write();
  }

  /** One segment after another until nothing waits; what comes meanwhile goes into the next. */
  private async write(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      const { fitting, stuck } = await this.take();
      const failure = fitting.length === 0 ? undefined : await this.keep(fitting);
      if (failure !== undefined) for (const entry of fitting) this.later(entry, failure);
      else for (const entry of fitting) this.kept(entry);
      if (stuck !== undefined) this.later(stuck.entry, stuck.obstacle);
    }
    this.writing = false;
  }

  /** Entries for one segment, and the first that the quarantine has no room for, or that nobody can tell of. */
  private async take(): Promise<{ fitting: Waiting[]; stuck?: { entry: Waiting; obstacle: Error } }> {
    const fitting: Waiting[] = [];
    for (let bytes = 0; bytes < SEGMENT_BYTES; ) {
      const next = this.waiting.shift();
      if (next === undefined) break;
      const { length } = next.content;
      const obstacle = await this.obstacleTo(bytes + length);
      if (obstacle !== undefined) return { fitting, stuck: { entry: next, obstacle } };
      fitting.push(next);
      bytes += length;
    }
    return { fitting };
  }

  /** What keeps so many bytes more from the quarantine. It counts anew when it seems full: a person may have dropped some. */
  private async obstacleTo(bytes: number): Promise<Error | undefined> {
    if (this.used + bytes <= this.mostBytes) return undefined;
    try {
      this.used = await usedBytes(this.directory);
    } catch (error) {
      return error as Error;
    }
    return this.used + bytes > this.mostBytes ? full(this.mostBytes) : undefined;
  }

  /** @returns what keeps the entries from the disk */
  private async keep(entries: readonly Waiting[]): Promise<Error | undefined> {
    try {
      const content = Buffer.concat(entries.map((entry) => entry.content));
      await writeSegment(join(this.directory, `${entries[0]?.at}-${randomUUID()}`), content);
      this.used += content.length;
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  /** It goes on when the last one that was stuck is through. */
  private kept(entry: Waiting): void {
    if (this.stuck.delete(entry) && this.stuck.size === 0) this.trouble(undefined);
    entry.resolve();
  }

  private later(entry: Waiting, obstacle: Error): void {
    this.stuck.add(entry);
    this.trouble(obstacle);
    setTimeout(() => this.offer(entry), RETRY_MS);
  }
}

async function writeSegment(name: string, content: Buffer): Promise<void> {
  try {
    await writeDurably(name + UNFINISHED, content);
  } catch (error) {
    // The next try has a name of its own. What cannot even be removed is swept away at the next start.
    await unlink(name + UNFINISHED).catch(() => {});
    throw error;
  }
  await rename(name + UNFINISHED, name + SUFFIX);
  await syncDirectory(name);
}

async function writeDurably(name: string, content: Buffer): Promise<void> {
  const file = await open(name, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
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

/** The entries of a state directory, oldest first; one segment is in memory at a time. */
export async function* quarantined(stateDir: string): AsyncGenerator<StoredEntry, void, void> {
  const names = await readdir(join(stateDir, DIRECTORY)).catch(gone<string[]>([]));
  const segments = names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
  for (const segment of segments.sort()) yield* await segmentEntries(stateDir, segment);
}

/** One entry with its bytes. @throws when there is none of this id */
export async function readQuarantined(stateDir: string, id: string): Promise<StoredEntry> {
  const found = (await segmentEntries(stateDir, segmentOf(id))).find((entry) => entry.id === id);
  if (found === undefined) throw new Error(`"${id}" is not there`);
  return found;
}

/** Drops entries, all others keep their ids. @throws when an id is none; those that are gone already are no fault */
export async function dropQuarantined(stateDir: string, ids: readonly string[]): Promise<void> {
  const dropped = new Set(ids);
  for (const segment of new Set(ids.map(segmentOf))) {
    const left = (await segmentEntries(stateDir, segment)).filter(({ id }) => !dropped.has(id));
    const name = join(stateDir, DIRECTORY, segment);
    if (left.length === 0) await unlink(name + SUFFIX).catch(gone(undefined));
    else await writeSegment(name, encodeLeft(left));
  }
}

async function segmentEntries(stateDir: string, segment: string): Promise<StoredEntry[]> {
  const path = join(stateDir, DIRECTORY, segment + SUFFIX);
  const content = await readFile(path).catch(gone(Buffer.alloc(0)));
  try {
    return readSegment(segment, content);
  } catch (cause) {
    throw new Error(`${path} is damaged; move it away, and the others can be read`, { cause });
  }
}

function segmentOf(id: string): string {
  const segment = /^(\d+-[0-9a-f-]{36})\.\d+$/.exec(id)?.[1];
  if (segment === undefined) throw new Error(`"${id}" is not the id of a quarantined record`);
  return segment;
}
