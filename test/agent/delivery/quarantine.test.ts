import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { dropQuarantined, Quarantine, quarantined, readQuarantined } from '../../../agent/delivery/quarantine.ts';
import type { QuarantineEntry, StoredEntry } from '../../../agent/delivery/segment.ts';

let stateDir = '';
let trouble: (string | undefined)[] = [];
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'trailferry-'));
  trouble = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  rmSync(stateDir, { recursive: true });
});

const listQuarantine = (directory: string): Promise<StoredEntry[]> => Array.fromAsync(quarantined(directory));

const MANY = 1024 * 1024;
const entry = (some: Partial<QuarantineEntry> = {}): QuarantineEntry => ({
  kind: 'record',
  object: { bucket: 'logs', key: 'a.json.gz', version: 'v1' },
  ordinal: 7,
  destination: 'siem',
  logType: 'cloudtrail',
  reason: 'TF-JSON-INVALID',
  message: 'not JSON',
  at: 1_764_000_000_000,
  ...some,
});
const opened = (mostBytes = MANY) =>
  Quarantine.open(stateDir, mostBytes, (obstacle) => trouble.push(obstacle?.message));

test('keeps any bytes and any names, and gives them back', async () => {
  const quarantine = await opened();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary' }), async (bytes, key) => {
      const one = entry({ object: { bucket: 'b', key: `../../${key}`, version: '\n' } });
      await quarantine.put(one, Buffer.from(bytes));
      const [stored, ...more] = await listQuarantine(stateDir);
      expect(more).toEqual([]);
      expect(stored).toMatchObject(JSON.parse(JSON.stringify(one)));
      expect(Buffer.compare(stored?.bytes ?? Buffer.alloc(0), Buffer.from(bytes))).toBe(0);
      await dropQuarantined(stateDir, [stored?.id ?? '']);
    }),
    { numRuns: 20 },
  );
});

test('files are for the agent alone, and their names hold nothing of the record', async () => {
  const quarantine = await opened();
  await quarantine.put(entry({ destination: '../evil' }), Buffer.from('x'));
  const directory = join(stateDir, 'quarantine');
  const [name = ''] = readdirSync(directory);
  expect(name).toMatch(/^1764000000000-[0-9a-f-]{36}\.qseg$/);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
});

test('an entry is synced, file and name, before it counts as kept', async () => {
  const quarantine = await opened();
  const handle = await open(stateDir, 'r');
  await handle.close();
  const proto = Object.getPrototypeOf(handle) as FileHandle;
  const { sync } = proto;
  const release: (() => void)[] = [];
  vi.spyOn(proto, 'sync').mockImplementation(async function (this: FileHandle) {
    await new Promise<void>((resolve) => release.push(resolve));
    return sync.call(this);
  });
  let kept = false;
  const put = quarantine.put(entry(), Buffer.from('x')).then(() => {
    kept = true;
  });
  for (const step of [0, 1]) {
    await vi.waitFor(() => expect(release).toHaveLength(step + 1));
    expect(kept).toBe(false);
    release[step]?.();
  }
  await put;
});

test('when it is full it waits, says so, and goes on after a drop', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const quarantine = await opened(1000);
  const bytes = Buffer.alloc(400, 'x');
  await quarantine.put(entry({ ordinal: 0 }), bytes);
  let kept = false;
  const waiting = quarantine.put(entry({ ordinal: 1 }), bytes).then(() => {
    kept = true;
  });
  await vi.waitFor(() => expect(trouble.at(-1)).toMatch(/has reached its 1000 bytes.*quarantine list/));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(kept).toBe(false);
  const [first] = await listQuarantine(stateDir);
  await dropQuarantined(stateDir, [first?.id ?? '']);
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(5000);
    expect(kept).toBe(true);
  });
  await waiting;
  expect(trouble.at(-1)).toBeUndefined();
  expect((await listQuarantine(stateDir)).map(({ ordinal }) => ordinal)).toEqual([1]);
});

test('a full quarantine that cannot be counted waits, and goes on', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const quarantine = await opened(1000);
  await quarantine.put(entry({ ordinal: 0 }), Buffer.alloc(600));
  rmSync(join(stateDir, 'quarantine'), { recursive: true });
  let kept = false;
  void quarantine.put(entry({ ordinal: 1 }), Buffer.alloc(600)).then(() => {
    kept = true;
  });
  await vi.waitFor(() => expect(trouble.at(-1)).toMatch(/ENOENT/));
  mkdirSync(join(stateDir, 'quarantine'));
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(5000);
    expect(kept).toBe(true);
  });
  expect(trouble.at(-1)).toBeUndefined();
});

test('its trouble ends when the last entry that waited is through, and others do not speak of it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const quarantine = await opened(1000);
  await quarantine.put(entry({ ordinal: 0 }), Buffer.alloc(100));
  const large = quarantine.put(entry({ ordinal: 1 }), Buffer.alloc(600));
  await vi.waitFor(() => expect(trouble).toHaveLength(1));
  await quarantine.put(entry({ ordinal: 2 }), Buffer.alloc(1));
  expect(trouble).toHaveLength(1);
  for (const { id } of await listQuarantine(stateDir)) await dropQuarantined(stateDir, [id]);
  await vi.advanceTimersByTimeAsync(5000);
  await large;
  expect(trouble).toEqual([expect.stringContaining('1000 bytes'), undefined]);
});

test('many at once never exceed its size', async () => {
  const quarantine = await opened(3000);
  for (let ordinal = 0; ordinal < 20; ordinal += 1) void quarantine.put(entry({ ordinal }), Buffer.alloc(500));
  await vi.waitFor(() => expect(trouble.filter((said) => said !== undefined).length).toBeGreaterThanOrEqual(16));
  const kept = await listQuarantine(stateDir);
  expect(kept.length).toBe(Math.floor(3000 / (quarantine.bytes / kept.length)));
  expect(quarantine.bytes).toBeLessThanOrEqual(3000);
});

test('a disk that refuses an entry is waited for, and nothing is left behind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const quarantine = await opened();
  const handle = await open(stateDir, 'r');
  await handle.close();
  const proto = Object.getPrototypeOf(handle) as FileHandle;
  vi.spyOn(proto, 'sync').mockRejectedValueOnce(new Error('ENOSPC')).mockRejectedValueOnce(new Error('EIO'));
  let kept = false;
  void quarantine.put(entry(), Buffer.from('x')).then(() => {
    kept = true;
  });
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(5000);
    expect(kept).toBe(true);
  });
  expect(trouble).toEqual(['ENOSPC', 'EIO', undefined]);
  expect(readdirSync(join(stateDir, 'quarantine'))).toHaveLength(1);
});

test('its size is what the disk holds; what a crash left unfinished is swept away', async () => {
  const directory = join(stateDir, 'quarantine');
  mkdirSync(directory);
  writeFileSync(join(directory, '1-a.tmp'), 'half');
  const first = await opened();
  expect(first.bytes).toBe(0);
  await first.put(entry(), Buffer.from('abc'));
  expect((await opened()).bytes).toBe(first.bytes);
  expect(readdirSync(directory)).toHaveLength(1);
});

test('what comes together is one file, and each entry goes alone', async () => {
  const quarantine = await opened();
  const ordinals = Array.from({ length: 500 }, (_, ordinal) => ordinal);
  await Promise.all(ordinals.map((ordinal) => quarantine.put(entry({ ordinal }), Buffer.from(`r${ordinal}\n`))));
  expect(readdirSync(join(stateDir, 'quarantine')).length).toBeLessThan(4);
  // Of segments that were written in the same millisecond, none is the older one.
  const inOrder = async (): Promise<StoredEntry[]> =>
    (await listQuarantine(stateDir)).sort((a, b) => a.ordinal - b.ordinal);
  const stored = await inOrder();
  expect(stored.map(({ ordinal, bytes }) => `${ordinal} ${bytes}`)).toEqual(ordinals.map((n) => `${n} r${n}\n`));
  await dropQuarantined(
    stateDir,
    stored.filter(({ ordinal }) => ordinal % 3 === 0).map(({ id }) => id),
  );
  await dropQuarantined(stateDir, [stored[1]?.id ?? '']);
  const left = stored.filter(({ ordinal }) => ordinal % 3 !== 0 && ordinal !== 1);
  expect(await inOrder()).toEqual(left);
  expect(await readQuarantined(stateDir, stored[499]?.id ?? '')).toEqual(stored[499]);
  await expect(readQuarantined(stateDir, stored[1]?.id ?? '')).rejects.toThrow('is not there');
});

test('entries may be dropped by another process at any moment', async () => {
  const quarantine = await opened(2000);
  const remover = setInterval(() => {
    for (const name of readdirSync(join(stateDir, 'quarantine'))) {
      if (name.endsWith('.qseg')) rmSync(join(stateDir, 'quarantine', name), { force: true });
    }
  }, 1);
  try {
    for (let ordinal = 0; ordinal < 60; ordinal += 1) {
      await Promise.all([quarantine.put(entry({ ordinal }), Buffer.alloc(300)), listQuarantine(stateDir)]);
    }
  } finally {
    clearInterval(remover);
  }
});

test.each([
  '',
  '..',
  '../ledger',
  '1-x',
  '1-../../../../etc/passwd-0000000000000000000',
  `1-${'a'.repeat(36)}/../x`,
  '\0',
])('no id leads out of the directory: %j', async (id) => {
  await opened();
  writeFileSync(join(stateDir, 'ledger'), 'x');
  await expect(readQuarantined(stateDir, id)).rejects.toThrow('is not the id');
  await expect(dropQuarantined(stateDir, [id])).rejects.toThrow('is not the id');
});

test('a damaged segment is named, with what to do', async () => {
  const quarantine = await opened();
  await quarantine.put(entry(), Buffer.from('x'));
  const [name = ''] = readdirSync(join(stateDir, 'quarantine'));
  for (const damage of ['{"kind":"record"', `${JSON.stringify({ ...entry(), length: 9 })}\nx\n`]) {
    writeFileSync(join(stateDir, 'quarantine', name), damage);
    await expect(listQuarantine(stateDir)).rejects.toThrow(`${name} is damaged; move it away`);
  }
});

test('without a quarantine directory there is nothing to list', async () => {
  expect(await listQuarantine(stateDir)).toEqual([]);
});
