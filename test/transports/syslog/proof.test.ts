import type { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Answered, Proof } from '../../../transports/syslog/proof.ts';

const session = (certificate = 'one', address = '192.0.2.1'): Answered['session'] => ({
  address,
  certificate: { fingerprint256: certificate } as X509Certificate,
});

/** The verdict on an answer at 0. */
function verdict(by: Answered['session'], now: number, took: readonly number[] = [5], tries = 0): unknown {
  const proof = new Proof();
  for (const ms of took) proof.took(ms);
  const found = proof.verdict({ session: session(), answeredAt: 0, tries }, by, now);
  return found instanceof Error ? found.message : found;
}

test('the same receiver proves its answer when it lets us in at once', () => {
  expect(verdict(session(), 20)).toBe('proven');
});

test('another address proves nothing', () => {
  expect(verdict(session('one', '192.0.2.2'), 20)).toBe('connected to 192.0.2.2 instead of 192.0.2.1');
});

test('with another certificate it is another receiver: the next may be the same', () => {
  expect(verdict(session('two'), 20)).toBe('again');
  expect(verdict(session('two'), 20, [5], 7)).toMatch(/^8 connections after it reached another receiver/);
  expect(verdict(session('two'), 1_010)).toMatch(/^1 connections after it reached another receiver/);
});

describe('a connection that took a second longer than it need be', () => {
  test('is one to a receiver that may have been started anew', () => {
    expect(verdict(session(), 1_004)).toBe('proven');
    expect(verdict(session(), 1_005)).toMatch(/^it took 1005 ms/);
  });

  test('is measured by the fastest of late, so that a long way or a slow receiver proves as well', () => {
    expect(verdict(session(), 1_800, [900, 1_200])).toBe('proven');
    expect(verdict(session(), 2_500, [10, ...Array(7).fill(2_000)])).toMatch(/^it took/);
    expect(verdict(session(), 2_500, [10, ...Array(8).fill(2_000)])).toBe('proven');
  });
});
