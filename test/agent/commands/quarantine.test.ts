import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../agent/command.ts';
import { quarantine } from '../../../agent/commands/quarantine.ts';
import { Quarantine, quarantined } from '../../../agent/delivery/quarantine.ts';
import type { QuarantineEntry } from '../../../agent/delivery/segment.ts';
import { eventIds } from '../../../formats/event-id.ts';
import { makePlace, type Place, runCommand } from './cli.ts';

let place: Place;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => rmSync(place.stateDir, { recursive: true }));

async function keep(bytes: string, some: Partial<QuarantineEntry> = {}): Promise<string> {
  const store = await Quarantine.open(place.stateDir, 1024 * 1024, () => {});
  const before = await ids();
  const entry: QuarantineEntry = {
    kind: 'record',
    object: { bucket: 'logs', key: 'a.json', version: 'v1' },
    ordinal: 7,
    destination: 'siem',
    logType: 'generic',
    reason: 'TF-JSON-INVALID',
    message: 'the record is not valid JSON',
    at: Date.UTC(2026, 10, 24, 12),
    ...some,
  };
  await store.put(entry, Buffer.from(bytes));
  return (await ids()).find((id) => !before.includes(id)) ?? '';
}

const ids = async (): Promise<string[]> => (await Array.fromAsync(quarantined(place.stateDir))).map(({ id }) => id);
const run = (...args: string[]) => runCommand(quarantine, ['--config', place.config, ...args]);

describe('list', () => {
  test('nothing', async () => {
    expect(await run('list')).toEqual({ code: 0, out: '', err: '' });
  });

  test('one line each: when, where, why, which', async () => {
    const id = await keep('{"n":1');
    const rest = await keep('', { kind: 'rest', ordinal: 9, reason: 'TF-GZIP-TRUNCATED', at: Date.UTC(2027, 0) });
    expect((await run('list')).out).toBe(
      `${id}  2026-11-24T12:00:00.000Z siem TF-JSON-INVALID record 7 of s3://logs/a.json (6 bytes)\n` +
        `${rest}  2027-01-01T00:00:00.000Z siem TF-GZIP-TRUNCATED records from 9 to the end of s3://logs/a.json (0 bytes)\n`,
    );
  });

  test('-o json, without the bytes', async () => {
    const id = await keep('secret record');
    const { out } = await run('list', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject([{ id, kind: 'record', ordinal: 7, length: 13 }]);
    expect(out).not.toContain('secret record');
  });
});

test('show: the record with its reason', async () => {
  const id = await keep('{"n":1');
  const { code, out } = await run('show', id);
  expect(code).toBe(0);
  expect(out).toContain('the record is not valid JSON');
  expect(out).toContain('{"n":1\n');
});

describe('retry', () => {
  test('a record is converted anew, delivered, and gone from quarantine', async () => {
    const id = await keep('{"n":1}');
    expect(await run('retry', id)).toEqual({ code: 0, out: `${id}  delivered\n`, err: '' });
    expect(readFileSync(place.delivered, 'utf8')).toBe('{"n":1}\n');
    expect(await ids()).toEqual([]);
  });

  test('a refused frame goes as it is', async () => {
    await keep('<14>frame\nof two lines\n', { kind: 'frame', logType: '' });
    expect((await run('retry', '--all')).code).toBe(0);
    expect(readFileSync(place.delivered, 'utf8')).toBe('<14>frame\nof two lines\n');
  });

  test('a record keeps the event id that it has in its object', async () => {
    writeFileSync(place.config, readFileSync(place.config, 'utf8').replace('format: raw', 'format: cef'));
    await keep('{"n":1}', { ordinal: 41 });
    expect((await run('retry', '--all')).code).toBe(0);
    const idOf = eventIds({ bucket: 'logs', key: 'a.json', version: 'v1' });
    expect(readFileSync(place.delivered, 'utf8')).toContain(idOf(41));
  });

  test('what still cannot be converted or sent stays, and the answer is no', async () => {
    const bad = await keep('{"n":');
    const good = await keep('{"n":2}', { at: Date.UTC(2027, 0) });
    const rest = await keep('', { kind: 'rest', at: Date.UTC(2028, 0) });
    const gone = await keep('{"n":3}', { destination: 'old', at: Date.UTC(2029, 0) });
    const { code, out } = await run('retry', '--all');
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(`^${bad}  stays: .*TF-JSON`),
      `${good}  delivered`,
      expect.stringMatching(`^${rest}  stays: .*send its notification again`),
      `${gone}  stays: there is no destination "old" any more`,
      '',
    ]);
    expect(await ids()).toEqual([bad, rest, gone]);
  });

  test('a destination that does not answer keeps the record', async () => {
    const id = await keep('{"n":1}');
    mkdirSync(place.delivered);
    const { code, out } = await run('retry', id);
    expect([code, out]).toEqual([1, expect.stringContaining('stays: ')]);
    expect(await ids()).toEqual([id]);
  });
});

describe('drop', () => {
  test('removes what it was told, and nothing else', async () => {
    const [one, two] = [await keep('a'), await keep('b')];
    expect(await run('drop', one)).toEqual({ code: 0, out: `${one}  dropped\n`, err: '' });
    expect(await ids()).toEqual([two]);
    await run('drop', '--all');
    expect(await ids()).toEqual([]);
  });
});

test.each([
  [[]],
  [['eat']],
  [['show']],
  [['drop']],
  [['retry']],
  [['show', '1-00000000-0000-0000-0000-000000000000.0']],
  [['show', '../../etc/passwd']],
  [['drop', '../ledger']],
  [['list', '-o', 'xml']],
])('%j is no usage', async (args) => {
  await keep('x');
  await expect(run(...args)).rejects.toThrow(UsageError);
  expect(await ids()).toHaveLength(1);
});
