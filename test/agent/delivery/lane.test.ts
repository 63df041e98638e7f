import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newAccount } from '../../../agent/delivery/account.ts';
import { Lane } from '../../../agent/delivery/lane.ts';
import { Lanes } from '../../../agent/delivery/lanes.ts';
import { Ledger } from '../../../agent/delivery/ledger.ts';

const OBJECT = { bucket: 'logs', key: 'a.json.gz', version: 'v1' };
const DELIVERED = (count: number) => ({ delivered: count, filtered: 0, quarantined: 0 });
const never = new AbortController().signal;

let directory = '';
let ledger: Ledger;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'trailferry-'));
  ledger = await Ledger.load(directory, () => {});
});
afterEach(async () => {
  await ledger.close();
  rmSync(directory, { recursive: true });
});

/** Whether a promise has resolved by now. */
async function settledNow(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  const first = await Promise.race([promise, new Promise((resolve) => setImmediate(resolve, pending))]);
  return first !== pending;
}

describe('a lane', () => {
  const lane = () => new Lane(newAccount(OBJECT, 'siem'), () => {});

  test('rests when all that was handed over is settled, and not before', async () => {
    const one = lane();
    await one.rest(never);
    one.offered = 3;
    const rest = one.rest(never);
    one.settled(1, 2, DELIVERED(2));
    expect(await settledNow(rest)).toBe(false);
    one.settled(0, 0, DELIVERED(1));
    expect(await settledNow(rest)).toBe(true);
  });

  test('stops waiting when the signal aborts, with its reason, and can be waited for again', async () => {
    const one = lane();
    one.offered = 1;
    const gone = new AbortController();
    const rest = one.rest(gone.signal);
    gone.abort(new Error('enough'));
    await expect(rest).rejects.toThrow('enough');
    await expect(one.rest(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    one.settled(0, 0, DELIVERED(1));
    await one.rest(never);
  });

  test.each([
    ['before', ['ended', 'settled']],
    ['after', ['settled', 'ended']],
  ])('is complete when the end is known %s the last answer', (_, acts) => {
    const one = lane();
    one.offered = 2;
    expect(one.complete).toBe(false);
    for (const act of acts) {
      if (act === 'ended') one.ended(2);
      else one.settled(0, 1, DELIVERED(2));
    }
    expect(one.complete).toBe(true);
    expect(one.account()).toMatchObject({ watermark: 2, delivered: 2, complete: true });
  });

  test('that the ledger knows as complete is complete, and has nothing on its way', async () => {
    const one = new Lane({ ...newAccount(OBJECT, 'siem'), complete: true }, () => {});
    expect(one.complete).toBe(true);
    await one.rest(never);
  });
});

describe('the lanes of a process', () => {
  test('a lane lives on while frames are out: the next try goes on behind what was handed over', () => {
    const lanes = new Lanes(ledger);
    const first = lanes.of(OBJECT, 'siem');
    first.offered = 5;
    first.settled(0, 1, DELIVERED(2));
    lanes.leave([first]);
    expect(lanes.of({ ...OBJECT }, 'siem')).toBe(first);
    expect(first.offered).toBe(5);
  });

  test('a lane at rest is forgotten and goes on at its watermark', () => {
    const lanes = new Lanes(ledger);
    const first = lanes.of(OBJECT, 'siem');
    first.offered = 2;
    first.settled(0, 1, DELIVERED(2));
    lanes.leave([first]);
    const second = lanes.of(OBJECT, 'siem');
    expect(second).not.toBe(first);
    expect([second.watermark, second.offered]).toEqual([2, 2]);
    expect(second.account()).toMatchObject({ watermark: 2, delivered: 2, complete: false });
  });

  test('a lane that was left with frames out is forgotten when the last one is answered for', () => {
    const lanes = new Lanes(ledger);
    const first = lanes.of(OBJECT, 'siem');
    first.offered = 2;
    lanes.leave([first]);
    first.settled(0, 0, DELIVERED(1));
    expect(lanes.size).toBe(1);
    first.settled(1, 1, DELIVERED(1));
    expect(lanes.size).toBe(0);
    expect(lanes.of(OBJECT, 'siem').watermark).toBe(2);
  });

  test('a lane that was left and taken up again is not forgotten under its reader', () => {
    const lanes = new Lanes(ledger);
    const first = lanes.of(OBJECT, 'siem');
    first.offered = 1;
    lanes.leave([first]);
    expect(lanes.of(OBJECT, 'siem')).toBe(first);
    first.settled(0, 0, DELIVERED(1));
    expect(lanes.of(OBJECT, 'siem')).toBe(first);
  });

  test('destinations and versions have lanes of their own', () => {
    const lanes = new Lanes(ledger);
    const [siem, archive] = [lanes.of(OBJECT, 'siem'), lanes.of(OBJECT, 'archive')];
    const other = lanes.of({ ...OBJECT, version: 'v2' }, 'siem');
    siem.offered = 1;
    siem.settled(0, 0, DELIVERED(1));
    lanes.ended(siem, 1);
    expect([siem.complete, archive.complete, other.complete]).toEqual([true, false, false]);
    expect(ledger.complete(OBJECT, ['siem'])).toBe(true);
    expect(ledger.complete(OBJECT, ['siem', 'archive'])).toBe(false);
  });

  test('one object is worked on by one at a time for a destination, whichever of its keys it is called by; others do not wait', async () => {
    const lanes = new Lanes(ledger);
    const busy: string[] = [];
    const log: string[] = [];
    const act = (name: string) => async () => {
      busy.push(name);
      log.push(busy.join('+'));
      await new Promise((resolve) => setImmediate(resolve));
      busy.splice(busy.indexOf(name), 1);
      if (name === 'fails') throw new Error(name);
      return name;
    };
    const turns = [
      lanes.inTurn('b', ['a b'], ['siem'], act('fails')),
      lanes.inTurn('b', ['a+b', 'a b'], ['siem'], act('second')),
      lanes.inTurn('b', ['a+b'], ['archive', 'siem'], act('third')),
      lanes.inTurn('c', ['a b'], ['siem'], act('other')),
      lanes.inTurn('b', ['a b'], ['elsewhere'], act('other')),
    ];
    const ends = await Promise.allSettled(turns);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', ...Array(4).fill('fulfilled')]);
    expect(log.slice(0, 3)).toEqual(['fails', 'fails+other', 'fails+other+other']);
    expect(log.slice(3).map((names) => names.replace(/other\+?/g, ''))).toEqual(['second', 'third']);
  });

  test('an object without records is complete at its end', () => {
    const lanes = new Lanes(ledger);
    lanes.ended(lanes.of(OBJECT, 'siem'), 0);
    expect(ledger.complete(OBJECT, ['siem'])).toBe(true);
    expect(lanes.of(OBJECT, 'siem').complete).toBe(true);
  });
});
