import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../../../agent/command.ts';
import { audit } from '../../../agent/commands/audit.ts';
import { type LaneAccount, newAccount } from '../../../agent/delivery/account.ts';
import { encodeEntry } from '../../../agent/delivery/journal.ts';
import { Ledger, toEntry } from '../../../agent/delivery/ledger.ts';
import { makePlace, type Place, runCommand } from './cli.ts';

let place: Place;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => rmSync(place.stateDir, { recursive: true }));

function account(key: string, some: Partial<LaneAccount> = {}): LaneAccount {
  return { ...newAccount({ bucket: 'logs', key, version: 'v1' }, 'siem'), ...some };
}

async function ledgerOf(...accounts: LaneAccount[]): Promise<void> {
  const ledger = await Ledger.load(place.stateDir, () => {});
  for (const one of accounts) {
    ledger.record(one);
    await ledger.tick();
  }
  await ledger.close();
}

const run = (...args: string[]) => runCommand(audit, ['--config', place.config, ...args]);
const WHOLE = account('a', { watermark: 10, delivered: 7, filtered: 2, quarantined: 1, resent: 3, complete: true });

test('without a ledger there is nothing, and nothing is wrong', async () => {
  expect(await run()).toMatchObject({ code: 0, err: '', out: expect.stringContaining('0 lanes, balanced') });
});

test('the newest account of every lane, and their sums', async () => {
  await ledgerOf(account('a', { watermark: 3, delivered: 3 }), WHOLE, account('b', { watermark: 5, delivered: 5 }));
  const { code, out, err } = await run();
  expect([code, err]).toEqual([0, '']);
  const rows = out.trimEnd().split('\n').slice(1);
  expect(rows.map((row) => row.trim().split(/\s+/).join(' '))).toEqual([
    '10 7 2 1 3 complete siem s3://logs/a',
    '5 5 0 0 0 pending siem s3://logs/b',
    '15 12 2 1 3 2 lanes, balanced',
  ]);
});

test('--object picks, -o json is for machines', async () => {
  await ledgerOf(WHOLE, account('b', { watermark: 5, delivered: 5 }));
  const { out, code } = await run('--object', 'logs/a', '-o', 'json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    balanced: true,
    lanes: [
      {
        object: 's3://logs/a',
        destination: 'siem',
        ...{ read: 10, delivered: 7, filtered: 2, quarantined: 1, resent: 3 },
        ...{ state: 'complete', balanced: true },
      },
    ],
  });
});

test('an account that does not balance is named, and the answer is no', async () => {
  await ledgerOf(WHOLE);
  const wrong = account('b', { watermark: 9, delivered: 8, complete: true });
  appendFileSync(join(place.stateDir, 'ledger'), encodeEntry(toEntry({ ...wrong, at: 1 })));
  const { code, out, err } = await run();
  expect(code).toBe(1);
  expect(err).toBe('NOT BALANCED: s3://logs/b at siem\n');
  expect(out).toContain('2 lanes, NOT BALANCED');
});

test('a damaged ledger is told, its sound part shown, and the answer is no', async () => {
  await ledgerOf(WHOLE, account('b', { watermark: 5, delivered: 5 }));
  const file = join(place.stateDir, 'ledger');
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0, 40, 41));
  const { code, err } = await run();
  expect(code).toBe(1);
  expect(err).toMatch(/damaged/);
  expect(readFileSync(file)).toEqual(bytes);
});

test('does not disturb the ledger of a running agent', async () => {
  const ledger = await Ledger.load(place.stateDir, () => {});
  ledger.record(WHOLE);
  await ledger.durable();
  expect((await run()).out).toContain('s3://logs/a');
  ledger.record(account('b', { complete: true }));
  await ledger.close();
  expect((await run()).out).toContain('2 lanes, balanced');
});

test('-o takes json or text', async () => {
  await expect(run('-o', 'xml')).rejects.toThrow(UsageError);
});

test('a configuration that cannot be read is wrong usage: nobody knows where to look', async () => {
  await expect(runCommand(audit, ['--config', join(place.stateDir, 'none.yaml')])).rejects.toThrow(UsageError);
});
