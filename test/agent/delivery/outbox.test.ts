import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type LaneAccount, newAccount } from '../../../agent/delivery/account.ts';
import { BLOCK_BYTES, Block } from '../../../agent/delivery/block.ts';
import type { Inlet } from '../../../agent/delivery/inlet.ts';
import { Lane } from '../../../agent/delivery/lane.ts';
import { Outbox, type RejectFrame } from '../../../agent/delivery/outbox.ts';
import { type FakeTransport, fakeTransport, type Sending } from '../../fakes/transport.ts';

const LINGER_MS = 100;

function lane(key: string): Lane {
  return new Lane(newAccount({ bucket: 'b', key, version: '1' }, 'siem'), () => {});
}

describe('a block', () => {
  test('has a span for each run of a lane, and knows whose each frame is', () => {
    const [a, b] = [lane('a'), lane('b')];
    const block = new Block();
    block.append(a, 0, 'a0');
    expect(block.join(a, 1)).toBe(true);
    expect(block.join(a, 3)).toBe(false);
    expect(block.join(b, 0)).toBe(false);
    block.append(a, 2, 'a2');
    block.append(b, 7, 'b7');
    block.append(a, 3, 'a3');
    const spans: unknown[] = [];
    block.settle(({ lane: { object }, first, last, firstFrame, frames }) =>
      spans.push([object.key, first, last, firstFrame, frames]),
    );
    expect(spans).toEqual([
      ['a', 0, 2, 0, 2],
      ['b', 7, 7, 2, 1],
      ['a', 3, 3, 3, 1],
    ]);
    const owners = [0, 1, 2, 3].map((frame) => block.owner(frame));
    expect(owners.map((owner) => [owner?.lane.object.key, owner?.ordinal, String(owner?.text)])).toEqual([
      ['a', 0, 'a0'],
      ['a', 2, 'a2'],
      ['b', 7, 'b7'],
      ['a', 3, 'a3'],
    ]);
    expect(block.owner(4)).toBeUndefined();
  });

  test('is full by bytes and by frames; a frame larger than a block has one to itself', () => {
    const one = lane('a');
    const block = new Block();
    block.append(one, 0, 'x'.repeat(BLOCK_BYTES - 1));
    expect([block.takes(1), block.takes(2)]).toEqual([true, false]);
    block.reset();
    for (let ordinal = 0; ordinal < 4096; ordinal += 1) block.append(one, ordinal, 'x');
    expect(block.takes(1)).toBe(false);
    block.reset();
    expect(block.takes(3 * BLOCK_BYTES)).toBe(true);
    block.append(one, 0, `<${'\xe9'.repeat(3 * BLOCK_BYTES)}>`);
    expect(block.data.toString('latin1')).toBe(`<${'\xe9'.repeat(3 * BLOCK_BYTES)}>`);
    expect(block.takes(1)).toBe(false);
    block.reset();
    block.append(one, 0, 'small');
    expect(block.data.buffer.byteLength).toBe(BLOCK_BYTES);
  });
});

describe('an outbox', () => {
  let transport: FakeTransport;
  let outbox: Outbox;
  let kept: [key: string, ordinal: number, text: string, code: string][];
  let said: string[];
  let reject: RejectFrame;

  function open(windowBytes = 64 * 1024, window = 1024 * 1024): Outbox {
    transport = fakeTransport(window);
    return new Outbox({
      transport,
      windowBytes,
      lingerMs: LINGER_MS,
      reject: (...frame) => reject(...frame),
      observer: {
        delivered: (volumes) => said.push(`delivered ${volumes.get('')?.events}`),
        heldBack: () => {},
        retried: (code, frames) => said.push(`retried ${code} ${frames}`),
        circuit: ({ state }) => said.push(state),
      },
    });
  }

  beforeEach(() => {
    vi.useFakeTimers();
    [kept, said] = [[], []];
    reject = async (from, ordinal, frame, { code }) => {
      kept.push([from.object.key, ordinal, frame.toString().trim(), code]);
    };
    outbox = open();
  });
  afterEach(() => vi.useRealTimers());

  function put(to: Lane, first: number, count = 1, size = 0): void {
    for (let ordinal = first; ordinal < first + count; ordinal += 1) {
      to.offered = ordinal + 1;
      inlet().put(to, ordinal, `${to.object.key}${ordinal}${'.'.repeat(size)}\n`);
    }
  }
  const flushed = (to: Lane, first: number, count = 1): void => {
    put(to, first, count);
    outbox.flush();
  };
  const inlet = (): Inlet => outbox.inlet('normal');
  const answers = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
  const first = (texts: readonly string[]): string | undefined => texts[0];
  const tried = (): unknown[] => transport.sendings.map(({ texts }) => first(texts));

  test('what another host takes goes out again at once, in its place, and the destination stays up', async () => {
    const a = lane('a');
    transport.script((_texts, sending) => (sending === 0 ? { kind: 'retry', elsewhere: true } : 'ok'));
    flushed(a, 0);
    flushed(a, 1);
    await answers();
    expect(tried()).toEqual(['a0', 'a1', 'a0']);
    expect([outbox.state.state, a.watermark, a.account().resent]).toEqual(['up', 2, 1]);
    expect(said).toEqual(['retried TF-FAKE-RETRY 1', 'delivered 1', 'delivered 1']);
  });

  test('small objects leave together, when the block has waited long enough', async () => {
    const [a, b] = [lane('a'), lane('b')];
    put(a, 0, 2);
    put(b, 0);
    await vi.advanceTimersByTimeAsync(LINGER_MS - 1);
    expect(transport.sendings).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(transport.sendings.map(({ texts }) => texts)).toEqual([['a0', 'a1', 'b0']]);
    expect([a.watermark, b.watermark]).toEqual([2, 1]);
  });

  test('a full block leaves at once', () => {
    put(lane('a'), 0, 3, BLOCK_BYTES / 2 - 100);
    expect(transport.sendings).toHaveLength(1);
  });

  test('a filtered record settles with the frame before it, else at once', async () => {
    const [a, b] = [lane('a'), lane('b')];
    put(a, 0);
    for (const [to, ordinal] of [
      [a, 1],
      [b, 0],
    ] as const) {
      to.offered = ordinal + 1;
      inlet().pass(to, ordinal);
    }
    expect([a.watermark, b.watermark]).toEqual([0, 1]);
    outbox.flush();
    await answers();
    expect(a.account()).toMatchObject({ watermark: 2, delivered: 1, filtered: 1 });
    expect(b.account()).toMatchObject({ watermark: 1, delivered: 0, filtered: 1 });
  });

  test('lanes are held back while the window is full, and the transport gets no more than its own', async () => {
    outbox = open(1000, 500);
    transport.script(() => 'hold');
    const a = lane('a');
    for (const ordinal of [0, 1, 2, 3]) {
      expect(inlet().room(never)).toBeUndefined();
      put(a, ordinal, 1, 245);
      outbox.flush();
    }
    expect(outbox.pendingBytes).toBe(4 * 248);
    expect(transport.sendings).toHaveLength(2);
    put(a, 4, 1, 245);
    outbox.flush();
    let room = false;
    void inlet()
      .room(never)
      ?.then(() => {
        room = true;
      });
    await answers();
    expect(room).toBe(false);
    for (const sending of transport.sendings) sending.ok();
    await answers();
    expect(room).toBe(true);
    expect(transport.sendings).toHaveLength(4);
  });

  test('whoever waits for room is let go when its signal aborts', async () => {
    outbox = open(1);
    transport.script(() => 'hold');
    flushed(lane('a'), 0);
    const stop = new AbortController();
    const room = expect(inlet().room(stop.signal)).rejects.toThrow('stop');
    stop.abort(new Error('stop'));
    await room;
    await expect(inlet().room(stop.signal)).rejects.toThrow('stop');
  });

  test('a block larger than every window still goes', async () => {
    outbox = open(10, 10);
    put(lane('a'), 0, 1, 2 * BLOCK_BYTES);
    outbox.flush();
    expect(transport.sendings).toHaveLength(1);
  });

  test('failed blocks are sent again in their order, one first, and the frames are counted', async () => {
    transport.script(() => 'hold');
    const a = lane('a');
    for (const ordinal of [0, 2, 4]) flushed(a, ordinal, 2);
    const [one, two, three] = transport.sendings;
    two?.fail({ kind: 'retry' });
    await answers();
    three?.ok();
    one?.fail({ kind: 'retry' });
    await answers();
    expect(a.watermark).toBe(0);
    expect(outbox.state.state).toBe('down');
    await vi.advanceTimersByTimeAsync(1000);
    expect(tried()).toEqual(['a0', 'a2', 'a4', 'a0']);
    transport.sendings[3]?.ok();
    await answers();
    expect(tried().slice(4)).toEqual(['a2']);
    transport.sendings[4]?.ok();
    await answers();
    expect(a.account()).toMatchObject({ watermark: 6, delivered: 6, resent: 4 });
    expect(said.filter((what) => /retried|up|down/.test(what))).toEqual([
      'retried TF-FAKE-RETRY 2',
      'down',
      'up',
      'retried TF-FAKE-RETRY 2',
      'down',
      'up',
    ]);
  });

  test('a destination that failed is tried with one block until it answers', async () => {
    transport.script((_, sending) => (sending === 0 ? { kind: 'retry', afterMs: 5000 } : 'hold'));
    const a = lane('a');
    for (const ordinal of [0, 1, 2]) flushed(a, ordinal);
    await answers();
    flushed(a, 3);
    await vi.advanceTimersByTimeAsync(4999);
    expect(transport.sendings).toHaveLength(3);
  });

  test('blocks that still wait for their answers do not hold up the trial', async () => {
    transport.script((_, sending) => (sending === 1 ? { kind: 'retry' } : 'hold'));
    const a = lane('a');
    for (const ordinal of [0, 1, 2]) flushed(a, ordinal);
    await answers();
    flushed(a, 3);
    expect(tried()).toEqual(['a0', 'a1', 'a2']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(tried().slice(3)).toEqual(['a1']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tried().slice(3)).toEqual(['a1']);
    transport.sendings[3]?.ok();
    await answers();
    expect(tried().slice(3)).toEqual(['a1', 'a3']);
  });

  test('the pause that a destination asks for is kept', async () => {
    transport.script((_, sending) => (sending === 0 ? { kind: 'retry', afterMs: 5000 } : 'hold'));
    flushed(lane('a'), 0);
    await vi.advanceTimersByTimeAsync(4999);
    expect(transport.sendings).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(transport.sendings).toHaveLength(2);
  });

  test('no pause is so long that a timer forgets it', async () => {
    transport.script(() => ({ kind: 'retry', afterMs: 1e13 }));
    flushed(lane('a'), 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(transport.sendings).toHaveLength(1);
  });

  test('a blocked destination is tried again each 30 s, and says why it is blocked', async () => {
    transport.script(() => ({ kind: 'blocked', remedy: 'enable the token' }));
    const a = lane('a');
    flushed(a, 0);
    await answers();
    expect(outbox.state).toMatchObject({ state: 'blocked', reason: expect.stringContaining('enable the token') });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(transport.sendings).toHaveLength(1);
    transport.script(() => 'ok');
    await vi.advanceTimersByTimeAsync(1);
    expect(outbox.state.state).toBe('up');
    expect(a.watermark).toBe(1);
  });

  test('exactly the refused frames are quarantined, before they settle; the others are delivered', async () => {
    const durable: (() => void)[] = [];
    reject = (from, ordinal, frame, { code }) => {
      kept.push([from.object.key, ordinal, frame.toString().trim(), code]);
      return new Promise((resolve) => durable.push(resolve));
    };
    transport.script(() => ({ kind: 'rejected', frames: [3, 1, 3] }));
    const [a, b] = [lane('a'), lane('b')];
    put(a, 0, 2);
    put(b, 0, 2);
    put(a, 2, 2);
    outbox.flush();
    await answers();
    expect([a.watermark, b.watermark]).toEqual([0, 0]);
    for (let frame = 0; frame < 2; frame += 1) {
      durable[frame]?.();
      await answers();
    }
    expect(kept).toEqual([
      ['b', 1, 'b1', 'TF-FAKE-REJECTED'],
      ['a', 1, 'a1', 'TF-FAKE-REJECTED'],
    ]);
    expect(a.account()).toMatchObject({ watermark: 4, delivered: 3, quarantined: 1 });
    expect(b.account()).toMatchObject({ watermark: 2, delivered: 1, quarantined: 1 });
    expect(said).toEqual(['delivered 4']);
    expect(outbox.state.state).toBe('up');
  });

  test.each([[[4]], [[-1]], [[0.5]]])(
    'a refusal of frames that do not exist (%s) settles nothing: the block is sent again',
    async (frames) => {
      transport.script((_, sending) => (sending === 0 ? { kind: 'rejected', frames } : 'ok'));
      const a = lane('a');
      flushed(a, 0, 4);
      await answers();
      expect(a.watermark).toBe(0);
      await vi.advanceTimersByTimeAsync(1000);
      expect(a.account()).toMatchObject({ delivered: 4, quarantined: 0, resent: 4 });
    },
  );

  test('an error that is no DeliveryError loses nothing', async () => {
    const send = vi.spyOn(transport, 'send').mockRejectedValueOnce(new TypeError('a bug'));
    const a = lane('a');
    flushed(a, 0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(send).toHaveBeenCalledTimes(2);
    expect(said).toContain('retried TF-TRANSPORT-FAULT 1');
    expect(a.watermark).toBe(1);
  });

  test('a stop sends the open block, waits for answers, and closes the transport', async () => {
    transport.script(() => 'hold');
    const a = lane('a');
    put(a, 0);
    let stopped = false;
    const stop = outbox.stop(10_000).then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(5000);
    expect([stopped, transport.closed]).toEqual([false, false]);
    transport.sendings[0]?.ok();
    await stop;
    expect([a.watermark, transport.closed]).toEqual([1, true]);
  });

  test('a stop lets go when no answer comes, and settles nothing', async () => {
    transport.script(() => 'hold');
    const a = lane('a');
    put(a, 0);
    const stop = outbox.stop(10_000);
    await vi.advanceTimersByTimeAsync(10_000);
    await stop;
    expect(a.watermark).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(transport.sendings).toHaveLength(1);
  });

  test('a stop does not wait for a destination that is down, and nothing is tried after it', async () => {
    transport.script(() => ({ kind: 'retry' }));
    flushed(lane('a'), 0);
    await answers();
    await outbox.stop(10_000);
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(transport.sendings).toHaveLength(1);
  });

  describe('whatever comes in whatever order', () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('put' as const),
          lane: fc.nat(2),
          size: fc.constantFrom(1, 50, 3 * BLOCK_BYTES),
        }),
      },
      fc.record({ do: fc.constant('pass' as const), lane: fc.nat(2), size: fc.constant(0) }),
      fc.record({ do: fc.constantFrom('flush' as const, 'wait' as const), lane: fc.constant(0), size: fc.constant(0) }),
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constantFrom('ok' as const, 'retry' as const, 'blocked' as const, 'rejected' as const),
          lane: fc.constant(0),
          size: fc.nat(5),
        }),
      },
    );

    test('every record settles once and read = delivered + filtered + quarantined', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          kept = [];
          outbox = open(1000, 300);
          transport.script(() => 'hold');
          const lanes = [lane('a'), lane('b'), lane('c')];
          const open_ = (): Sending[] => transport.sendings.filter((sending) => !answered.has(sending));
          const answered = new Set<Sending>();
          const passed = lanes.map(() => 0);
          const refused: string[] = [];
          for (const { do: act, lane: index, size } of steps) {
            const to = lanes[index] as Lane;
            if (act === 'put') put(to, to.offered, 1, size);
            else if (act === 'pass') {
              to.offered += 1;
              passed[index] = (passed[index] ?? 0) + 1;
              inlet().pass(to, to.offered - 1);
            } else if (act === 'flush') outbox.flush();
            else if (act === 'wait') await vi.advanceTimersByTimeAsync(31_000);
            else {
              const waiting = open_();
              const sending = waiting[size % Math.max(1, waiting.length)];
              if (sending !== undefined) {
                answered.add(sending);
                const frame = size % sending.texts.length;
                if (act === 'ok') sending.ok();
                else if (act === 'rejected') {
                  refused.push((sending.texts[frame] as string).replace(/\.+$/, ''));
                  sending.fail({ kind: 'rejected', frames: [frame] });
                } else sending.fail(act === 'retry' ? { kind: 'retry' } : { kind: 'blocked', remedy: 'x' });
              }
            }
            await answers();
            for (const one of lanes) expect(one.watermark).toBeLessThanOrEqual(one.offered);
          }
          transport.script(() => 'ok');
          outbox.flush();
          for (const sending of open_()) sending.ok();
          await vi.advanceTimersByTimeAsync(120_000);
          expect(outbox.pendingBytes).toBe(0);
          const accounts: LaneAccount[] = lanes.map((one) => one.account());
          for (const [index, { watermark, delivered, filtered, quarantined }] of accounts.entries()) {
            expect(watermark).toBe(lanes[index]?.offered);
            expect(filtered).toBe(passed[index]);
            expect(delivered + filtered + quarantined).toBe(watermark);
          }
          const sum = (name: 'delivered' | 'quarantined') => accounts.reduce((all, account) => all + account[name], 0);
          expect(kept.map(([key, ordinal]) => `${key}${ordinal}`).sort()).toEqual([...refused].sort());
          expect(sum('quarantined')).toBe(refused.length);
          expect(new Set(transport.delivered).size).toBe(transport.delivered.length);
          expect(transport.delivered).toHaveLength(sum('delivered'));
        }),
        { numRuns: 150 },
      );
    });
  });
});

const never = new AbortController().signal;
