import { computed, first, percentDecoded, requestPart, spaced, tail, text, textOf } from '../functions.ts';
import { columns, splitQuoted } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { clfTime } from '../times.ts';
import { HTTP_STATUSES, webSeverity } from './alb.ts';
import { REGION } from './keys.ts';

const COLUMNS =
  `bucket_owner bucket time remote_ip requester request_id operation key request_uri http_status error_code bytes_sent
  object_size total_time turn_around_time referer user_agent version_id host_id signature_version cipher_suite
  authentication_type host_header tls_version access_point_arn acl_required source_region`
    .split(/\s+/)
    .filter((name) => name !== '');

const FILE = '\\d{4}-\\d{2}-\\d{2}-\\d{2}-\\d{2}-\\d{2}-[0-9A-F]{16}$';

const failed = (status: string): boolean => Number(status) >= 400;

export const s3Access = defineLogType({
  name: 's3-access',
  title: 'Amazon S3 server access logs',
  reference: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html',
  keys: [
    new RegExp(`(?:^|/)(?<account>\\d{12})/${REGION}/[^/]+/\\d{4}/\\d{2}/\\d{2}/${FILE}`),
    new RegExp(`(?:^|/)${FILE}`),
  ],
  looksLike: { line: /^[0-9a-f]{64} [a-z0-9.-]{3,63} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:/ },
  layout: columns({ names: COLUMNS, least: 18, split: splitQuoted }),
  secrets: { signedUrls: true },
  product: 'S3',
  time: clfTime('time'),
  signature: 'operation',
  label: computed('S3 and the kind of operation', ['operation'], (operation) => labelOf(textOf(operation))),
  category: computed('S3Access and Success or Failure', ['http_status'], (status) =>
    failed(textOf(status)) ? 'S3Access Failure' : 'S3Access Success',
  ),
  severity: computed('by http_status', ['http_status'], (status) => webSeverity(textOf(status))),
  fields: {
    'cloud.account': '@account',
    'cloud.region': first('source_region', '@region'),
    'source.address': 'remote_ip',
    'user.name': tail('requester', '/'),
    'user.id': 'requester',
    'event.uid': 'request_id',
    'event.outcome': computed('failure from http_status 400, else success', ['http_status'], (status) =>
      failed(textOf(status)) ? 'failure' : 'success',
    ),
    'event.reason': 'error_code',
    's3.bucket': 'bucket',
    's3.key': percentDecoded('key'),
    's3.size': 'object_size',
    's3.version': 'version_id',
    's3.owner': 'bucket_owner',
    's3.auth': spaced('signature_version', 'authentication_type'),
    's3.acl': 'acl_required',
    's3.access_point': 'access_point_arn',
    's3.resource': computed('bucket/key', ['bucket', 'key'], (bucket, key) =>
      key === '-' ? textOf(bucket) : `${textOf(bucket)}/${textOf(key)}`,
    ),
    'request.method': requestPart('request_uri', 'method'),
    'request.url': requestPart('request_uri', 'url'),
    'request.context': 'referer',
    'user.agent': 'user_agent',
    'response.status': 'http_status',
    'network.bytes_out': 'bytes_sent',
    'time.total': 'total_time',
    'time.turnaround': 'turn_around_time',
    's3.tls': spaced('cipher_suite', 'tls_version'),
    'tls.cipher': 'cipher_suite',
    'tls.protocol': 'tls_version',
    'destination.host': 'host_header',
  },
  kinds: { http_status: HTTP_STATUSES, operation: ['<operation>'] },
  splunk: { sourcetype: 'aws:s3:accesslogs' },
  qradar: 'Amazon AWS S3 Server Access Logs',
  ocsf: {
    class: 'datastore_activity',
    activity: text('operation', 'kind of the operation', (operation) => activityOf(operation)),
  },
  ecs: { kind: 'event', dataset: 's3access', category: 'web', type: 'access' },
});

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/\.(?:GET|HEAD)\./, 'S3 object read'],
  [/\.(?:PUT|POST|COPY)\./, 'S3 object write'],
  [/DELETE|EXPIRE/, 'S3 object delete'],
];

function labelOf(operation: string): string {
  return KINDS.find(([pattern]) => pattern.test(operation))?.[1] ?? 'S3 operation';
}

const ACTIVITIES: readonly (readonly [RegExp, string])[] = [
  [/\.(?:GET|HEAD)\.(?:BUCKET|UPLOADS|BUCKETVERSIONS)$/, 'List'],
  [/\.(?:GET|HEAD)\./, 'Read'],
  [/\.(?:PUT|POST|COPY)\./, 'Write'],
  [/DELETE|EXPIRE/, 'Delete'],
];

function activityOf(operation: string): string {
  return ACTIVITIES.find(([pattern]) => pattern.test(operation))?.[1] ?? operation;
}
