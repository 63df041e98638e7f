import { expect, test, vi } from 'vitest';
import { FilterWatch } from '../../../agent/filter-watch.ts';
import { Filters } from '../../../agent/rules/filters.ts';
import { cloudtrail, ORIGIN, ofCall, vpcFlow } from './events.ts';

const filters = () =>
  new Filters([
    { name: 'reads', drop: { event_name: ['Get*'] } },
    { name: 'flows', drop: { log_type: ['vpc-flow'] } },
    { name: 'sandbox', drop: { account: ['444455556666'] } },
  ]);

test('the first filter that holds keeps an event back; each sees what those before it let go', () => {
  const ours = filters();
  const bound = ours.bind(cloudtrail, ORIGIN);
  expect(bound?.asksEvents).toBe(true);
  const ask = (members: object) => ofCall(members, (event) => bound?.drops(event)?.name);
  expect(ask({ eventName: 'GetObject', recipientAccountId: '444455556666' })).toBe('reads');
  expect(ask({ eventName: 'PutObject', recipientAccountId: '444455556666' })).toBe('sandbox');
  expect(ask({ eventName: 'PutObject' })).toBeUndefined();
  expect(ours.counts).toEqual([
    { name: 'reads', seen: 3, dropped: 1 },
    { name: 'flows', seen: 2, dropped: 0 },
    { name: 'sandbox', seen: 2, dropped: 1 },
  ]);
});

test('what holds for a whole object, or for nothing in it, is said without an event', () => {
  const ours = filters();
  const whole = ours.bind(vpcFlow, ORIGIN);
  expect(whole?.asksEvents).toBe(false);
  expect(whole?.drops(undefined)?.name).toBe('flows');
  const none = new Filters([{ name: 'flows', drop: { log_type: ['vpc-flow'] } }]).bind(cloudtrail, ORIGIN);
  expect(none?.asksEvents).toBe(false);
  expect(none?.drops(undefined)).toBeUndefined();
});

test('no filters are nothing to ask', () => {
  expect(new Filters([]).bind(cloudtrail, ORIGIN)).toBeUndefined();
});

test('a filter that kept back everything of an hour is told each hour, and one that had nothing to do is not', () => {
  const ours = filters();
  const tell = vi.fn();
  const watch = new FilterWatch([{ name: 'siem', dress: { rules: { filters: ours } } }], tell);
  const reads = (count: number): void => {
    const bound = ours.bind(cloudtrail, ORIGIN);
    for (let at = 0; at < count; at += 1) ofCall({ eventName: 'GetObject' }, (event) => bound?.drops(event));
  };
  ofCall({ eventName: 'PutObject' }, (event) => ours.bind(cloudtrail, ORIGIN)?.drops(event));
  reads(2);
  watch.look();
  expect(tell).not.toHaveBeenCalled();
  reads(3);
  watch.look();
  expect(tell.mock.calls).toEqual([['siem', 'reads', 3]]);
  expect([watch.keepsAll('siem', 'reads'), watch.keepsAll('siem', 'flows')]).toEqual([true, false]);
  watch.look();
  expect(tell).toHaveBeenCalledTimes(1);
  expect(watch.keepsAll('siem', 'reads')).toBe(false);
  reads(1);
  ofCall({ eventName: 'PutObject' }, (event) => ours.bind(cloudtrail, ORIGIN)?.drops(event));
  watch.look();
  expect(tell).toHaveBeenCalledTimes(1);
});
