import { connectAws, type Source } from '../../../agent/aws/connect.ts';
import type { AwsSettings, QueueSettings } from '../../../config/config.ts';
import type { FakeAws } from '../../fakes/aws.ts';

/** The `aws` section for a stand-in on this host, which takes any keys. */
export function awsSettings(endpoint: string, more: Partial<AwsSettings> = {}): AwsSettings {
  return {
    region: 'eu-west-1',
    access_key_id: 'AKIDFAKE',
    secret_access_key: { env: 'FAKE' },
    endpoints: { s3: endpoint },
    force_path_style: true,
    fips: false,
    dual_stack: false,
    ...more,
  };
}

export function queueSettings(url: string, more: Partial<QueueSettings> = {}): QueueSettings {
  return {
    name: 'test',
    url,
    region: 'eu-west-1',
    buckets: ['*'],
    destinations: [],
    log_types: [],
    static_labels: {},
    visibility_timeout: 30_000,
    ...more,
  };
}

export function sourceOf(aws: FakeAws, more: Partial<QueueSettings> = {}): Source {
  return connectAws(awsSettings(aws.endpoint), () => 'fake')(queueSettings(aws.queueUrl(), more));
}

/** A signal that never aborts. */
export const never = new AbortController().signal;
