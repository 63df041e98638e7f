import type { Setting } from '../transports/transport.ts';
import type { AssumeRole, AwsSettings } from './config.ts';
import type { Names } from './schema.ts';

/** Settings that may be left out have no default: the program then does without. */
const left = { default: null } as const;

const endpoint = (service: string, example: string): Setting => ({
  doc: `URL of ${service} when it is not the region's public one: an interface endpoint (PrivateLink), or a local stand-in.`,
  format: 'url',
  ...left,
  example,
});

const assumeRole: Names<AssumeRole> = {
  arn: {
    doc: 'ARN of the role.',
    format: 'role-arn',
    ...left,
    required: true,
    example: 'arn:aws:iam::111122223333:role/trailferry',
  },
  external_id: {
    doc: "External id that the role's trust policy asks for: the text, or where it is kept.",
    format: 'text-or-secret',
    ...left,
    example: { file: '/etc/trailferry/credentials/external-id' },
  },
  session_name: {
    doc: 'Session name. It shows in CloudTrail, so by default it says who reads.',
    format: 'String',
    default: 'trailferry',
  },
};

const proxy: Names<NonNullable<AwsSettings['proxy']>> = {
  url: { doc: 'URL of the proxy.', format: 'url', ...left, required: true, example: 'http://proxy.corp.example:3128' },
  no_proxy: {
    doc: 'Hosts to reach without it; ".corp.example" is every host below. None by default.',
    format: 'String',
    list: true,
    default: [],
    example: ['.corp.example'],
  },
};

/** The `aws` section. Roles Anywhere is not part of it yet. */
export const awsSection = {
  region: {
    doc: 'Region of STS, and of every queue whose URL names none.',
    format: 'region',
    ...left,
    required: true,
    example: 'eu-west-1',
  },
  profile: {
    doc: 'Profile of the shared AWS configuration files. Without it, and without keys, the default chain of the AWS SDK is asked.',
    format: 'String',
    ...left,
    example: 'trailferry',
  },
  access_key_id: {
    doc: 'Access key id, for a host that has no better credentials. It needs secret_access_key.',
    format: 'String',
    ...left,
    example: 'AKIAIOSFODNN7EXAMPLE',
  },
  secret_access_key: {
    doc: 'Where the secret of the access key is kept.',
    format: 'secret',
    ...left,
    example: { credential: 'aws-secret-access-key' },
  },
  session_token: {
    doc: 'Where the session token of temporary keys is kept.',
    format: 'secret',
    ...left,
    example: { file: '/etc/trailferry/credentials/aws-session-token' },
  },
  assume_role: { group: 'optional', doc: 'A role to take on with the credentials above.', of: assumeRole },
  endpoints: {
    sqs: endpoint('SQS', 'https://vpce-0a1b2c3d.sqs.eu-west-1.vpce.amazonaws.com'),
    s3: endpoint('S3', 'https://bucket.vpce-0a1b2c3d.s3.eu-west-1.vpce.amazonaws.com'),
    sts: endpoint('STS', 'https://vpce-0a1b2c3d.sts.eu-west-1.vpce.amazonaws.com'),
  },
  force_path_style: {
    doc: 'Address S3 as host/bucket/key. AWS asks for bucket.host/key, hence the default; local stand-ins often cannot.',
    format: 'Boolean',
    default: false,
  },
  fips: {
    doc: 'Use FIPS 140 endpoints. Not every region has them, hence not by default.',
    format: 'Boolean',
    default: false,
  },
  dual_stack: {
    doc: 'Use endpoints that answer on IPv6 too. A network without IPv6 gains nothing, hence not by default.',
    format: 'Boolean',
    default: false,
  },
  proxy: {
    group: 'optional',
    doc: 'HTTP proxy on the way to AWS. Environment variables are not looked at.',
    of: proxy,
  },
} satisfies Names<AwsSettings>;
