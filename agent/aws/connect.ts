import type { AwsSettings, QueueSettings } from '../../config/config.ts';
import type { SecretRef } from '../../transports/transport.ts';
import { s3Client, sqsClient } from './clients.ts';
import { credentialsFor } from './credentials.ts';
import type { ObjectReader } from './objects.ts';
import type { NotificationQueue } from './queue.ts';
import { s3ObjectReader } from './s3-objects.ts';
import { sqsQueue } from './sqs-queue.ts';

/** One queue, and the objects that its messages announce. */
export interface Source {
  readonly queue: NotificationQueue;
  readonly objects: ObjectReader;
  /** Closes idle connections and breaks off the rest. */
  close(): void;
}

/**
 * The way to AWS that the `aws` section describes, for any queue. Nothing is sent before a queue or an object is asked
 * for, so wrong credentials show there.
 * @throws when a secret of the settings cannot be read
 */
export function connectAws(aws: AwsSettings, secret: (ref: SecretRef) => string): (queue: QueueSettings) => Source {
  const credentials = credentialsFor(aws, secret);
  return (queue) => {
    const sqs = sqsClient(aws, queue, credentials);
    const s3 = s3Client(aws, queue, credentials);
    return {
      queue: sqsQueue(sqs, { url: queue.url, visibilitySeconds: Math.ceil(queue.visibility_timeout / 1_000) }),
      objects: s3ObjectReader(s3, { expectedOwner: queue.expected_bucket_owner }),
      close() {
        sqs.destroy();
        s3.destroy();
      },
    };
  };
}
