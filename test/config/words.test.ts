import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, distance } from '../../config/suggestion.ts';
import { asDuration, asSize, bytes, DURATION, milliseconds, SIZE } from '../../config/units.ts';
import { valueFormats } from '../../config/value-formats.ts';
import { ownTime } from '../own-time.ts';

test.each([
  ['prot', ['port', 'protocol'], 'port'],
  ['tls_verson', ['tls', 'min_version', 'tls_version'], 'tls_version'],
  ['caFile', ['ca_file', 'key_file'], 'ca_file'],
  ['TLS', ['tls', 'tcp'], 'tls'],
  ['zebra', ['port', 'host'], undefined],
  ['', ['port'], undefined],
])('%s is taken for %s', (written, words, meant) => {
  expect(didYouMean(written, words)).toBe(meant === undefined ? '' : ` (did you mean "${meant}"?)`);
});

test('distance is a distance, and a swap is one step', () => {
  expect(distance('kitten', 'sitting')).toBe(3);
  expect(distance('prot', 'port')).toBe(1);
  const word = fc.string({ maxLength: 8 });
  const property = fc.property(word, word, (a, b) => {
    expect(distance(a, b)).toBe(distance(b, a));
    expect(distance(a, b) === 0).toBe(a === b);
    expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
  });
  fc.assert(property);
});

test('a long mistake costs nothing', () => {
  const begun = ownTime();
  expect(didYouMean('x'.repeat(1_000_000), ['port', 'host'])).toBe('');
  expect(ownTime() - begun).toBeLessThan(100);
});

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['2m', 120_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
])('%s is %d ms', (written, ms) => {
  expect(milliseconds(written)).toBe(ms);
  expect(asDuration(ms)).toBe(written);
});

test.each([
  ['1B', 1],
  ['900kB', 900_000],
  ['64KiB', 65_536],
  ['8MiB', 8_388_608],
  ['5MB', 5_000_000],
  ['2GiB', 2_147_483_648],
  ['1GB', 1_000_000_000],
])('%s is %d bytes', (written, count) => {
  expect(bytes(written)).toBe(count);
  expect(asSize(count)).toBe(written);
});

test('whatever is written back is read as the same', () => {
  const writable = fc.nat(999_999);
  fc.assert(fc.property(writable, (n) => milliseconds(asDuration(n)) === n && bytes(asSize(n)) === n));
  expect([DURATION, SIZE].some((form) => form.test('1234567s') || form.test('10') || form.test('1 s'))).toBe(false);
});

test.each([
  ['duration', ['1s', '0ms', '24d'], ['25d', '1.5h', '-1s', '10', 10, '1w', '1S']],
  ['bytes', [0, 65_536, '1KiB'], [-1, 1.5, '1kb', '1K', '1 MB', Number.MAX_SAFE_INTEGER + 1]],
  [
    'hostname',
    ['a', 'qradar.corp.example', 'a_b.c', '10.0.0.1', 'fe80::1', 'x.'],
    ['', '-a', 'a b', 'a..b', 'a/b', 'x'.repeat(64)],
  ],
  ['url', ['https://a:8088/b', 'http://[::1]:1'], ['ftp://a', 'a.b', 'https://u:p@a', 'https://u@a', 'https://']],
  ['file', ['/a'], ['a', './a', '', '/a\u0000b', '/a\nb']],
  ['bucket', ['logs', 'aws-logs-*', '*-logs', 'a.b'], ['*', '**', 'A', 'a/b', 'arn:aws:s3:::b', '']],
  [
    'region',
    ['eu-west-1', 'us-gov-east-1', 'eusc-de-east-1', 'us-iso-east-1'],
    ['eu', 'EU-WEST-1', 'eu-west', 'eu-west-1a'],
  ],
  ['account', ['011122223333'], [111122223333, '1111', '11112222333x']],
  ['role-arn', ['arn:aws-cn:iam::111122223333:role/a/b'], ['arn:aws:iam::111122223333:user/a', 'role/a']],
  ['name', ['a', '0-b'], ['', 'A', '-a', 'a_b', 'a'.repeat(64)]],
  [
    'secret',
    [{ credential: 'a' }, { file: '/a' }, { env: 'A_1' }],
    [
      'a',
      {},
      { file: 'a' },
      { env: '1' },
      { credential: '.a' },
      { credential: 'a/b' },
      { env: 'A', file: '/a' },
      ['a'],
      null,
      { toString: 'a' },
    ],
  ],
  ['text-or-secret', ['a', { env: 'A' }], ['', 1, { a: 'b' }]],
  ['String', ['a b', ' '], ['', 'a\nb', 1, true, null]],
  ['count', [1], [0, 1.5, '1']],
  ['Number', [1.5, -1], ['1', Number.NaN, Number.POSITIVE_INFINITY]],
] as [string, unknown[], unknown[]][])('format %s', (name, right, wrong) => {
  expect(right.filter((value) => valueFormats[name]?.accepts(value) !== true)).toEqual([]);
  expect(wrong.filter((value) => valueFormats[name]?.accepts(value) !== false)).toEqual([]);
});
