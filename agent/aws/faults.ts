/** The one table of what AWS may answer instead of what was asked for. */

/** How a failure is met. */
export interface Fault {
  /** Stable; listed in `docs/reference/errors.md`. */
  readonly code: string;
  /** Passes by itself within seconds: whoever meets it tries again, with a backoff. Others need a person or more time. */
  readonly transient: boolean;
  /** When to look at the same message again, once the tries are used up. */
  readonly retryAfterSeconds: number;
  readonly remedy: string;
}

/** A row of the table. It holds for an error with one of these names (or codes), else for one of these HTTP statuses. */
export interface FaultRow extends Fault {
  readonly names: readonly string[];
  readonly statuses?: readonly number[];
  /** What the error's name and message, in lower case, must say too. Such a row stands before the one without. */
  readonly says?: RegExp;
}

export type Service = 'S3' | 'SQS';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const BUSY = [429, 500, 502, 503, 504];

const transient = { transient: true, retryAfterSeconds: 10 } as const;
const lasting = { transient: false, retryAfterSeconds: 5 * MINUTE } as const;

/** What any service, the SDK or Node may raise. */
const ANY: readonly FaultRow[] = [
  {
    code: 'TF-AWS-ASSUME-ROLE',
    ...lasting,
    names: ['AccessDenied', 'AccessDeniedException'],
    says: /sts:assumerole/,
    remedy: 'Let the trust policy of the role name this identity and the external id.',
  },
  {
    code: 'TF-AWS-CREDENTIALS',
    ...lasting,
    names: [
      ...['CredentialsProviderError', 'ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'InvalidToken'],
      ...['InvalidAccessKeyId', 'InvalidClientTokenId', 'UnrecognizedClientException', 'IncompleteSignature'],
      ...['SignatureDoesNotMatch', 'InvalidSignatureException'],
    ],
    remedy: 'Check the credentials under aws: in the configuration.',
  },
  {
    code: 'TF-AWS-CLOCK',
    ...lasting,
    names: ['RequestTimeTooSkewed', 'RequestExpired'],
    remedy: 'Set the clock of this host: AWS refuses requests that are minutes off.',
  },
  {
    code: 'TF-AWS-TLS',
    ...lasting,
    names: [
      ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'SELF_SIGNED_CERT_IN_CHAIN'],
      ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ],
    remedy: 'Where a proxy inspects TLS, add its CA with NODE_EXTRA_CA_CERTS.',
  },
];

const NETWORK = [
  ...['TimeoutError', 'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'EPIPE', 'EPROTO', 'ENOTFOUND'],
  ...['EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'ERR_PROXY_TUNNEL'],
  'ERR_STREAM_PREMATURE_CLOSE',
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const S3: readonly FaultRow[] = [
  {
    code: 'TF-S3-403-KMS',
    ...lasting,
    names: [
      ...['AccessDenied', 'KMS.DisabledException', 'KMS.InvalidKeyUsageException', 'KMS.InvalidStateException'],
      ...['KMS.KMSInvalidStateException', 'KMS.NotFoundException'],
    ],
    says: /^kms\.|kms:|ciphertext/,
    remedy: 'Allow kms:Decrypt on its key, in the role and in the key policy.',
  },
  {
    code: 'TF-S3-403',
    ...lasting,
    names: ['AccessDenied', 'AllAccessDisabled'],
    statuses: [401, 403],
    remedy:
      'Allow s3:GetObject and s3:GetObjectVersion on it. Without s3:ListBucket, a missing key is answered like this.',
  },
  {
    code: 'TF-S3-404-BUCKET',
    ...lasting,
    names: ['NoSuchBucket'],
    remedy: 'Check the name of the bucket and that it still exists.',
  },
  {
    code: 'TF-S3-404',
    ...lasting,
    names: ['NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed'],
    statuses: [404, 405],
    remedy: 'Was it deleted, or moved by a lifecycle rule?',
  },
  {
    code: 'TF-S3-ARCHIVED',
    ...lasting,
    retryAfterSeconds: HOUR,
    names: ['InvalidObjectState'],
    remedy: 'Restore it from its archive storage class first.',
  },
  {
    code: 'TF-S3-412',
    ...lasting,
    retryAfterSeconds: 0,
    names: ['PreconditionFailed'],
    statuses: [412],
    remedy: 'It was overwritten: read what is there now, as another object.',
  },
  {
    code: 'TF-S3-REGION',
    ...lasting,
    names: ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'],
    statuses: [301, 307],
    remedy: 'Set aws.region to the region of the bucket.',
  },
  {
    code: 'TF-S3-503',
    ...transient,
    names: ['SlowDown', 'ServiceUnavailable', 'InternalError', 'RequestTimeout'],
    statuses: BUSY,
    remedy: 'S3 is busy or asks to slow down; nothing to do unless it lasts.',
  },
  {
    code: 'TF-S3-BUCKET',
    ...lasting,
    names: ['InvalidBucketName'],
    remedy: 'Only plain bucket names are read; find out who sent this notification.',
  },
  {
    code: 'TF-S3-NET',
    ...transient,
    names: [...NETWORK, 'BodyError'],
    remedy: 'Check the route, the proxy and the S3 endpoint.',
  },
];

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html */
const SQS: readonly FaultRow[] = [
  {
    code: 'TF-SQS-403-KMS',
    ...lasting,
    names: [
      ...['KmsAccessDenied', 'KmsDisabled', 'KmsInvalidKeyUsage', 'KmsInvalidState', 'KmsNotFound', 'KmsOptInRequired'],
    ],
    remedy: 'Allow kms:Decrypt on the key of the queue, in the role and in the key policy.',
  },
  {
    code: 'TF-SQS-403',
    ...lasting,
    retryAfterSeconds: MINUTE,
    names: ['AccessDenied', 'AccessDeniedException'],
    statuses: [401, 403],
    remedy: 'Allow sqs:ReceiveMessage, DeleteMessage, ChangeMessageVisibility and GetQueueAttributes on the queue.',
  },
  {
    code: 'TF-SQS-LEASE',
    ...lasting,
    retryAfterSeconds: 0,
    names: ['ReceiptHandleIsInvalid', 'MessageNotInflight', 'InvalidParameterValue', 'LeaseTooOld'],
    says: /receipt ?handle|notinflight|leasetooold/,
    remedy: 'Nothing to do: the message is delivered again.',
  },
  {
    code: 'TF-SQS-404',
    ...lasting,
    retryAfterSeconds: MINUTE,
    names: ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue', 'InvalidAddress'],
    statuses: [404],
    remedy: 'Check the URL of the queue and aws.region.',
  },
  {
    code: 'TF-SQS-OVERLIMIT',
    ...lasting,
    retryAfterSeconds: MINUTE,
    names: ['OverLimit'],
    remedy: 'Too many messages of the queue are in flight: find out who else reads it.',
  },
  {
    code: 'TF-SQS-503',
    ...transient,
    names: ['RequestThrottled', 'ThrottlingException', 'KmsThrottled', 'ServiceUnavailable', 'InternalError'],
    statuses: BUSY,
    remedy: 'SQS is busy or asks to slow down; nothing to do unless it lasts.',
  },
  { code: 'TF-SQS-NET', ...transient, names: NETWORK, remedy: 'Check the route, the proxy and the SQS endpoint.' },
];

/** All rows that may hold for a service, in the order in which they are tried. */
export const FAULTS: Readonly<Record<Service, readonly FaultRow[]>> = { S3: [...ANY, ...S3], SQS: [...ANY, ...SQS] };

/** What holds where no row does. */
export const OTHER_FAULT: Readonly<Record<Service, Fault>> = {
  S3: { code: 'TF-S3-OTHER', ...lasting, remedy: 'The S3 API reference explains this answer.' },
  SQS: { code: 'TF-SQS-OTHER', ...lasting, remedy: 'The SQS API reference explains this answer.' },
};
