/**
 * The shapes in which AWS announces objects, one function a shape. A shape answers `undefined` for a body of another
 * shape; otherwise it answers for every part of it. How a key is encoded belongs to the shape.
 */
import { at, listAt, parseJson, textAt } from './json.ts';
import { CONFIG_NOTICES, EVENTBRIDGE_NOTICES, s3EventNotice } from './notification-notices.ts';
import { announced, type Found, notice, unknown } from './notification-parts.ts';

type Shape = (body: unknown, depth: number) => readonly Found[] | undefined;

const SHAPES: readonly Shape[] = [
  snsMessage,
  s3TestEvent,
  records,
  lambdaFailure,
  eventBridgeS3,
  controlTower,
  cloudTrailDelivery,
  configNotification,
  filesOfBucket,
];

/** SNS in SNS, or SNS in a copied Lambda event: real ones nest twice; a body that goes on and on is nobody's. */
const DEEPEST = 4;

/** Reads one parsed body, whatever is wrapped in it. Never throws. */
export function readBody(body: unknown, depth = 0): readonly Found[] {
  if (depth > DEEPEST) return [unknown('envelopes are nested too deep')];
  for (const shape of SHAPES) {
    const found = shape(body, depth);
    if (found !== undefined) return found;
  }
  return [unknown('no known notification has this form')];
}

function readText(text: string, depth: number): readonly Found[] {
  const body = parseJson(text);
  return body === undefined ? [unknown('the wrapped message is not JSON')] : readBody(body, depth);
}

/**
 * SNS without raw message delivery: the notification is the text in `Message`.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
function snsMessage(body: unknown, depth: number): readonly Found[] | undefined {
  const type = at(body, 'Type');
  if (type === 'SubscriptionConfirmation') {
    return [unknown('an SNS subscription waits for confirmation: a person must open its SubscribeURL')];
  }
  const message = at(body, 'Message');
  if (type !== 'Notification' || message === undefined) return undefined;
  if (typeof message !== 'string') return readBody(message, depth + 1);
  return /^CloudTrail validation message/.test(message)
    ? [notice('CloudTrail validation message')]
    : readText(message, depth + 1);
}

/** Sent once, when the notification of a bucket is set up. */
function s3TestEvent(body: unknown): readonly Found[] | undefined {
  return at(body, 'Event') === 's3:TestEvent' ? [notice('s3:TestEvent')] : undefined;
}

/** An S3 event, or the event of a Lambda function that was fed by SQS or SNS. */
function records(body: unknown, depth: number): readonly Found[] | undefined {
  return listAt(body, 'Records')?.flatMap((record) => oneRecord(record, depth));
}

function oneRecord(record: unknown, depth: number): readonly Found[] {
  const source = at(record, 'eventSource') ?? at(record, 'EventSource');
  if (source === 'aws:s3') return [s3Record(record)];
  if (source === 'aws:sqs') return readText(textAt(record, 'body') ?? '', depth + 1);
  if (source === 'aws:sns') return readBody(at(record, 'Sns'), depth + 1);
  return [unknown('a record of the body comes from no known source')];
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html: versions of the same major
 * number only add members, so the version is not looked at. Keys are form-url-encoded.
 */
function s3Record(record: unknown): Found {
  const event = (textAt(record, 'eventName') ?? '').replace(/^s3:/, '');
  if (!event.startsWith('ObjectCreated:')) return s3EventNotice(event);
  const object = at(record, 's3', 'object');
  return announced('form', textAt(record, 's3', 'bucket', 'name'), textAt(object, 'key'), {
    size: at(object, 'size'),
    etag: at(object, 'eTag'),
    versionId: at(object, 'versionId'),
    sequencer: at(object, 'sequencer'),
  });
}

/** What a Lambda function's on-failure destination gets: the event that it failed on. */
function lambdaFailure(body: unknown, depth: number): readonly Found[] | undefined {
  const payload = at(body, 'requestPayload');
  return payload === undefined ? undefined : readBody(payload, depth + 1);
}

/**
 * EventBridge's S3 events, and Security Lake's, which leave `version`, `id` and `detail-type` out. Keys are plain.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
function eventBridgeS3(body: unknown): readonly Found[] | undefined {
  if (at(body, 'source') !== 'aws.s3') return undefined;
  const type = at(body, 'detail-type') ?? 'Object Created';
  if (type !== 'Object Created') {
    const what = EVENTBRIDGE_NOTICES.find((known) => known === type);
    return [what === undefined ? unknown('an S3 event of EventBridge has an unknown type') : notice(what)];
  }
  const object = at(body, 'detail', 'object');
  const ref = announced('plain', textAt(body, 'detail', 'bucket', 'name'), textAt(object, 'key'), {
    size: at(object, 'size'),
    etag: at(object, 'etag'),
    versionId: at(object, 'version-id'),
    sequencer: at(object, 'sequencer'),
  });
  return [ref];
}

/** Control Tower's life cycle events; CloudTrail's own objects hold them too. */
function controlTower(body: unknown): readonly Found[] | undefined {
  const service = at(body, 'detail-type') === 'AWS Service Event via CloudTrail';
  return service && at(body, 'source') === 'aws.controltower' ? [notice('Control Tower life cycle')] : undefined;
}

/**
 * CloudTrail's own message about delivered files.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html
 */
function cloudTrailDelivery(body: unknown): readonly Found[] | undefined {
  const keys = listAt(body, 's3ObjectKey');
  return keys?.map((key) => announced('plain', textAt(body, 's3Bucket'), typeof key === 'string' ? key : undefined));
}

/**
 * AWS Config's messages: deliveries name an object, oversized changes name it as `bucket/key`, and the rest says nothing
 * that the history object will not say.
 * https://docs.aws.amazon.com/config/latest/developerguide/notifications-for-AWS-Config.html
 */
function configNotification(body: unknown): readonly Found[] | undefined {
  const type = textAt(body, 'messageType');
  if (type === undefined) return undefined;
  if (type === 'ConfigurationHistoryDeliveryCompleted' || type === 'ConfigurationSnapshotDeliveryCompleted') {
    return [announced('plain', textAt(body, 's3Bucket'), textAt(body, 's3ObjectKey'))];
  }
  if (type === 'OversizedConfigurationItemChangeNotification') {
    const [bucket, ...key] = textAt(body, 's3DeliverySummary', 's3BucketLocation')?.split('/') ?? [];
    return [announced('plain', bucket, key.join('/'))];
  }
  const what = CONFIG_NOTICES.find((known) => known === type);
  return [what === undefined ? unknown('a message of AWS Config has an unknown type') : notice(what)];
}

/** One bucket and many files, as CrowdStrike's Falcon Data Replicator announces them. */
function filesOfBucket(body: unknown): readonly Found[] | undefined {
  const bucket = textAt(body, 'bucket');
  if (bucket === undefined) return undefined;
  return listAt(body, 'files')?.map((file) =>
    announced('plain', bucket, textAt(file, 'path'), { size: at(file, 'size') }),
  );
}
