import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type LaneAccount, newAccount } from '../../../agent/delivery/account.ts';
import { encodeEntry, Journal, readEntries } from '../../../agent/delivery/journal.ts';
import { Ledger, readLedger } from '../../../agent/delivery/ledger.ts';

let directory = '';
let file = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trailferry-'));
  file = join(directory, 'ledger');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

const ENTRIES = ['one', 'zwei', 'trois \u00e9', '4'.repeat(300)];
const quiet = (): void => {};

async function written(entries: readonly string[]): Promise<Buffer> {
  const journal = new Journal(file, 0, quiet);
  for (const entry of entries) journal.append(encodeEntry(entry));
  await journal.durable();
  await journal.close();
  return readFileSync(file);
}

function reading(bytes: Buffer) {
  const entries: string[] = [];
  return { ...readEntries(bytes, (payload) => entries.push(payload)), entries };
}

describe('a journal file', () => {
  test('gives back what was written', async () => {
    const bytes = await written(ENTRIES);
    expect(reading(bytes)).toEqual({ state: 'whole', sound: bytes.length, entries: ENTRIES });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('cut short at any byte is torn, not damaged, and gives a prefix of history', async () => {
    const bytes = await written(ENTRIES);
    for (let length = 0; length < bytes.length; length += 1) {
      const { state, sound, entries } = reading(bytes.subarray(0, length));
      expect(entries).toEqual(ENTRIES.slice(0, entries.length));
      expect(sound).toBeLessThanOrEqual(length);
      expect([length === 0 ? 'new' : 'torn', 'whole']).toContain(state);
      if (state === 'whole') expect(sound).toBe(length);
    }
  });

  test('with any bit flipped gives a prefix of history and is not taken for whole', async () => {
    const bytes = await written(ENTRIES);
    const lastEntry = bytes.length - 8 - 300;
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { state, entries } = reading(flipped);
      expect(state).toBe(bit >> 3 < lastEntry ? 'damaged' : 'torn');
      expect(entries.length).toBeLessThan(ENTRIES.length);
      expect(entries).toEqual(ENTRIES.slice(0, entries.length));
    }
  });

  test.each([
    [
      'zeros behind the last entry are what a power failure leaves',
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(4096)]),
      'torn',
      4,
    ],
    [
      'zeros and leftovers of a write are a torn end, too',
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(64), Buffer.from('x')]),
      'torn',
      4,
    ],
    ['damage in the middle', (bytes: Buffer) => bytes.fill(0x55, 40, 41), 'damaged', 1],
    ['a version of tomorrow', (bytes: Buffer) => bytes.fill('2', 18, 19), 'damaged', 0],
    ['another file', () => Buffer.from('#!/bin/sh\necho this is not a ledger\n'), 'damaged', 0],
    ['a length without end', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(64, 0xff)]), 'torn', 4],
  ])('%s', async (_, change, state, entries) => {
    expect(reading(change(await written(ENTRIES)))).toMatchObject({ state, entries: ENTRIES.slice(0, entries) });
  });
});

/** The class of file handles, which `node:fs/promises` does not export. */
async function handleClass(): Promise<FileHandle> {
  const handle = await open(directory, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle);
}

/** Lets the pauses between tries pass until the work is done. Files keep their own, real time. */
async function pass(work: Promise<unknown>): Promise<void> {
  let done = false;
  const end = work.finally(() => {
    done = true;
  });
  while (!done) {
    await vi.advanceTimersByTimeAsync(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await end;
}

type Write = (this: FileHandle, bytes: Buffer, from: number, length: number, at: number) => Promise<unknown>;

/** A disk that fails as it is told, one answer a call. A write that fails has written some of its bytes. */
async function failingDisk(faults: ('ok' | 'short' | 'write' | 'sync')[]) {
  const proto = await handleClass();
  const write = proto.write as unknown as Write;
  const { datasync } = proto;
  vi.spyOn(proto, 'write').mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
    const [bytes, from, length, at] = args as [Buffer, number, number, number];
    if (faults[0] === 'short') {
      faults.shift();
      return write.call(this, bytes, from, Math.ceil(length / 2), at);
    }
    if (faults[0] !== 'write') return write.call(this, bytes, from, length, at);
    faults.shift();
    await write.call(this, bytes, from, length >> 1, at);
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  } as typeof proto.write);
  vi.spyOn(proto, 'datasync').mockImplementation(async function (this: FileHandle) {
    const fault = faults.shift();
    if (fault === 'sync') throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    return datasync.call(this);
  });
}

describe('a journal', () => {
  test('makes the entries of many callers durable with few syncs', async () => {
    const sync = vi.spyOn(await handleClass(), 'datasync');
    const journal = new Journal(file, 0, quiet);
    const all = Array.from({ length: 200 }, (_, index) => `entry ${index}`);
    const callers = all.map((entry) => {
      journal.append(encodeEntry(entry));
      return journal.durable();
    });
    await Promise.all(callers);
    expect(reading(readFileSync(file)).entries).toEqual(all);
    expect(sync.mock.calls.length).toBeLessThanOrEqual(3);
    await journal.close();
  });

  test('on a disk that fails in any way waits until it takes the entries, and the file is sound', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const faults = fc.array(fc.constantFrom('ok' as const, 'short' as const, 'write' as const, 'sync' as const), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(faults, fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }), async (script, groups) => {
        rmSync(file, { force: true });
        const bad = script.filter((fault) => fault === 'write' || fault === 'sync').length;
        let [troubles, last]: [number, Error | undefined] = [0, undefined];
        const journal = new Journal(file, 0, (error) => {
          if (error !== undefined) troubles += 1;
          last = error;
        });
        await failingDisk(script);
        const history: string[] = [];
        for (const [group, extra] of groups.entries()) {
          for (let entry = 0; entry <= extra; entry += 1) {
            history.push(`${group} ${entry}`);
            journal.append(encodeEntry(`${group} ${entry}`));
          }
          await pass(journal.durable());
          expect(reading(readFileSync(file))).toMatchObject({ state: 'whole', entries: history });
          expect(last).toBeUndefined();
        }
        vi.restoreAllMocks();
        expect(troubles).toBeLessThanOrEqual(bad);
        await journal.close();
      }),
      { numRuns: 30 },
    );
  });

  test('is not durable while the disk fails; what an earlier sync may have lost is written again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const journal = new Journal(file, 0, quiet);
    await failingDisk(['sync', 'write', 'sync']);
    journal.append(encodeEntry('one'));
    let durable = false;
    const waiting = journal.durable().then(() => {
      durable = true;
    });
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(durable).toBe(false);
    await pass(waiting);
    expect(reading(readFileSync(file)).entries).toEqual(['one']);
    await journal.close();
  });

  test('closes although the disk refuses everything', async () => {
    const journal = new Journal(file, 0, quiet);
    await failingDisk(Array<'write'>(9).fill('write'));
    journal.append(encodeEntry('lost, which costs a duplicate'));
    await journal.close();
    expect(reading(readFileSync(file)).entries).toEqual([]);
  });

  test('is replaced between commits: what is appended meanwhile comes behind, in the new file', async () => {
    const journal = new Journal(file, 0, quiet);
    for (const entry of ['old', 'kept']) journal.append(encodeEntry(entry));
    await journal.durable();
    const replaced = journal.replace((bytes) => {
      journal.append(encodeEntry('meanwhile'));
      return [encodeEntry(reading(bytes).entries[1] ?? '')];
    });
    const all = ['kept', 'meanwhile'];
    for (let entry = 0; entry < 20; entry += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      all.push(`entry ${entry}`);
      journal.append(encodeEntry(`entry ${entry}`));
      await journal.durable();
    }
    await replaced;
    await journal.close();
    expect(reading(readFileSync(file)).entries.sort()).toEqual(all.sort());
  });

  test('once closed leaves the file to whoever opens it next', async () => {
    const journal = new Journal(file, 0, quiet);
    journal.append(encodeEntry('one'));
    await journal.close();
    const before = readFileSync(file);
    journal.append(encodeEntry('two'));
    const late = vi.fn();
    void journal.durable().then(late);
    await journal.replace(() => []);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(late).not.toHaveBeenCalled();
    expect(readFileSync(file)).toEqual(before);
  });

  test('whose file vanished begins a new one', async () => {
    const sync = vi.spyOn(await handleClass(), 'datasync');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const journal = new Journal(file, 0, quiet);
    journal.append(encodeEntry('one'));
    await journal.durable();
    rmSync(file);
    sync.mockRejectedValueOnce(new Error('ESTALE'));
    journal.append(encodeEntry('two'));
    await pass(journal.durable());
    expect(reading(readFileSync(file))).toMatchObject({ state: 'whole', entries: ['two'] });
    await journal.close();
  });

  test('tells of trouble, and of its end once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const said: (string | undefined)[] = [];
    const journal = new Journal(file, 0, (error) => said.push(error?.message));
    await failingDisk(['ok', 'sync', 'sync', 'ok', 'ok']);
    for (const entry of ['one', 'two', 'three']) {
      journal.append(encodeEntry(entry));
      await pass(journal.durable());
    }
    expect(said).toEqual(['EIO: i/o error', 'EIO: i/o error', undefined]);
    await journal.close();
  });

  test('that could not be replaced goes on as it was', async () => {
    const journal = new Journal(file, 0, quiet);
    journal.append(encodeEntry('one'));
    await journal.durable();
    vi.spyOn(await handleClass(), 'sync').mockRejectedValueOnce(new Error('EIO'));
    await expect(journal.replace(() => [])).rejects.toThrow('EIO');
    journal.append(encodeEntry('two'));
    await journal.close();
    expect(reading(readFileSync(file)).entries).toEqual(['one', 'two']);
  });
});

const OBJECT = { bucket: 'logs', key: 'a.json.gz', version: 'v1' };
const account = (some: Partial<LaneAccount> = {}): LaneAccount => ({ ...newAccount(OBJECT, 'siem'), ...some });

describe('a ledger', () => {
  const load = (): Promise<Ledger> => Ledger.load(directory, quiet, () => 1234);

  test('goes on exactly where it was, after any history of watermarks and ends', async () => {
    const step = fc.record({
      object: fc.nat(3),
      destination: fc.constantFrom('a', 'b'),
      more: fc.nat(5),
      filtered: fc.nat(2),
      complete: fc.boolean(),
      tick: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        rmSync(file, { force: true });
        let ledger = await load();
        const model = new Map<string, LaneAccount>();
        for (const { object, destination, more, filtered, complete, tick } of steps) {
          const version = { ...OBJECT, key: `${object}` };
          const name = `${object} ${destination}`;
          const before = model.get(name) ?? newAccount(version, destination);
          if (before.complete) continue;
          const next = {
            ...before,
            watermark: before.watermark + more + filtered,
            delivered: before.delivered + more,
            filtered: before.filtered + filtered,
            complete,
          };
          model.set(name, next);
          ledger.record(next);
          if (tick) await ledger.tick();
        }
        await ledger.close();
        expect((await readLedger(directory)).entries.map(({ at: _, ...entry }) => entry)).toEqual(
          expect.arrayContaining([...model.values()]),
        );
        ledger = await load();
        expect(ledger.found).toBe('whole');
        for (const expected of model.values()) {
          const { object, destination, complete } = expected;
          expect(ledger.complete(object, [destination])).toBe(complete);
          if (complete) expect(ledger.resume(object, destination)).toMatchObject({ complete });
          else {
            const { at: _, ...resumed } = ledger.resume(object, destination) as LaneAccount & { at?: number };
            expect(resumed).toEqual(expected);
          }
        }
        await ledger.close();
      }),
      { numRuns: 50 },
    );
  });

  test('remembers nothing that did not reach the disk, and completeness as soon as it is durable', async () => {
    const ledger = await load();
    ledger.record(account({ watermark: 2, delivered: 2, complete: true }));
    expect(reading(readFileSync(file)).entries).toEqual([]);
    await ledger.durable();
    expect((await readLedger(directory)).entries).toMatchObject([{ complete: true, watermark: 2, at: 1234 }]);
    await ledger.close();
  });

  test.each([
    ['too few', { watermark: 3, delivered: 2 }],
    ['too many', { watermark: 1, delivered: 1, quarantined: 1 }],
  ])('refuses an account that does not balance: %s', async (_, figures) => {
    const ledger = await load();
    expect(() => ledger.record(account(figures))).toThrow('s3://logs/a.json.gz does not balance');
    expect(ledger.resume(OBJECT, 'siem').watermark).toBe(0);
    await ledger.close();
  });

  test('that is damaged is put aside, and its sound part goes on', async () => {
    let ledger = await load();
    for (const key of ['a', 'b', 'c']) {
      ledger.record(account({ object: { ...OBJECT, key }, complete: true }));
      await ledger.durable();
    }
    await ledger.close();
    const bytes = readFileSync(file);
    const damaged = bytes.fill(0, bytes.indexOf('"b"'), bytes.indexOf('"b"') + 3);
    writeFileSync(file, damaged);
    ledger = await load();
    expect(ledger.found).toBe('damaged');
    expect(readFileSync(`${file}.bad.1234`)).toEqual(damaged);
    expect(['a', 'b', 'c'].map((key) => ledger.complete({ ...OBJECT, key }, ['siem']))).toEqual([true, false, false]);
    await ledger.close();
    ledger = await load();
    expect([ledger.found, ledger.complete({ ...OBJECT, key: 'a' }, ['siem'])]).toEqual(['whole', true]);
    await ledger.close();
  });

  test.each([
    ['a torn end', (bytes: Buffer) => bytes.subarray(0, -3), ['a']],
    ['zeros at the end', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(4096)]), ['a', 'b']],
    ['half of its first line', () => Buffer.from('trailfer'), []],
  ])('with %s is cut to its sound part and goes on', async (_, change, known) => {
    let ledger = await load();
    for (const key of ['a', 'b']) ledger.record(account({ object: { ...OBJECT, key }, complete: true }));
    await ledger.close();
    writeFileSync(file, change(readFileSync(file)));
    ledger = await load();
    expect(ledger.found).toBe('torn');
    expect(readdirSync(directory)).toEqual(['ledger']);
    ledger.record(account({ object: { ...OBJECT, key: 'c' }, complete: true }));
    await ledger.close();
    ledger = await load();
    expect(ledger.found).toBe('whole');
    expect(['a', 'b', 'c'].filter((key) => ledger.complete({ ...OBJECT, key }, ['siem']))).toEqual([...known, 'c']);
    await ledger.close();
  });

  test('is compacted without losing a watermark, or an end that becomes durable meanwhile', async () => {
    writeFileSync(`${file}.tmp`, 'left behind by a crash');
    const ledger = await load();
    for (let watermark = 1; watermark <= 200; watermark += 1) {
      ledger.record(account({ watermark, delivered: watermark }));
      await ledger.tick();
    }
    const before = statSync(file).size;
    const compacted = ledger.compact(1000);
    const ends = Array.from({ length: 30 }, (_, index) => ({ ...OBJECT, key: `end ${index}` }));
    for (const object of ends) {
      ledger.record(account({ object, complete: true }));
      await ledger.durable();
    }
    await compacted;
    const copy = await readLedger(directory);
    expect(statSync(file).size).toBeLessThan(before / 2);
    await ledger.close();
    expect(copy.entries.map(({ object }) => object.key).sort()).toEqual(
      [OBJECT.key, ...ends.map(({ key }) => key)].sort(),
    );
    expect(existsSync(`${file}.tmp`)).toBe(false);
    const again = await load();
    expect(again.resume(OBJECT, 'siem').watermark).toBe(200);
    expect(ends.every((object) => again.complete(object, ['siem']))).toBe(true);
    await again.close();
  });

  test('that was damaged under us is not compacted: what is behind the damage stays for the next start', async () => {
    const ledger = await load();
    for (const key of ['a', 'b', 'c']) ledger.record(account({ object: { ...OBJECT, key }, complete: true }));
    await ledger.durable();
    const bytes = readFileSync(file);
    const damaged = bytes.fill(0, bytes.indexOf('"b"'), bytes.indexOf('"b"') + 3);
    writeFileSync(file, damaged);
    await expect(ledger.compact(0)).rejects.toThrow('damaged');
    expect(readFileSync(file)).toEqual(damaged);
    await ledger.close();
  });

  test('forgets at compaction what has stood still for longer than SQS keeps a message', async () => {
    const day = 24 * 3_600_000;
    let now = 0;
    const ledger = await Ledger.load(directory, quiet, () => now);
    ledger.record(account({ watermark: 1, delivered: 1 }));
    now = 29 * day;
    ledger.record(account({ object: { ...OBJECT, key: 'younger' }, watermark: 1, delivered: 1 }));
    await ledger.compact(0);
    expect(ledger.resume(OBJECT, 'siem').watermark).toBe(1);
    now = 31 * day;
    await ledger.compact(0);
    expect(ledger.resume(OBJECT, 'siem').watermark).toBe(0);
    expect(ledger.resume({ ...OBJECT, key: 'younger' }, 'siem').watermark).toBe(1);
    expect((await readLedger(directory)).entries.map(({ object }) => object.key)).toEqual(['younger']);
    await ledger.close();
  });

  test('that is small is not compacted', async () => {
    const ledger = await load();
    ledger.record(account({ watermark: 1, delivered: 1 }));
    const replace = vi.spyOn(Journal.prototype, 'replace');
    await ledger.compact(10_000);
    expect(replace).not.toHaveBeenCalled();
    await ledger.close();
  });
});
