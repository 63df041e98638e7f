import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { AwsSettings, QueueSettings } from '../../config/config.ts';

export type Credentials = NonNullable<SQSClientConfig['credentials']>;

const CONNECT_MS = 5_000;
/** From the request to the head of the answer. A receive has a limit of its own, since it waits for messages. */
const SQS_ANSWER_MS = 10_000;
const S3_ANSWER_MS = 30_000;
const SQS_SOCKETS = 50;
/** More than there are places of work: the dispatcher bounds the reads, and one that waits for a socket would stall. */
const S3_SOCKETS = 512;

export function sqsClient(aws: AwsSettings, queue: QueueSettings, credentials: Credentials): SQSClient {
  return new SQSClient({
    ...reach(aws, queue.region, sqsEndpoint(aws, queue.url)),
    credentials,
    requestHandler: overHttp(aws, SQS_ANSWER_MS, SQS_SOCKETS),
    // The SDK would take the host of the queue URL, and silently pass over `fips` and `dual_stack`.
    useQueueUrlAsEndpoint: false,
    // Whoever asks a queue asks again in its own time; tries of the SDK would only hide the failure from it.
    maxAttempts: 1,
  });
}

export function s3Client(aws: AwsSettings, queue: QueueSettings, credentials: Credentials): S3Client {
  return new S3Client({
    ...reach(aws, queue.region, aws.endpoints.s3),
    credentials,
    requestHandler: overHttp(aws, S3_ANSWER_MS, S3_SOCKETS),
    forcePathStyle: aws.force_path_style,
    // A checksum of the whole comes after the last byte, when the records are delivered, and never with a range. Length,
    // TLS and the checksum inside gzip and Parquet guard the content.
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
  });
}

/** The host of the queue URL, unless another is set or the SDK has to find a special one. */
function sqsEndpoint(aws: AwsSettings, url: string): string | undefined {
  return aws.endpoints.sqs ?? (aws.fips || aws.dual_stack ? undefined : new URL(url).origin);
}

/** Where a service is. An endpoint that was set is taken as it is; FIPS and dual stack are a matter of the others. */
export function reach(aws: AwsSettings, region: string, endpoint: string | undefined) {
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    useFipsEndpoint: endpoint === undefined && aws.fips,
    useDualstackEndpoint: endpoint === undefined && aws.dual_stack,
    userAgentAppId: 'trailferry',
  };
}

/**
 * Options of the SDK's HTTP handler. The SDK looks at no proxy setting, but Node's agent knows proxies. Certificates are
 * checked whatever NODE_TLS_REJECT_UNAUTHORIZED says.
 */
export function overHttp(aws: AwsSettings, requestTimeout: number, maxSockets: number) {
  const { proxy } = aws;
  const proxyEnv = proxy && { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: proxy.no_proxy.join(',') };
  const agent = { keepAlive: true, maxSockets, ...(proxyEnv && { proxyEnv }) };
  return {
    connectionTimeout: CONNECT_MS,
    requestTimeout,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: { ...agent, rejectUnauthorized: true },
  };
}
