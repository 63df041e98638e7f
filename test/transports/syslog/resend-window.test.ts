import { expect, test } from 'vitest';
import type { Delivery } from '../../../transports/delivery.ts';
import { ResendWindow } from '../../../transports/syslog/resend-window.ts';

const delivery = (bytes: number): Delivery => ({ bytes: Buffer.alloc(bytes), settle: () => undefined });

/** A window of 100 bytes and 2 s, with blocks of these sizes, which our kernel has taken at 10 bytes more each. */
function windowWith(...sizes: readonly number[]) {
  const window = new ResendWindow(100, 2_000);
  const deliveries = sizes.map(delivery);
  let wire = 0;
  for (const one of deliveries) {
    wire += one.bytes.length + 10;
    window.add(one)(wire);
  }
  return { window, deliveries };
}

test('what the peer has not acknowledged stays, however old it is', () => {
  const { window, deliveries } = windowWith(50, 50);
  window.acknowledged(119, 0);
  expect(window.settled(1_000_000)).toEqual(deliveries.slice(0, 1));
  expect([window.unacknowledged, window.nextAt]).toEqual([true, Number.POSITIVE_INFINITY]);
});

test('what it has acknowledged stays until it is old enough, counted from the first time it was seen', () => {
  const { window, deliveries } = windowWith(50);
  window.acknowledged(60, 500);
  window.acknowledged(60, 1_500);
  expect(window.nextAt).toBe(2_500);
  expect(window.settled(2_499)).toEqual([]);
  expect(window.settled(2_500)).toEqual(deliveries);
  expect([window.unacknowledged, window.deliveries]).toEqual([false, []]);
});

test('or until half of the window is acknowledged behind it', () => {
  const { window, deliveries } = windowWith(20, 30, 19, 1);
  window.acknowledged(30 + 40 + 29, 0);
  expect(window.settled(0)).toEqual([]);
  window.acknowledged(30 + 40 + 29 + 11, 0);
  expect(window.settled(0)).toEqual(deliveries.slice(0, 1));
  expect(window.deliveries).toEqual(deliveries.slice(1));
});

test('it holds no more bytes than it may, but for a block that is alone', () => {
  const window = new ResendWindow(100, 2_000);
  expect(window.hasRoom(delivery(1_000))).toBe(true);
  window.add(delivery(60))(70);
  expect([40, 41].map((bytes) => window.hasRoom(delivery(bytes)))).toEqual([true, false]);
  window.acknowledged(70, 0);
  expect(window.hasRoom(delivery(41))).toBe(false);
  expect(window.settled(2_000).length).toBe(1);
  expect(window.hasRoom(delivery(41))).toBe(true);
});

test('blocks that our own kernel has not taken are not acknowledged, whatever is said', () => {
  const window = new ResendWindow(100, 2_000);
  const taken = window.add(delivery(10));
  expect(window.unacknowledged).toBe(false);
  window.acknowledged(Number.POSITIVE_INFINITY, 0);
  expect(window.settled(1_000_000)).toEqual([]);
  taken(20);
  expect(window.unacknowledged).toBe(true);
});

test('a window without time lets go of what is acknowledged, and always has room', () => {
  const window = new ResendWindow(Number.POSITIVE_INFINITY, 0);
  const one = delivery(10);
  window.add(one)(20);
  expect(window.hasRoom(delivery(1_000_000))).toBe(true);
  window.acknowledged(20, 7);
  expect(window.settled(7)).toEqual([one]);
});
