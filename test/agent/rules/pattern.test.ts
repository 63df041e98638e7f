import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networkTest } from '../../../agent/rules/network.ts';
import { patternTest } from '../../../agent/rules/pattern.ts';
import { toByteString } from '../../../formats/framing/byte-string.ts';
import { ownTime } from '../../own-time.ts';

/** The same said with a regular expression over characters. */
function expected(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'su').test(text);
}

test('a wildcard means the same as its regular expression, character by character', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'é', '€', '*', '?'), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'é', '€', '𝄞'), maxLength: 12 });
  const property = fc.property(pattern, text, (wildcard, value) => {
    expect(patternTest(wildcard)(toByteString(value))).toBe(expected(wildcard, value));
  });
  fc.assert(property, { numRuns: 5000 });
});

test('many stars on a long text take no time to speak of', () => {
  const started = ownTime();
  expect(patternTest(`${'*a'.repeat(50)}*b`)('a'.repeat(20_000))).toBe(false);
  expect(ownTime() - started).toBeLessThan(1000);
});

describe('networks', () => {
  test.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['203.0.113.9', '203.0.113.9', true],
    ['203.0.113.9', '203.0.113.10', false],
    ['192.168.0.0/23', '192.168.1.255', true],
    ['192.168.0.0/23', '192.168.2.0', false],
    ['2001:db8::/32', '2001:db8:1::5', true],
    ['2001:db8::/32', '2001:DB9::5', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['::/0', '10.0.0.1', false],
    ['10.0.0.0/8', 'host.example', false],
    ['10.0.0.0/8', '10.0.0', false],
    ['10.0.0.0/8', '10.0.0.256', false],
    ['10.0.0.0/8', '10.0.0.1.1', false],
    ['10.0.0.0/8', '10..0.1', false],
    ['::/0', 'dead:beef', false],
  ])('%s holds %s: %s', (network, address, holds) => {
    expect(networkTest(['198.51.100.0/24', network])(address)).toBe(holds);
  });
});
