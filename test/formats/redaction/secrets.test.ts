import { describe, expect, test } from 'vitest';
import { rewriteSecrets } from '../../../formats/redaction/secrets.ts';
import { ownTime } from '../../own-time.ts';

const mask = (secrets: Parameters<typeof rewriteSecrets>[0], text: string): string | undefined =>
  rewriteSecrets(secrets)?.(text);

describe('a presigned URL', () => {
  const urls = { signedUrls: true } as const;
  test.each([
    [
      '"GET /b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE/20261124/eu-west-1/s3/aws4_request&X-Amz-Expires=60&X-Amz-Signature=0a1b HTTP/1.1"',
      '"GET /b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=***&X-Amz-Expires=60&X-Amz-Signature=*** HTTP/1.1"',
    ],
    ['{"args":"X-Amz-Security-Token=IQoJ%2Fb3%3D%3D&a=1"}', '{"args":"X-Amz-Security-Token=***&a=1"}'],
    ['{"u":"?X-Amz-Signature=0a\\u0026x=1"}', '{"u":"?X-Amz-Signature=***\\u0026x=1"}'],
    ['/login?next=%2Fk%3FX-Amz-Signature%3D0a1b%26x%3D1', '/login?next=%2Fk%3FX-Amz-Signature%3D***%26x%3D1'],
    ['\tExpires=1&Signature=a~b-c__&Key-Pair-Id=K\t', '\tExpires=1&Signature=***&Key-Pair-Id=K\t'],
    ['\tSignature=a~b-c__&Key-Pair-Id=K\t', '\tSignature=***&Key-Pair-Id=K\t'],
    ['/login?next=%2Fk%3FSignature%3D0a1b%26x%3D1', '/login?next=%2Fk%3FSignature%3D***%26x%3D1'],
    ['/k?NoSignature=1&My-Signature=2', '/k?NoSignature=1&My-Signature=2'],
    ['X-Amz-Date=20261124T000000Z', 'X-Amz-Date=20261124T000000Z'],
    ['X-Amz-Signature=', 'X-Amz-Signature='],
  ])('%s', (text, masked) => {
    expect(mask(urls, text)).toBe(masked);
  });

  test('of any length takes no more time than its length', () => {
    const started = ownTime();
    mask(urls, `X-Amz-Signature=${'%25'.repeat(300_000)} ${'X-Amz-Credential='.repeat(50_000)}`);
    expect(ownTime() - started).toBeLessThan(1000);
  });

  test('without one the text is the very same', () => {
    const text = 'GET /b/k HTTP/1.1';
    expect(mask(urls, text)).toBe(text);
  });
});

describe('HTTP headers', () => {
  const headers = { headers: 'httpRequest.headers' };
  const record = (list: unknown): string => JSON.stringify({ n: 1, httpRequest: { headers: list, uri: '/cookie' } });

  test('that let one act as somebody else have their value masked, in whatever case they were sent', () => {
    const list = [
      { name: 'Host', value: 'a' },
      { name: 'COOKIE', value: 'session=1' },
      { value: 'Basic xyz', name: 'authorization' },
      { name: 'X-Amz-Security-Token', value: 't' },
    ];
    const masked = list.map((one, index) => (index === 0 ? one : { ...one, value: '***' }));
    expect(mask(headers, record(list))).toBe(record(masked));
  });

  test('that are none of these stay, and so does a record of another form', () => {
    for (const list of [[{ name: 'Accept', value: 'cookie' }], 'cookie', [1, null, 'cookie'], []])
      expect(mask(headers, record(list))).toBe(record(list));
  });

  test('that cannot be read are not let through', () => {
    expect(() => mask(headers, '{"httpRequest":{"headers":[{"name":"cookie" "value":1}]}}')).toThrow('TF-REDACT-PLACE');
  });
});

test('both are masked where a log type has both; none where it has none', () => {
  const both = { signedUrls: true, headers: 'h' } as const;
  expect(mask(both, '{"h":[{"name":"Cookie","value":"1"},{"name":"Referer","value":"/?X-Amz-Signature=2"}]}')).toBe(
    '{"h":[{"name":"Cookie","value":"***"},{"name":"Referer","value":"/?X-Amz-Signature=***"}]}',
  );
  expect(rewriteSecrets({})).toBeUndefined();
});
