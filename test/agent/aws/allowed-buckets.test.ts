import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketAllowed, isBucketName } from '../../../agent/aws/allowed-buckets.ts';

describe('bucketAllowed', () => {
  it.each([
    ['logs-1', 'logs-1', true],
    ['logs-1', 'logs-11', false],
    ['logs-*', 'logs-1', true],
    ['logs-*', 'logs-', false], // no bucket name ends in a hyphen
    ['logs*', 'logs', true],
    ['*-logs', 'my-logs', true],
    ['*-logs', 'my-logs-2', false],
    ['aws-*-logs-*-eu-west-1', 'aws-controltower-logs-111122223333-eu-west-1', true],
    ['aws-*-logs-*-eu-west-1', 'aws-controltower-logs-eu-west-1', false],
    ['ab*ab', 'ab', false],
    ['aba*aba', 'ababa', false],
    ['*', 'anything.at-all', true],
    ['', 'logs', false],
  ])('%s %s %s', (pattern, bucket, allowed) => {
    expect(bucketAllowed([pattern], bucket)).toBe(allowed);
  });

  it('needs one of the patterns', () => {
    expect(bucketAllowed(['a-*', 'b-*'], 'b-1')).toBe(true);
    expect(bucketAllowed([], 'b-1')).toBe(false);
  });

  it('means by * what a regular expression means by .*', () => {
    const word = fc.stringMatching(/^[ab]{0,4}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 5 }),
        fc.stringMatching(/^[ab]{3,14}$/),
        (parts, bucket) => {
          const expected = new RegExp(`^${parts.join('.*')}$`).test(bucket);
          expect(bucketAllowed([parts.join('*')], bucket)).toBe(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('isBucketName', () => {
  it.each([
    'arn:aws:s3:eu-west-1:999988887777:accesspoint/evil',
    'arn:aws:s3-object-lambda:eu-west-1:999988887777:accesspoint/evil',
    'logs/../other',
    'user@host',
    'Logs',
    'lo',
    '-logs',
    'logs.',
    'logs\n',
    '',
    'x'.repeat(64),
  ])('refuses %j even where every bucket is allowed', (name) => {
    expect(isBucketName(name)).toBe(false);
    expect(bucketAllowed(['*'], name)).toBe(false);
  });

  it('takes what S3 lets people create', () => {
    expect(
      ['aws-controltower-logs-111122223333-eu-west-1', 'my.logs', '841154226728-us-west-2-vpcflowlog'].every(
        isBucketName,
      ),
    ).toBe(true);
  });
});
