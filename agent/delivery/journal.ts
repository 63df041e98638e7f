import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
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

/**
 * The state in which a journal file was found. `torn`: its last write was cut short by a crash, which is normal, and
 * leaves nothing sound behind the cut. `damaged`: something else has happened to it.
 */
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
  const head = file.subarray(0, MAGIC.length);
  if (!MAGIC.subarray(0, head.length).equals(head)) return { state: 'damaged', sound: 0 };
  if (head.length < MAGIC.length) return { state: head.length === 0 ? 'new' : 'torn', sound: 0 };
  let at = MAGIC.length;
  for (let end = endOfEntry(file, at); end !== undefined; end = endOfEntry(file, at)) {
    each(file.toString('utf8', at + HEAD, end), at, end - at);
    at = end;
  }
  if (at === file.length) return { state: 'whole', sound: at };
  return { state: soundEntryBehind(file, at) ? 'damaged' : 'torn', sound: at };
}

/** Where the entry at this offset ends; undefined when none is sound there. Zeros, which a power failure leaves, are none. */
function endOfEntry(file: Buffer, at: number): number | undefined {
  if (at + HEAD > file.length) return undefined;
  const length = file.readUInt32LE(at);
  const end = at + HEAD + length;
  if (length === 0 || length > MOST_ENTRY || end > file.length) return undefined;
  return crc32(file.subarray(at + HEAD, end)) === file.readUInt32LE(at + 4) ? end : undefined;
}

/** Payloads are text, which is never taken for a length: only real entries are checked for their sum. */
function soundEntryBehind(file: Buffer, from: number): boolean {
  for (let at = from + 1; at < file.length; at += 1) if (endOfEntry(file, at) !== undefined) return true;
  return false;
}

/** Told what keeps the journal from becoming durable, and undefined once nothing does any more. */
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
  /** Ends when nobody touches the file any more. */
  private turn: Promise<unknown> = Promise.resolve();
  private closing = false;
  private closed = false;
  private troubled = false;
  private readonly trouble: JournalTrouble;

  /** @param sound bytes of the file that are known to be sound; what follows is cut off */
  constructor(path: string, sound: number, trouble: JournalTrouble) {
    this.path = path;
    this.durableTo = sound;
    this.trouble = trouble;
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
    if (this.pending.length === 0 && this.running === undefined && this.durableTo > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.running ??= this.inTurn(() => this.run());
    });
  }

  /** Once closed, the file belongs to whoever opens it next. */
  private inTurn(act: () => Promise<void>): Promise<void> {
    const mine = this.turn.then(() => (this.closed ? undefined : act()));
    this.turn = mine.then(nothing, nothing);
    return mine;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const waiters = this.waiting.splice(0);
      const entries = this.pending.splice(0);
      while (!(await this.commit(entries))) {
        if (this.closing) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
      for (const resolve of waiters) resolve();
    }
    this.running = undefined;
  }

  private async commit(entries: readonly Buffer[]): Promise<boolean> {
    try {
      this.handle ??= await this.reopen();
      const bytes = Buffer.concat(this.durableTo === 0 ? [MAGIC, ...entries] : entries);
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, this.durableTo + done);
        done += bytesWritten;
      }
      await this.handle.datasync();
      this.durableTo += bytes.length;
      this.tell(undefined);
      return true;
    } catch (error) {
      this.tell(error as Error);
      await this.drop();
      return false;
    }
  }

  private tell(obstacle: Error | undefined): void {
    if (obstacle !== undefined || this.troubled) this.trouble(obstacle);
    this.troubled = obstacle !== undefined;
  }

  private async reopen(): Promise<FileHandle> {
    const handle = await open(this.path, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      this.durableTo = 0;
      return open(this.path, 'wx+', 0o600);
    });
    this.handle = handle;
    await syncDirectory(this.path);
    await handle.truncate(this.durableTo);
    return handle;
  }

  private async drop(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    // The handle has failed already, and its failure has been reported; a second one says nothing new.
    await handle?.close().catch((error: Error) => this.tell(error));
  }

  /**
   * Puts a file with the entries that `kept` chooses in place of this one: tmp, fsync, rename, fsync of the directory.
   * Nothing is written meanwhile; what is appended comes behind them.
   * @throws when the disk refuses it; then the file is as it was
   */
  replace(kept: (file: Buffer) => readonly Buffer[]): Promise<void> {
    return this.inTurn(async () => {
      const bytes = Buffer.concat([MAGIC, ...kept((await readFile(this.path)).subarray(0, this.durableTo))]);
      const tmp = await open(`${this.path}.tmp`, 'w', 0o600);
      try {
        await tmp.writeFile(bytes);
        await tmp.sync();
      } finally {
        await tmp.close();
      }
      await this.drop();
      await rename(`${this.path}.tmp`, this.path);
      this.durableTo = bytes.length;
      await syncDirectory(this.path);
    });
  }

  /** Tries once more to write what is pending. A disk that still refuses it costs duplicates; it must not hold up the end. */
  async close(): Promise<void> {
    this.closing = true;
    void this.durable();
    await this.inTurn(async () => {
      this.closed = true;
      await this.drop();
    });
  }
}

const nothing = (): void => {};

/** Makes a file's name in its directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
