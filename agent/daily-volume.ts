import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Volume } from './delivery/block.ts';

export const VOLUME_FILE = 'volume.json';

/** What one destination answered for, of one log type. Bytes are those of frames, header or HEC envelope included. */
export interface VolumeRow extends Volume {
  readonly destination: string;
  readonly logType: string;
}

/** What was delivered since some time. */
export interface DayVolume {
  /** Epoch milliseconds. */
  readonly since: number;
  /** By destination and log type. */
  readonly rows: readonly VolumeRow[];
}

/**
 * What was delivered since the last report, by destination and log type. It outlives a restart: it is written to the
 * state directory every minute and at the stop, so that a crash costs the figures of a minute. It is no account: the
 * ledger is.
 */
export class DailyVolume {
  private readonly path: string;
  private readonly now: () => number;
  private readonly rows = new Map<string, VolumeRow>();
  private since: number;

  private constructor(path: string, start: DayVolume, now: () => number) {
    this.path = path;
    this.now = now;
    this.since = start.since;
    for (const row of start.rows) this.rows.set(keyOf(row), row);
  }

  /** Goes on with what the state directory holds; begins anew when there is nothing, or nothing that can be read. */
  static async open(stateDir: string, now: () => number = Date.now): Promise<DailyVolume> {
    const path = join(stateDir, VOLUME_FILE);
    const start = await readFile(path, 'utf8').then(parsed, () => undefined);
    return new DailyVolume(path, start ?? { since: now(), rows: [] }, now);
  }

  add(destination: string, volumes: ReadonlyMap<string, Volume>): void {
    for (const [logType, { events, bytes }] of volumes) {
      const key = keyOf({ destination, logType });
      const before = this.rows.get(key);
      this.rows.set(key, {
        ...{ destination, logType },
        events: (before?.events ?? 0) + events,
        bytes: (before?.bytes ?? 0) + bytes,
      });
    }
  }

  /** What there is so far, most bytes first. */
  get soFar(): DayVolume {
    return { since: this.since, rows: [...this.rows.values()].toSorted((a, b) => b.bytes - a.bytes) };
  }

  /** Ends a day: what there was, and begins the next. */
  take(): DayVolume {
    const day = this.soFar;
    this.rows.clear();
    this.since = this.now();
    return day;
  }

  /** @throws when the disk refuses */
  async save(): Promise<void> {
    await writeFile(`${this.path}.new`, JSON.stringify(this.soFar), { mode: 0o600 });
    await rename(`${this.path}.new`, this.path);
  }
}

function keyOf({ destination, logType }: Pick<VolumeRow, 'destination' | 'logType'>): string {
  return `${destination} ${logType}`;
}

/** Undefined for what is no volume: half a file, or one of another version. */
function parsed(text: string): DayVolume | undefined {
  try {
    const { since, rows } = JSON.parse(text) as Partial<DayVolume>;
    const sound = Number.isSafeInteger(since) && Array.isArray(rows) && rows.every(isRow);
    return sound ? { since: since as number, rows: rows as VolumeRow[] } : undefined;
  } catch {
    return undefined;
  }
}

function isRow(row: Partial<VolumeRow> | null): boolean {
  const { destination, logType, events, bytes } = row ?? {};
  const named = typeof destination === 'string' && typeof logType === 'string';
  return named && Number.isSafeInteger(events) && Number.isSafeInteger(bytes);
}
