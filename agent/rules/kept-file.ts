import { closeSync, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { LookupFileError, troublesOf } from '../../config/lookup-files.ts';

/**
 * A file that is read at the start, and again when it has changed. The last version that was good is in force, whatever
 * becomes of the file.
 */
export class KeptFile<Table> {
  /** The setting that names it. */
  readonly name: string;
  readonly path: string;
  /** Of the version in force. */
  table: Table;
  modifiedAt: Date;
  private readonly make: (bytes: Buffer, path: string) => Table;
  private inForce: string;
  /** The version that was found at the last look, and the one that was refused. */
  private seen: string | undefined;
  private refused: string | undefined;
  private obstacle: string | undefined;
  private damage: string | undefined;

  /** @throws {LookupFileError} when it cannot be read, or `make` refuses it */
  constructor(name: string, path: string, make: (bytes: Buffer, path: string) => Table) {
    this.name = name;
    this.path = path;
    this.make = make;
    try {
      const { bytes, stats } = readNow(path);
      this.table = make(bytes, path);
      this.modifiedAt = stats.mtime;
      this.inForce = versionOf(stats);
    } catch (error) {
      throw new LookupFileError(path, error);
    }
  }

  /** Why the file as it is cannot be used, or the version in force not everywhere; undefined when all is well. */
  get trouble(): string | undefined {
    return this.obstacle ?? this.damage;
  }

  /** A look into the table failed. */
  damaged(error: unknown): void {
    this.damage ??= `${this.path} is damaged: ${String(error)}`;
  }

  /**
   * Takes a new version over, if there is one and it is good. Not at the first look at it: it may be half written.
   * @returns whether there is another table now
   */
  async look(): Promise<boolean> {
    try {
      const version = versionOf(await stat(this.path));
      const wasSeen = version === this.seen;
      this.seen = version;
      if (version === this.inForce) this.obstacle = undefined;
      else if (wasSeen && version !== this.refused) return await this.take();
    } catch (error) {
      this.obstacle = troublesOf(this.path, error).join('; ');
    }
    return false;
  }

  private async take(): Promise<boolean> {
    await using file = await open(this.path);
    const stats = await file.stat();
    const bytes = await file.readFile();
    this.refused = versionOf(stats);
    this.table = this.make(bytes, this.path);
    this.refused = undefined;
    this.inForce = versionOf(stats);
    this.modifiedAt = stats.mtime;
    this.obstacle = undefined;
    this.damage = undefined;
    return true;
  }
}

function readNow(path: string): { bytes: Buffer; stats: Stats } {
  const file = openSync(path, 'r');
  try {
    return { stats: fstatSync(file), bytes: readFileSync(file) };
  } finally {
    closeSync(file);
  }
}

function versionOf({ mtimeMs, size, ino }: Stats): string {
  return `${mtimeMs} ${size} ${ino}`;
}
