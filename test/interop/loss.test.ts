import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { type Row, rows, settingsOf } from './loss/rows.ts';
import { type Outcome, run, type Trial } from './loss/run.ts';
import { tableOf } from './loss/table.ts';
import { missing, placeFor } from './peers/index.ts';
import type { TlsVersion } from './peers/peer.ts';

/** `TRAILFERRY_LOSS=full` is several times longer; a part of a name in its place runs only such receivers. */
const ASKED = process.env['TRAILFERRY_LOSS'];
const FULL = ASKED !== undefined;
/** For each version and pace: the four of them together are 60,000 events and 32 stops of each kind. */
const EVENTS = FULL ? 60_000 : 15_000;
const STOPS = FULL ? 60 : 16;
const FEW_STOPS = FULL ? 20 : 6;
/** Most that may come again after one stop, and no more than was sent in two seconds. */
const MOST_AGAIN_BYTES = 8 * 2 ** 20;
/** Runs at a time: what they do most of the time is wait, for a start or until it is time to try again. */
const AT_ONCE = FULL ? 8 : 20;

/** The first of them tell most. */
const VARIANTS: readonly { readonly tls: TlsVersion; readonly pace: Trial['pace'] }[] = [
  { tls: '1.3', pace: 'fast' },
  { tls: '1.2', pace: 'slow' },
  { tls: '1.3', pace: 'slow' },
  { tls: '1.2', pace: 'fast' },
];

interface Case extends Row {
  readonly tls: TlsVersion;
  readonly pace: Trial['pace'];
  readonly stops: number;
  outcome?: Outcome;
  failure?: unknown;
}

const cases: readonly Case[] = rows
  .filter(({ peer }) => !FULL || ASKED === 'full' || peer.name.includes(ASKED))
  .flatMap((row) => VARIANTS.slice(0, FULL ? VARIANTS.length : row.few).map((variant) => ({ ...row, ...variant })))
  .map((one) => ({ ...one, stops: one.peer.slowToStart ? FEW_STOPS : STOPS }));
const runnable = cases.filter(({ peer }) => missing(peer) === undefined);

let certificates: Certificates;
let directory: string;

beforeAll(async () => {
  for (const why of new Set(cases.map(({ peer }) => missing(peer)))) if (why !== undefined) console.error(why);
  certificates = await makeCertificates();
  directory = mkdtempSync(join(tmpdir(), 'trailferry-loss-'));
  const waiting = [...runnable];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await perform(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  console.log(`\n${tableOf(runnable)}\n`);
}, 3_600_000);

afterAll(() => {
  certificates.remove();
  rmSync(directory, { recursive: true, force: true });
});

async function perform(one: Case): Promise<void> {
  const place = placeFor({ directory: mkdtempSync(join(directory, 'peer-')), certificates, tls: one.tls });
  try {
    one.outcome = await run({ ...one, place, settings: settingsOf(one), events: EVENTS });
  } catch (error) {
    one.failure = error;
  }
}

describe.each(runnable)('$peer.name, $confirm, TLS $tls, $pace, $victim stopped', (one) => {
  it('loses no more than it may', () => {
    if (one.failure !== undefined) throw one.failure;
    const { lost = Number.NaN } = one.outcome ?? {};
    if (one.loss === 'none') expect(lost).toBe(0);
    if (one.loss === 'little') expect(lost / EVENTS / one.stops).toBeLessThanOrEqual(0.0002);
  });

  it('brings whole events only, and few of them twice', () => {
    if (one.failure !== undefined) return;
    const { foreign, torn, mostAgainBytes, busiestBytes = 0 } = one.outcome ?? {};
    expect(foreign).toEqual([]);
    // What is written as it comes ends anywhere when its receiver is killed.
    expect(torn).toBeLessThanOrEqual(one.stops);
    expect(mostAgainBytes).toBeLessThanOrEqual(Math.min(MOST_AGAIN_BYTES, busiestBytes));
  });
});

const lossy = runnable.filter(({ loss }) => loss === 'some');

// Of all variants together: in one alone every stop may meet an empty way.
it.skipIf(lossy.length === 0)('sees losses where nothing is confirmed', () => {
  expect(lossy.reduce((sum, { outcome }) => sum + (outcome?.lost ?? 0), 0)).toBeGreaterThan(0);
});
