import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKind } from '../../../formats/wire/address.ts';

const expected = (text: string): string => (isIPv4(text) ? 'ipv4' : isIPv6(text) ? 'ipv6' : 'name');

describe('the kind of an address', () => {
  it('is what the standard library says, for addresses', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        expect(addressKind(text), text).toBe(expected(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('is what the standard library says, for what is nearly one', () => {
    const part = fc.constantFrom(
      ':',
      '::',
      '.',
      '0',
      '1',
      'f',
      '10',
      '255',
      '256',
      'ffff',
      '12345',
      '01',
      'g',
      '127.0.0.1',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 17 }), (parts) => {
        const text = parts.join('');
        expect(addressKind(text), text).toBe(expected(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('is a name for what callers of AWS are called, and for an address with a zone, port or length', () => {
    const names = [
      'ec2.amazonaws.com',
      'AWS Internal',
      '',
      '-',
      'fe80::1%eth0',
      '10.0.0.1:80',
      '10.0.0.0/8',
      '[::1]',
      '1.2.3',
    ];
    expect(names.map(addressKind)).toEqual(names.map(() => 'name'));
  });
});
