import { describe, expect, it } from 'vitest';
import { faultOf, named, ObjectError, QueueError } from '../../../agent/aws/errors.ts';
import { FAULTS } from '../../../agent/aws/faults.ts';

const answered = (status: number, name = 'Error', message = 'x') =>
  Object.assign(named(name, message), { $metadata: { httpStatusCode: status } });

describe('the table of faults', () => {
  it.each([
    ['S3', answered(404, 'NoSuchKey'), 'TF-S3-404'],
    ['S3', answered(404), 'TF-S3-404'],
    ['S3', answered(404, 'NoSuchBucket'), 'TF-S3-404-BUCKET'],
    ['S3', answered(403, 'AccessDenied', 'Access Denied'), 'TF-S3-403'],
    ['S3', answered(403, 'AccessDenied', 'not authorized to perform: kms:Decrypt on the resource'), 'TF-S3-403-KMS'],
    ['S3', answered(400, 'KMS.DisabledException', 'the key is disabled'), 'TF-S3-403-KMS'],
    ['S3', answered(403, 'AccessDenied', 'no s3:GetObject on "arn:aws:s3:::my-kms-logs/k"'), 'TF-S3-403'],
    ['S3', answered(403, 'AccessDenied', 'not authorized to perform: sts:AssumeRole on r'), 'TF-AWS-ASSUME-ROLE'],
    ['S3', answered(502, 'SyntaxError'), 'TF-S3-503'],
    ['S3', Object.assign(new Error('aborted'), { code: 'ECONNRESET' }), 'TF-S3-NET'],
    ['S3', Object.assign(new Error('no'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), 'TF-AWS-TLS'],
    ['S3', 'a text', 'TF-S3-OTHER'],
    ['SQS', answered(400, 'KmsAccessDenied'), 'TF-SQS-403-KMS'],
    [
      'SQS',
      named(
        'InvalidParameterValue',
        'Value AQEB for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.',
      ),
      'TF-SQS-LEASE',
    ],
    ['SQS', named('InvalidParameterValue', 'Value 99 for parameter MaxNumberOfMessages is invalid.'), 'TF-SQS-OTHER'],
    ['SQS', undefined, 'TF-SQS-OTHER'],
  ] as const)('%s %s: %s', (service, error, code) => {
    expect(faultOf(service, error).code).toBe(code);
  });

  it('has a row before the one that would hide it', () => {
    for (const rows of Object.values(FAULTS)) {
      for (const [index, { names, says }] of rows.entries()) {
        const hidden = rows
          .slice(0, index)
          .filter((row) => row.says === undefined && row.names.some((name) => names.includes(name)));
        expect(says === undefined ? [] : hidden).toEqual([]);
      }
    }
  });
});

describe('the errors made from it', () => {
  it('name the thing, the reason, the remedy and the code, and keep the cause', () => {
    const cause = answered(403, 'AccessDenied', 'Access Denied');
    const error = new ObjectError('reading s3://logs/k', cause);
    expect(error.message).toMatch(/^reading s3:\/\/logs\/k: Access Denied\. Allow s3:GetObject .* \[TF-S3-403\]$/);
    expect(error).toMatchObject({ code: 'TF-S3-403', transient: false, retryAfterSeconds: 300, cause });
    expect(new QueueError('asking q', new Error('')).message).toContain('asking q: no reason was given.');
  });
});

it('a signature that does not match is told without the request that AWS quotes, which holds the session token', () => {
  const quoted =
    "The request signature does not match.\n\nThe Canonical String was\n'POST\nx-amz-security-token:CANARY'";
  const error = new QueueError('receiving', named('SignatureDoesNotMatch', quoted));
  expect(error.message).toContain('The request signature does not match.');
  expect(error.message).not.toContain('CANARY');
});
