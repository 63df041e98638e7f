import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { balanced, type LaneAccount, newAccount, type ObjectVersion, objectId } from './account.ts';
import { encodeEntry, Journal, type JournalState, type JournalTrouble, readEntries } from './journal.ts';

export const LEDGER_FILE = 'ledger';

/** Completed objects that are remembered against a second notification. About 100 bytes each. */
const REMEMBERED = 100_000;
/** Bytes at which the journal is rewritten without what is superseded; half of it is kept as history for `audit`. */
const COMPACT_AT = 64 * 1024 * 1024;

/** SQS keeps a message for 14 days: a lane that stood still for longer was ended by another agent, or never will be. */
const FORGOTTEN_MS = 30 * 24 * 3_600_000;

/** An account as an entry of the journal, and when it was written (epoch ms). */
export interface LedgerEntry extends LaneAccount {
  readonly at: number;
}

export function toEntry(entry: LedgerEntry): string {
  const { object, destination, watermark, delivered, filtered, quarantined, resent, complete, at } = entry;
  return JSON.stringify({ object, destination, watermark, delivered, filtered, quarantined, resent, complete, at });
}

export function fromEntry(payload: string): LedgerEntry {
  return JSON.parse(payload) as LedgerEntry;
}

/**
 * The durable account of every object. It lets a message go only when all its objects are complete at all their
 * destinations and that is on the disk. Losing the ledger costs duplicates, never a record: SQS and S3 hold the data.
 *
 * ```
 *  journal:  account account account ...   append-only, newest wins
 *  memory:   open lanes (their last account) + names of completed objects
 * ```
 */
export class Ledger {
  /** How the file was found. */
  readonly found: JournalState;
  private readonly journal: Journal;
  private readonly open = new Map<string, LedgerEntry>();
  private readonly dirty = new Set<string>();
  /** Object id to the destinations it is complete at, oldest first. */
  private readonly completed = new Map<string, readonly string[]>();
  private readonly now: () => number;

  private constructor(found: JournalState, journal: Journal, now: () => number) {
    this.found = found;
    this.journal = journal;
    this.now = now;
  }

  /** Opens the ledger in a state directory. A damaged file is put aside as `ledger.bad.<time>`; its sound part goes on. */
  static async load(stateDir: string, trouble: JournalTrouble, now: () => number = Date.now): Promise<Ledger> {
    const path = join(stateDir, LEDGER_FILE);
    const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const entries: LedgerEntry[] = [];
    const reading = readEntries(file, (payload) => entries.push(fromEntry(payload)));
    if (reading.state === 'damaged') await rename(path, `${path}.bad.${now()}`);
    const journal = new Journal(path, reading.state === 'damaged' ? 0 : reading.sound, trouble);
    const ledger = new Ledger(reading.state, journal, now);
    for (const entry of entries) ledger.remember(entry);
    if (reading.state === 'damaged') for (const entry of entries) journal.append(encodeEntry(toEntry(entry)));
    await ledger.durable();
    return ledger;
  }

  private remember(account: LedgerEntry): void {
    const id = objectId(account.object);
    const key = `${id} ${account.destination}`;
    if (!account.complete) {
      this.open.set(key, account);
      return;
    }
    this.open.delete(key);
    const known = this.completed.get(id) ?? [];
    this.completed.delete(id);
    this.completed.set(id, known.includes(account.destination) ? known : [...known, account.destination]);
    const oldest = this.completed.size > REMEMBERED ? this.completed.keys().next().value : undefined;
    if (oldest !== undefined) this.completed.delete(oldest);
  }

  /** The account from which a lane goes on: complete, begun, or new. */
  resume(object: ObjectVersion, destination: string): LaneAccount {
    const id = objectId(object);
    if (this.completed.get(id)?.includes(destination) === true) {
      return { ...newAccount(object, destination), complete: true };
    }
    return this.open.get(`${id} ${destination}`) ?? newAccount(object, destination);
  }

  /**
   * Takes a lane's account; it becomes durable with the next `durable`, at the latest when `tick` is called.
   * @throws when the account does not balance: it must never be written down as true
   */
  record(account: LaneAccount): void {
    if (!balanced(account))
      throw new Error(`the account of s3://${account.object.bucket}/${account.object.key} does not balance`);
    const key = `${objectId(account.object)} ${account.destination}`;
    const entry = { ...account, at: this.now() };
    this.remember(entry);
    if (account.complete) {
      this.dirty.delete(key);
      this.journal.append(encodeEntry(toEntry(entry)));
    } else this.dirty.add(key);
  }

  /** Whether the object is complete at all these destinations, in the ledger. */
  complete(object: ObjectVersion, destinations: readonly string[]): boolean {
    const done = this.completed.get(objectId(object)) ?? [];
    return destinations.every((name) => done.includes(name));
  }

  /** Writes the watermarks that have moved since the last time; called about once a second. */
  async tick(): Promise<void> {
    this.note();
    await this.journal.durable();
  }

  private note(): void {
    for (const key of this.dirty) {
      const entry = this.open.get(key);
      if (entry !== undefined) this.journal.append(encodeEntry(toEntry(entry)));
    }
    this.dirty.clear();
  }

  /** Resolves when all that was recorded as complete is on the disk. */
  durable(): Promise<void> {
    return this.journal.durable();
  }

  /**
   * Rewrites the journal without superseded entries once it has grown large.
   * @throws when the file was damaged under us, or the disk refuses; then it stays as it is
   */
  async compact(at: number = COMPACT_AT): Promise<void> {
    await this.tick();
    if (this.journal.size <= at) return;
    await this.journal.replace((file) => [...this.history(file, file.length - at / 2), ...this.begun()]);
  }

  private history(file: Buffer, from: number): Buffer[] {
    const kept: Buffer[] = [];
    const { state } = readEntries(file, (payload, offset, length) => {
      if (offset >= from && fromEntry(payload).complete) kept.push(file.subarray(offset, offset + length));
    });
    if (state !== 'whole') throw new Error('the ledger file is damaged; the next start will put it aside');
    return kept;
  }

  private begun(): Buffer[] {
    for (const [key, { at }] of this.open) if (this.now() - at > FORGOTTEN_MS) this.open.delete(key);
    return [...this.open.values()].map((entry) => encodeEntry(toEntry(entry)));
  }

  /** Writes down what can be written; does not wait for a disk that refuses it. */
  async close(): Promise<void> {
    this.note();
    await this.journal.close();
  }
}

/** All accounts in a ledger file, the newest of each lane: what `audit` shows. Does not disturb a running agent. */
export async function readLedger(stateDir: string): Promise<{ entries: LedgerEntry[]; state: JournalState }> {
  const file = await readFile(join(stateDir, LEDGER_FILE)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const newest = new Map<string, LedgerEntry>();
  const { state } = readEntries(file, (payload) => {
    const entry = fromEntry(payload);
    newest.set(`${objectId(entry.object)} ${entry.destination}`, entry);
  });
  return { entries: [...newest.values()], state };
}
