import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Outcome, Tracker } from '../../../agent/delivery/tracker.ts';

const ZERO: Outcome = { delivered: 0, filtered: 0, quarantined: 0 };
const KINDS = ['delivered', 'filtered', 'quarantined'] as const;

/** Runs that cover the records from `start` on, and an order in which they settle. */
const history = fc
  .record({
    start: fc.nat(1000),
    runs: fc.array(fc.record({ length: fc.integer({ min: 1, max: 5 }), kind: fc.constantFrom(...KINDS) }), {
      maxLength: 20,
    }),
  })
  .chain(({ start, runs }) => {
    let at = start;
    const spans = runs.map(({ length, kind }) => ({ first: at, last: (at += length) - 1, kind }));
    return fc.record({ start: fc.constant(start), order: fc.shuffledSubarray(spans, { minLength: 0 }) });
  });

/** The watermark and the counts by the plain definition: the longest gap-free run of settled records. */
function model(start: number, kinds: ReadonlyMap<number, (typeof KINDS)[number]>) {
  const outcome = { ...ZERO };
  let watermark = start;
  for (let kind = kinds.get(watermark); kind !== undefined; kind = kinds.get(watermark)) {
    outcome[kind] += 1;
    watermark += 1;
  }
  return { watermark, outcome };
}

test('after every acknowledgement, in any order, the watermark is that of the model', () => {
  fc.assert(
    fc.property(history, ({ start, order }) => {
      const tracker = new Tracker(start, ZERO);
      const kinds = new Map<number, (typeof KINDS)[number]>();
      for (const { first, last, kind } of order) {
        tracker.settled(first, last, { ...ZERO, [kind]: last - first + 1 });
        for (let ordinal = first; ordinal <= last; ordinal += 1) kinds.set(ordinal, kind);
        const { watermark, outcome } = tracker;
        expect({ watermark, outcome }).toEqual(model(start, kinds));
      }
    }),
  );
});

test('a record that settles twice is refused, wherever the runs overlap, and changes nothing', () => {
  const twice = history.filter(({ order }) => order.length > 0);
  fc.assert(
    fc.property(twice, fc.nat(), fc.nat(4), ({ start, order }, pick, more) => {
      const tracker = new Tracker(start, ZERO);
      for (const { first, last } of order) tracker.settled(first, last, ZERO);
      const chosen = order[pick % order.length] ?? { first: 0, last: 0 };
      const before = tracker.watermark;
      expect(() => tracker.settled(Math.max(0, chosen.first - more), chosen.first, ZERO)).toThrow(/settled before/);
      expect(() => tracker.settled(chosen.last, chosen.last + more, ZERO)).toThrow(/settled before/);
      expect(tracker.watermark).toBe(before);
    }),
  );
});

test('what lies above a gap is not counted', () => {
  const tracker = new Tracker(0, ZERO);
  tracker.settled(1, 9, { delivered: 9, filtered: 0, quarantined: 0 });
  expect(tracker.watermark).toBe(0);
  expect(tracker.outcome).toEqual(ZERO);
  tracker.settled(0, 0, { delivered: 0, filtered: 1, quarantined: 0 });
  expect(tracker.watermark).toBe(10);
  expect(tracker.outcome).toEqual({ delivered: 9, filtered: 1, quarantined: 0 });
});
