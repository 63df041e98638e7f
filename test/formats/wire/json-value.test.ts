import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { LogEvent } from '../../../formats/event.ts';
import * as json from '../../../formats/wire/json-value.ts';

const event = {} as LogEvent;

test.each([
  ['0', '0'],
  ['-7', '-7'],
  ['9007199254740993', '9007199254740993'],
  [65535, '65535'],
  ['007', ''],
  ['1.5', ''],
  ['1e3', ''],
  ['', ''],
  ['+1', ''],
  ['12345678901234567890', ''],
  [Number.NaN, ''],
  [true, ''],
])('integer: %j is %j', (value, text) => {
  expect(json.integer(value, event)).toBe(text);
});

test.each([
  ['0.000', '0.000'],
  ['1.0', '1.0'],
  ['-0.5', '-0.5'],
  ['1e400', '1e400'],
  ['.5', ''],
  ['1.', ''],
  ['0x10', ''],
  ['Infinity', ''],
])('decimal: %j is %j, digit for digit', (value, text) => {
  expect(json.decimal(value, event)).toBe(text);
});

test.each([
  ['true', 'true'],
  ['Yes', 'true'],
  [false, 'false'],
  ['No', 'false'],
  ['maybe', ''],
])('flag: %j is %j', (value, text) => {
  expect(json.flag(value, event)).toBe(text);
});

test('times are milliseconds or a date, or nothing', () => {
  expect(json.epochMs(1_772_600_400_000, event)).toBe('1772600400000');
  expect(json.isoDate(1_772_600_400_123, event)).toBe('"2026-03-04T05:00:00.123Z"');
  for (const none of [Number.NaN, 1e300, 1.5, '1772600400000', undefined]) {
    expect(json.epochMs(none, event)).toBe('');
    expect(json.isoDate(none, event)).toBe('');
  }
});

test('an address is an ip, or a name, never both', () => {
  for (const address of ['192.0.2.1', '2001:db8::1']) {
    expect(json.ip(address, event)).toBe(`"${address}"`);
    expect(json.name(address, event)).toBe('');
  }
  expect(json.ip('s3.amazonaws.com', event)).toBe('');
  expect(json.name('s3.amazonaws.com', event)).toBe('"s3.amazonaws.com"');
});

describe('strings', () => {
  const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
  const read = (text: string): unknown => JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));

  it('are read back as they were, on one line for every reader', () => {
    const any = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u2028', '\u0085', '"', '\\', '\0')));
    fc.assert(
      fc.property(any, (parts) => {
        const value = parts.join('').toWellFormed();
        const text = json.jsonString(bytes(value));
        expect(read(text)).toBe(value);
        expect(Buffer.from(text, 'latin1').toString('utf8')).not.toMatch(/[\0-\x1f\u0085\u2028\u2029]/);
      }),
      { numRuns: 500 },
    );
  });

  it('change their case in ASCII alone', () => {
    expect(read(json.lowerCase(bytes('ÀÉ TLS'), event))).toBe('ÀÉ tls');
  });
});

test('JSON of the record stays as it stands, other text becomes a string', () => {
  expect(json.embedded('{"a":1.0,\n  "b":9007199254740993}', event)).toBe('{"a":1.0,"b":9007199254740993}');
  expect(json.embedded('{"a":', event)).toBe('"{\\"a\\":"');
});
