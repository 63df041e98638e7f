import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

/** First bytes of the file: what it is, and the version of what follows. */
const MAGIC = Buffer.from('trailferry-ledger 1\n');
const HEAD = 8;
/** No entry is larger; a length beyond it is damage. */
const MOST_ENTRY = 1024 * 1024;

/** Length and CRC-32, four bytes each, little endian, before every payload. */
export function encodeEntry(payload: string): Buffer {
  const body = Buffer.from(payload, 'utf8');
  const entry = Buffer.allocUnsafe(HEAD + body.length);
  entry.writeUInt32LE(body.length, 0);
  entry.writeUInt32LE(crc32(body), 4);
  body.copy(entry, HEAD);
  return entry;
}

/** The state in which a journal file was found. `torn`: its last write was cut short by a crash, which is normal. */
export type JournalState = 'new' | 'whole' | 'torn' | 'damaged';

export interface JournalReading {
  readonly state: JournalState;
  /** Bytes up to which everything is sound. */
  readonly sound: number;
}

/**
 * Reads entries one after another and stops at the first that is not sound: what was read is a prefix of the history,
 * so trusting it costs duplicates at most.
 * @param each gets the payload and the offset and length of its entry
 */
export function readEntries(
  file: Buffer,
  each: (payload: string, offset: number, length: number) => void,
): JournalReading {
  if (file.length === 0) return { state: 'new', sound: 0 };
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) return { state: 'damaged', sound: 0 };
  let at = MAGIC.length;
  while (at + HEAD <= file.length) {
    const length = file.readUInt32LE(at);
    const end = at + HEAD + length;
    if (length > MOST_ENTRY) return { state: 'damaged', sound: at };
    if (end > file.length) return { state: 'torn', sound: at };
    const body = file.subarray(at + HEAD, end);
    if (crc32(body) !== file.readUInt32LE(at + 4))
      return { state: end === file.length ? 'torn' : 'damaged', sound: at };
    each(body.toString('utf8'), at, HEAD + length);
    at = end;
  }
  return { state: at === file.length ? 'whole' : 'torn', sound: at };
}

/** What keeps the journal from becoming durable, for the health page. */
export type JournalTrouble = (error: Error | undefined) => void;

const RETRY_MS = 1000;

/**
 * An append-only file whose entries become durable in groups: many callers share one fdatasync. After a failed write or
 * sync nothing in the page cache is trusted: the file is opened anew and all that was not yet durable is written again.
 */
export class Journal {
  readonly path: string;
  private durableTo: number;
  private pending: Buffer[] = [];
  private waiting: (() => void)[] = [];
  private handle: FileHandle | undefined;
  private running: Promise<void> | undefined;
  private closed = false;
  private readonly trouble: JournalTrouble;

  /** @param sound bytes of the file that are known to be sound; what follows is cut off */
  constructor(path: string, sound: number, trouble: JournalTrouble) {
    this.path = path;
    this.durableTo = sound;
    this.trouble = trouble;
    if (sound === 0) this.pending.push(MAGIC);
  }

  /** Bytes of the file once all pending entries are in it. */
  get size(): number {
    return this.durableTo + this.pending.reduce((sum, entry) => sum + entry.length, 0);
  }

  append(entry: Buffer): void {
    this.pending.push(entry);
  }

  /** Resolves when every entry appended so far is on the disk. While the disk is full it waits, however long. */
  durable(): Promise<void> {
    if (this.pending.length === 0 && this.running === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.running ??= this.run();
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0 && !this.closed) {
      const waiters = this.waiting.splice(0);
      const entries = this.pending.splice(0);
      while (!(await this.commit(entries))) {
        if (this.closed) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
      for (const resolve of waiters) resolve();
    }
    this.running = undefined;
  }

  private async commit(entries: readonly Buffer[]): Promise<boolean> {
    try {
      this.handle ??= await this.reopen();
      const bytes = Buffer.concat(entries);
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, this.durableTo + done);
        done += bytesWritten;
      }
      await this.handle.datasync();
      this.durableTo += bytes.length;
      this.trouble(undefined);
      return true;
    } catch (error) {
      this.trouble(error as Error);
      await this.drop();
      return false;
    }
  }

  private async reopen(): Promise<FileHandle> {
    const handle = await open(this.path, 'r+').catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      const made = await open(this.path, 'wx+', 0o600);
      await syncDirectory(this.path);
      return made;
    });
    await handle.truncate(this.durableTo);
    return handle;
  }

  private async drop(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    // The handle has failed already, and its failure has been reported; a second one says nothing new.
    await handle?.close().catch((error: Error) => this.trouble(error));
  }

  /** Puts a file with these entries in place of this one: tmp, fsync, rename, fsync of the directory. */
  async replace(entries: readonly Buffer[]): Promise<void> {
    await this.durable();
    const bytes = Buffer.concat([MAGIC, ...entries]);
    const tmp = await open(`${this.path}.tmp`, 'w', 0o600);
    try {
      await tmp.writeFile(bytes);
      await tmp.sync();
    } finally {
      await tmp.close();
    }
    await this.drop();
    await rename(`${this.path}.tmp`, this.path);
    await syncDirectory(this.path);
    this.durableTo = bytes.length;
  }

  async close(): Promise<void> {
    await this.durable();
    this.closed = true;
    await this.drop();
  }
}

/** Makes a file's name in its directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
