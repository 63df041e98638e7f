import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readLedger } from '../../agent/delivery/ledger.ts';
import { DestinationDown } from '../../agent/gate.ts';
import { ferry } from '../../agent/pipeline.ts';
import type { Answer, FakeTransport } from '../fakes/transport.ts';
import { held, lines, never, numbers, type Rig, range, record, type Step, s3Error, startRig } from './rig.ts';

const FREE = { reading: never, waiting: never };

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rig.close();
});

async function reopen(options: Parameters<typeof startRig>[0]): Promise<void> {
  await rig.close();
  rig = await startRig(options);
}

/** The accounts on the disk, by destination. */
async function accounts(key = 'a'): Promise<Record<string, unknown>> {
  const { entries } = await readLedger(rig.stateDir);
  const ours = entries.filter(({ object }) => object.key === key);
  return Object.fromEntries(
    ours.map(({ destination, watermark, delivered, filtered, quarantined, complete }) => [
      destination,
      `${delivered}+${filtered}+${quarantined}=${watermark}${complete ? ' complete' : ''}`,
    ]),
  );
}

const siem = (): FakeTransport => rig.transports[0] as FakeTransport;
const archive = (): FakeTransport => rig.transports[1] as FakeTransport;
const answerAll = (transport: FakeTransport): void => {
  transport.script(() => 'ok');
  for (const sending of transport.sendings) sending.ok();
};
const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('an object', () => {
  test('goes to every destination, in order, and is accounted for on the disk', async () => {
    const ref = rig.objects.put('a', [lines(0, 150), lines(150, 300)]);
    await ferry(ref, rig.parts, FREE);
    expect(numbers(siem())).toEqual(range(0, 300));
    expect(numbers(archive())).toEqual(range(0, 300));
    expect(await accounts()).toEqual({ siem: '300+0+0=300 complete', archive: '300+0+0=300 complete' });
    expect(rig.objects.held).toBe(0);
    expect(rig.parts.lanes.size).toBe(0);
  });

  test.each([
    ['gzip', (bytes: Buffer) => gzipSync(bytes)],
    ['gzip in gzip', (bytes: Buffer) => gzipSync(gzipSync(bytes))],
    ['plain, without an end of its last line', (bytes: Buffer) => bytes.subarray(0, -1)],
  ])('may be %s, and all its records are counted', async (_, pack) => {
    const ref = rig.objects.put('a', [pack(Buffer.from(lines(0, 250)))]);
    await ferry(ref, rig.parts, FREE);
    expect(numbers(siem())).toEqual(range(0, 250));
    expect(rig.said.read).toEqual({ generic: 250 });
  });

  test('may be Parquet: its rows are records', async () => {
    const data = Array.from({ length: 500 }, (_, n) => n);
    const file = parquetWriteBuffer({ columnData: [{ name: 'n', data }] });
    await ferry(rig.objects.put('a', [Buffer.from(file)]), rig.parts, FREE);
    expect(numbers(siem())).toEqual(range(0, 500));
    expect(await accounts()).toEqual({ siem: '500+0+0=500 complete', archive: '500+0+0=500 complete' });
  });

  test('of lines without an end of the last one: all are counted', async () => {
    await ferry(rig.objects.put('a', ['one\ntwo\nthree']), rig.parts, FREE);
    expect(siem().delivered).toEqual(['one', 'two', 'three']);
    expect(rig.said.read).toEqual({ generic: 3 });
  });

  test('goes through the filters of each destination, which are in its account', async () => {
    const others = { name: 'others', drop: { field: { name: 'event.message' as const, matches: ['*"n":1*'] } } };
    const nothing = { name: 'all', drop: { log_type: ['generic'] } };
    await reopen({ filters: { siem: [others], archive: [nothing] } });
    const bytes = lines(0, 1000);
    await ferry(rig.objects.put('a', [bytes.slice(0, 300_000), bytes.slice(300_000)]), rig.parts, FREE);
    const kept = range(0, 1000).filter((n) => !String(n).startsWith('1'));
    expect(numbers(siem())).toEqual(kept);
    expect(numbers(archive())).toEqual([]);
    const [mine, all] = [kept.length, 1000];
    expect(await accounts()).toEqual({
      siem: `${mine}+${all - mine}+0=${all} complete`,
      archive: `0+${all}+0=${all} complete`,
    });
    expect(rig.parts.targets.map(({ dress }) => dress.rules.filters.counts[0])).toEqual([
      { name: 'others', seen: all, dropped: all - mine },
      { name: 'all', seen: all, dropped: all },
    ]);
    expect(rig.parts.lanes.size).toBe(0);
  });

  test('whose end cannot be read keeps account of what was filtered before', async () => {
    const nothing = { name: 'all', drop: { log_type: ['generic'] } };
    await reopen({ filters: { siem: [nothing] } });
    const cut = gzipSync(Buffer.from(lines(0, 250))).subarray(0, -4);
    await ferry(rig.objects.put('a', [cut]), rig.parts, FREE);
    expect(await accounts()).toEqual({ siem: '0+250+1=251 complete', archive: '250+0+1=251 complete' });
    expect((await rig.quarantined()).map((entry) => entry.split(' ').slice(0, 3).join(' '))).toEqual([
      'rest 250 archive',
      'rest 250 siem',
    ]);
  });

  test('that breaks off goes on behind what was filtered', async () => {
    const nothing = { name: 'all', drop: { log_type: ['generic'] } };
    await reopen({ filters: { siem: [nothing] }, destinations: ['siem'] });
    const bytes = lines(0, 1000);
    const ref = rig.objects.put('a', [bytes.slice(0, 300_000), s3Error('ECONNRESET')]);
    await expect(ferry(ref, rig.parts, FREE)).rejects.toThrow('TF-S3');
    const before = rig.parts.targets[0]?.dress.rules.filters.counts[0]?.seen ?? 0;
    expect(before).toBeGreaterThan(100);
    rig.objects.put('a', [bytes]);
    await ferry(ref, rig.parts, FREE);
    expect(rig.parts.targets[0]?.dress.rules.filters.counts[0]?.seen).toBe(1000);
    expect(await accounts()).toEqual({ siem: '0+1000+0=1000 complete' });
  });

  test('without a byte is complete, with no records', async () => {
    await ferry(rig.objects.put('a', []), rig.parts, FREE);
    expect(await accounts()).toEqual({ siem: '0+0+0=0 complete', archive: '0+0+0=0 complete' });
  });

  test('cut short in its compression: what came before the cut is delivered, the rest is one entry', async () => {
    const whole = gzipSync(Buffer.from(lines(0, 1000)), { level: 0 });
    const ref = rig.objects.put('a', [whole.subarray(0, whole.length >> 1)]);
    await ferry(ref, rig.parts, FREE);
    const count = numbers(siem()).length;
    expect(count).toBeGreaterThan(400);
    expect(numbers(siem())).toEqual(range(0, count));
    expect(numbers(archive())).toEqual(range(0, count));
    expect(await rig.quarantined()).toEqual([
      `rest ${count} archive TF-GZIP-TRUNCATED `,
      `rest ${count} siem TF-GZIP-TRUNCATED `,
    ]);
    const account = `${count}+0+1=${count + 1} complete`;
    expect(await accounts()).toEqual({ siem: account, archive: account });
  });

  test('in a compression nobody reads is one entry', async () => {
    await ferry(rig.objects.put('a', ['PAR1 and columns']), rig.parts, FREE);
    expect(await rig.quarantined()).toEqual([
      'rest 0 archive TF-PARQUET-TRUNCATED ',
      'rest 0 siem TF-PARQUET-TRUNCATED ',
    ]);
    expect(await accounts()).toEqual({ siem: '0+0+1=1 complete', archive: '0+0+1=1 complete' });
  });

  test('with an unreadable record: it alone is quarantined, with its bytes', async () => {
    const ref = rig.objects.put('a', [`${lines(0, 120)}not JSON\n${lines(121, 130)}`]);
    await ferry(ref, rig.parts, FREE);
    expect(numbers(siem())).toEqual([...range(0, 120), ...range(121, 130)]);
    const entries = await rig.quarantined();
    expect(entries.map((entry) => entry.trimEnd())).toEqual([
      'record 120 archive TF-JSON-NO-OBJECT not JSON',
      'record 120 siem TF-JSON-NO-OBJECT not JSON',
    ]);
    expect(rig.said.quarantined).toEqual(['TF-JSON-NO-OBJECT', 'TF-JSON-NO-OBJECT']);
    expect(await accounts()).toEqual({ siem: '129+0+1=130 complete', archive: '129+0+1=130 complete' });
  });

  test('is not done before the unreadable record is durable in quarantine', async () => {
    const keep = held();
    const put = vi.spyOn(rig.parts.quarantine, 'put').mockImplementation(() => keep.until);
    let done = false;
    const work = ferry(rig.objects.put('a', [`${lines(0, 120)}not JSON\n`]), rig.parts, FREE).then(() => {
      done = true;
    });
    await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(2));
    await turns();
    expect(done).toBe(false);
    expect(rig.parts.ledger.complete({ bucket: 'logs', key: 'a', version: 'v1' }, ['siem'])).toBe(false);
    keep.go();
    await work;
  });

  test('is not done before the ledger is durable', async () => {
    const sync = held();
    const durable = vi.spyOn(rig.parts.ledger, 'durable').mockImplementation(() => sync.until);
    let done = false;
    const work = ferry(rig.objects.put('a', [lines(0, 3)]), rig.parts, FREE).then(() => {
      done = true;
    });
    await vi.waitFor(() => expect(durable).toHaveBeenCalled());
    expect(rig.parts.ledger.complete({ bucket: 'logs', key: 'a', version: 'v1' }, ['siem', 'archive'])).toBe(true);
    await turns();
    expect(done).toBe(false);
    sync.go();
    await work;
  });

  test('that lost records on its way in the program is never done', async () => {
    const inlet = rig.parts.targets[0]?.outbox.inlet('normal');
    if (inlet === undefined) throw new Error('no destination');
    const put = inlet.put.bind(inlet);
    vi.spyOn(inlet, 'put').mockImplementation((lane, ordinal, frame) => {
      if (ordinal < 2) put(lane, ordinal, frame);
    });
    const give = new AbortController();
    const work = ferry(rig.objects.put('a', [lines(0, 3)]), rig.parts, { reading: never, waiting: give.signal });
    await turns();
    give.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    expect((await accounts())['siem'] ?? 'open').not.toMatch('complete');
  });
});

test('an object whose count of records and whose account differ is a fault of the program, never done', async () => {
  vi.spyOn(rig.parts.lanes, 'ended').mockImplementation((lane, records) => lane.ended(records + 1));
  await expect(ferry(rig.objects.put('a', [lines(0, 3)]), rig.parts, FREE)).rejects.toThrow(
    'records of s3://logs/a are not accounted for',
  );
});

describe('a second try', () => {
  test('after a broken read goes on behind what was handed over, and sends nothing twice', async () => {
    const broken = rig.objects.put('a', [lines(0, 110), s3Error('ECONNRESET'), lines(110, 200)]);
    await expect(ferry(broken, rig.parts, FREE)).rejects.toMatchObject({ code: 'TF-S3-NET' });
    expect(numbers(siem())).toEqual(range(0, 110));
    expect(rig.parts.lanes.size).toBe(0);
    rig.objects.put('a', [lines(0, 110), lines(110, 200)]);
    await ferry(broken, rig.parts, FREE);
    expect(numbers(siem())).toEqual(range(0, 200));
    expect(numbers(archive())).toEqual(range(0, 200));
    expect(await accounts()).toEqual({ siem: '200+0+0=200 complete', archive: '200+0+0=200 complete' });
  });

  test('by a new process goes on at the watermark', async () => {
    const broken = rig.objects.put('a', [lines(0, 110), s3Error('ECONNRESET')]);
    await expect(ferry(broken, rig.parts, FREE)).rejects.toThrow();
    await rig.restart();
    rig.objects.put('a', [lines(0, 200)]);
    await ferry(broken, rig.parts, FREE);
    expect(numbers(siem())).toEqual(range(0, 200));
    expect(await accounts()).toEqual({ siem: '200+0+0=200 complete', archive: '200+0+0=200 complete' });
  });

  test('while answers are still out waits for them instead of sending again', async () => {
    siem().script(() => 'hold');
    const lease = new AbortController();
    const ref = rig.objects.put('a', [lines(0, 110), held().until]);
    const first = ferry(ref, rig.parts, { reading: lease.signal, waiting: lease.signal });
    await vi.waitFor(() => expect(siem().sendings.length).toBeGreaterThan(0));
    lease.abort(new Error('lost'));
    await expect(first).rejects.toThrow('lost');
    rig.objects.put('a', [lines(0, 200)]);
    const second = ferry(ref, rig.parts, FREE);
    await turns();
    answerAll(siem());
    await second;
    expect(numbers(siem())).toEqual(range(0, 200));
    expect(await accounts()).toMatchObject({ siem: '200+0+0=200 complete' });
  });

  test('of an object that was read to its end does not read it again', async () => {
    siem().script(() => 'hold');
    const lease = new AbortController();
    const ref = rig.objects.put('a', [lines(0, 110)]);
    const first = ferry(ref, rig.parts, { reading: never, waiting: lease.signal });
    await vi.waitFor(() => expect(numbers(archive())).toHaveLength(110));
    lease.abort(new Error('lost'));
    await expect(first).rejects.toThrow('lost');
    const before = rig.objects.steps;
    const second = ferry(ref, rig.parts, FREE);
    await turns();
    answerAll(siem());
    await second;
    expect(rig.objects.steps).toBe(before);
    expect(numbers(siem())).toEqual(range(0, 110));
  });

  test('puts no second rest behind the first', async () => {
    const keep = held();
    const put = vi.spyOn(rig.parts.quarantine, 'put').mockImplementation(() => keep.until);
    const lease = new AbortController();
    const ref = rig.objects.put('a', [Buffer.from('1f8b', 'hex')]);
    const first = ferry(ref, rig.parts, { reading: never, waiting: lease.signal });
    await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(2));
    lease.abort(new Error('lost'));
    await expect(first).rejects.toThrow('lost');
    keep.go();
    await ferry(ref, rig.parts, FREE);
    expect(put).toHaveBeenCalledTimes(2);
    expect(await accounts()).toEqual({ siem: '0+0+1=1 complete', archive: '0+0+1=1 complete' });
  });

  test('of a complete object reads nothing', async () => {
    const ref = rig.objects.put('a', [lines(0, 5)]);
    await ferry(ref, rig.parts, FREE);
    const { steps } = rig.objects;
    await ferry(ref, rig.parts, FREE);
    await rig.restart();
    await ferry(ref, rig.parts, FREE);
    expect(rig.objects.steps).toBe(steps);
    expect(rig.objects.held).toBe(0);
    expect(numbers(siem())).toEqual(range(0, 5));
    expect(rig.parts.lanes.size).toBe(0);
  });

  test('sends nothing to a destination at which the object is complete', async () => {
    siem().script(() => 'hold');
    const lease = new AbortController();
    const ref = rig.objects.put('a', [lines(0, 110)]);
    const first = ferry(ref, rig.parts, { reading: never, waiting: lease.signal });
    await vi.waitFor(() => expect(numbers(archive())).toHaveLength(110));
    lease.abort(new Error('lost'));
    await expect(first).rejects.toThrow('lost');
    await rig.parts.ledger.tick();
    siem().script(() => 'ok');
    await rig.restart();
    await ferry(ref, rig.parts, FREE);
    expect(numbers(archive())).toEqual(range(0, 110));
    expect(numbers(siem())).toEqual(range(0, 110));
    expect(await accounts()).toEqual({ siem: '110+0+0=110 complete', archive: '110+0+0=110 complete' });
  });
});

describe('a stop', () => {
  const stopped = new Error('stop');

  test('ends the reading and waits for what is out', async () => {
    siem().script(() => 'hold');
    const soft = new AbortController();
    const ref = rig.objects.put('a', [lines(0, 110), held().until]);
    let ended = false;
    const work = ferry(ref, rig.parts, { reading: soft.signal, waiting: never }).finally(() => {
      ended = true;
    });
    void work.catch(() => {});
    await vi.waitFor(() => expect(siem().sendings.length).toBeGreaterThan(0));
    soft.abort(stopped);
    await turns();
    expect(ended).toBe(false);
    answerAll(siem());
    await expect(work).rejects.toBe(stopped);
    await rig.parts.ledger.tick();
    expect(await accounts()).toEqual({ siem: '110+0+0=110', archive: '110+0+0=110' });
    expect(rig.objects.held).toBe(0);
  });

  test('ends between the chunks of one packed piece, however much it holds', async () => {
    await reopen({ windowBytes: 1024 ** 3 });
    const soft = new AbortController();
    siem().script(() => {
      soft.abort(stopped);
      return 'ok';
    });
    const ref = rig.objects.put('a', [gzipSync(Buffer.from(lines(0, 20_000)))]);
    await expect(ferry(ref, rig.parts, { reading: soft.signal, waiting: never })).rejects.toBe(stopped);
    const count = numbers(siem()).length;
    expect(count).toBeLessThan(10_000);
    expect(numbers(siem())).toEqual(range(0, count));
  });

  test('gives up answers at the end of its grace', async () => {
    siem().script(() => 'hold');
    const [soft, hard] = [new AbortController(), new AbortController()];
    const ref = rig.objects.put('a', [lines(0, 110), held().until]);
    const work = ferry(ref, rig.parts, { reading: soft.signal, waiting: hard.signal });
    await vi.waitFor(() => expect(siem().sendings.length).toBeGreaterThan(0));
    soft.abort(stopped);
    hard.abort(stopped);
    await expect(work).rejects.toBe(stopped);
  });

  test('is not held up by a destination that is down and a window that is full', async () => {
    await reopen({ windowBytes: 1 });
    siem().script(() => ({ kind: 'retry' }));
    const soft = new AbortController();
    const ref = rig.objects.put('a', [lines(0, 800), lines(800, 1000)]);
    const work = ferry(ref, rig.parts, { reading: soft.signal, waiting: soft.signal });
    await vi.waitFor(() => expect(siem().sendings.length).toBeGreaterThan(0));
    await turns();
    soft.abort(stopped);
    await expect(work).rejects.toBe(stopped);
    expect(rig.parts.openObjects.pending).toBe(0);
  });

  test('is not held up by a quarantine that is full', async () => {
    await reopen({ quarantineBytes: 1 });
    const soft = new AbortController();
    const ref = rig.objects.put('a', [`${lines(0, 120)}not JSON\n`]);
    const work = ferry(ref, rig.parts, { reading: soft.signal, waiting: soft.signal });
    await vi.waitFor(() => expect(rig.said.quarantined).toHaveLength(2));
    soft.abort(stopped);
    await expect(work).rejects.toBe(stopped);
  });

  test('is not held up by a disk that refuses the ledger', async () => {
    const durable = vi.spyOn(rig.parts.ledger, 'durable').mockImplementation(() => held().until);
    const hard = new AbortController();
    const work = ferry(rig.objects.put('a', [lines(0, 3)]), rig.parts, { reading: never, waiting: hard.signal });
    await vi.waitFor(() => expect(durable).toHaveBeenCalled());
    hard.abort(stopped);
    await expect(work).rejects.toBe(stopped);
  });

  test('before the reading opens nothing', async () => {
    const work = ferry(rig.objects.put('a', [lines(0, 3)]), rig.parts, {
      reading: AbortSignal.abort(stopped),
      waiting: never,
    });
    await expect(work).rejects.toBe(stopped);
    expect(rig.objects.opened).toEqual([]);
  });
});

describe('places and windows', () => {
  test('a destination that does not answer stops the reading: memory is bounded by the window', async () => {
    await reopen({ windowBytes: 300_000, destinations: ['siem'] });
    siem().script(() => 'hold');
    const ref = rig.objects.put(
      'a',
      range(0, 100).map((step) => lines(step * 100, step * 100 + 100)),
    );
    const work = ferry(ref, rig.parts, FREE);
    await vi.waitFor(() => expect(rig.parts.targets[0]?.outbox.pendingBytes).toBeGreaterThan(300_000));
    await turns();
    expect(rig.objects.steps).toBeLessThan(12);
    answerAll(siem());
    await work;
    expect(numbers(siem())).toEqual(range(0, 10_000));
  });

  test('an object that waits for answers leaves its place to the next one', async () => {
    await reopen({ openObjects: 1 });
    siem().script(() => 'hold');
    const works = ['a', 'b', 'c'].map((key) => ferry(rig.objects.put(key, [lines(0, 3)]), rig.parts, FREE));
    await vi.waitFor(() => expect(rig.objects.opened).toEqual(['a v1', 'b v1', 'c v1']));
    await turns();
    answerAll(siem());
    await Promise.all(works);
  });

  test('when patience ends, what waits for a place is given back; what is being read goes on, alone', async () => {
    await reopen({ openObjects: 1 });
    const patience = new AbortController();
    vi.spyOn(rig.parts.gate, 'patienceEnds', 'get').mockReturnValue(patience.signal);
    const pause = held();
    const reading = ferry(rig.objects.put('a', [lines(0, 110), pause.until, lines(110, 120)]), rig.parts, FREE);
    const waiting = ferry(rig.objects.put('b', [lines(0, 3)]), rig.parts, FREE);
    let ended = false;
    void reading.finally(() => {
      ended = true;
    });
    await vi.waitFor(() => expect(rig.objects.steps).toBe(2));
    patience.abort(new DestinationDown('down'));
    await expect(waiting).rejects.toThrow(DestinationDown);
    await turns();
    expect([ended, rig.parts.openObjects.pending]).toEqual([false, 1]);
    pause.go();
    await reading;
    expect(rig.objects.opened).toEqual(['a v1']);
    expect(numbers(siem())).toEqual(range(0, 120));
  });
});

describe('whatever fails, in whatever order', () => {
  const RECORDS = 400;
  const attempt = fc.record({
    /** Records after which the read breaks; beyond the end it does not. */
    breaksAt: fc.nat(RECORDS + 100),
    /** What the destination says to the blocks of this try. */
    answers: fc.array(fc.constantFrom<Answer[]>('ok', 'hold', { kind: 'retry' }, { kind: 'rejected', frames: [0] }), {
      maxLength: 4,
    }),
    restart: fc.boolean(),
  });

  function steps(bad: ReadonlySet<number>, breaksAt: number): Step[] {
    const line = (n: number): string => (bad.has(n) ? `bad ${n}\n` : `${record(n)}\n`);
    const upTo = (end: number): string => range(0, end).map(line).join('');
    return breaksAt < RECORDS ? [upTo(breaksAt), s3Error('ECONNRESET')] : [upTo(RECORDS)];
  }

  test('every record is delivered or quarantined exactly once, and the account says which', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(attempt, { maxLength: 4 }),
        fc.uniqueArray(fc.integer({ min: 1, max: RECORDS - 1 }), { maxLength: 5 }),
        async (attempts, unreadable) => {
          await reopen({ destinations: ['siem'] });
          const bad = new Set(unreadable);
          for (const { breaksAt, answers, restart } of attempts) {
            const ref = rig.objects.put('a', steps(bad, breaksAt));
            const from = siem().sendings.length;
            siem().script((_, sending) => answers[sending - from] ?? 'ok');
            const work = ferry(ref, rig.parts, FREE).catch(() => {});
            if (answers.includes('hold')) {
              await turns();
              answerAll(siem());
            }
            await work;
            if (restart) await rig.restart();
          }
          siem().script(() => 'ok');
          await ferry(rig.objects.put('a', steps(bad, RECORDS)), rig.parts, FREE);
          const kept = (await rig.quarantined()).map((entry) => Number(entry.split(' ')[1]));
          const delivered = numbers(siem());
          expect([...delivered, ...kept].sort((a, b) => a - b)).toEqual(range(0, RECORDS));
          expect(kept).toEqual(expect.arrayContaining(unreadable));
          expect(await accounts()).toEqual({ siem: `${delivered.length}+0+${kept.length}=${RECORDS} complete` });
        },
      ),
      { numRuns: 20 },
    );
  });
});
