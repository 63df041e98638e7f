import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNotification } from '../../../agent/aws/notification.ts';

const decode = (body: unknown) => decodeNotification(JSON.stringify(body));

const s3Record = (eventName: string, object: object, bucket = 'logs') => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  eventName,
  s3: { bucket: { name: bucket }, object },
});
const created = (key: string, more: object = {}) => s3Record('ObjectCreated:Put', { key, size: 7, ...more });
const records = (...list: readonly object[]) => ({ Records: list });
const sns = (message: unknown) => ({
  Type: 'Notification',
  TopicArn: 'arn:aws:sns:eu-west-1:111122223333:logs',
  Message: typeof message === 'string' ? message : JSON.stringify(message),
});
const eventBridge = (more: object = {}) => ({
  version: '0',
  id: 'f5f1e65c',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  detail: {
    bucket: { name: 'logs' },
    object: { key: 'a+b c.gz', size: 7, etag: 'e1', 'version-id': 'v1', sequencer: '0A' },
  },
  ...more,
});

const objects = (...refs: readonly object[]) => ({ kind: 'objects', objects: refs, notices: [] });
const notice = (what: string) => ({ kind: 'notice', what });
const unknown = expect.objectContaining({ kind: 'unknown', reason: expect.any(String) });

describe('the shapes that announce objects', () => {
  it('A: an S3 event, its key form-url-encoded and its etag without quotes', () => {
    const object = { key: 'a+b%3Dc%C3%BC', size: 7, eTag: '"e1"', versionId: 'v1', sequencer: '0A' };
    expect(decode(records(s3Record('ObjectCreated:CompleteMultipartUpload', object)))).toEqual(
      objects({
        bucket: 'logs',
        key: 'a b=cü',
        alternateKey: 'a+b%3Dc%C3%BC',
        size: 7,
        etag: 'e1',
        versionId: 'v1',
        sequencer: '0A',
      }),
    );
  });

  it('A: several records, with or without the prefix s3:', () => {
    const body = records(created('a'), s3Record('s3:ObjectCreated:Post', { key: 'b' }, 'more'));
    expect(decode(body)).toEqual(objects({ bucket: 'logs', key: 'a', size: 7 }, { bucket: 'more', key: 'b' }));
  });

  it('C: SNS, also SNS in SNS', () => {
    const inner = records(created('a'));
    expect(decode(sns(inner))).toEqual(decode(inner));
    expect(decode(sns(sns(inner)))).toEqual(decode(inner));
  });

  it('E: EventBridge, its key plain', () => {
    const ref = { bucket: 'logs', key: 'a+b c.gz', alternateKey: 'a b c.gz', size: 7, etag: 'e1', versionId: 'v1' };
    expect(decode(eventBridge())).toEqual(objects({ ...ref, sequencer: '0A' }));
  });

  it('F: CloudTrail, one bucket and many keys', () => {
    expect(decode(sns({ s3Bucket: 'trail', s3ObjectKey: ['x', 'y'] }))).toEqual(
      objects({ bucket: 'trail', key: 'x' }, { bucket: 'trail', key: 'y' }),
    );
  });

  it.each(['ConfigurationHistoryDeliveryCompleted', 'ConfigurationSnapshotDeliveryCompleted'])(
    'G: Config, %s',
    (type) => {
      const body = {
        messageType: type,
        s3Bucket: 'config',
        s3ObjectKey: 'AWSLogs/1/Config/AWS::EC2::Instance_1.json.gz',
      };
      expect(decode(sns(body))).toEqual(objects({ bucket: 'config', key: body.s3ObjectKey }));
    },
  );

  it('G: Config, an oversized change', () => {
    const body = {
      messageType: 'OversizedConfigurationItemChangeNotification',
      s3DeliverySummary: { s3BucketLocation: 'config/AWSLogs/1/Config/a.json.gz', errorCode: null },
    };
    expect(decode(body)).toEqual(objects({ bucket: 'config', key: 'AWSLogs/1/Config/a.json.gz' }));
  });

  it('H: Security Lake leaves version, id and type out', () => {
    const { detail } = eventBridge();
    const body = { source: 'aws.s3', account: '1', detail: { ...detail, requester: 'securitylake.amazonaws.com' } };
    expect(decode(body)).toEqual(decode(eventBridge()));
  });

  it('I: one bucket and its files', () => {
    const body = {
      cid: 'c',
      bucket: 'fdr',
      pathPrefix: 'data/1',
      files: [{ path: 'data/1/p0.gz', size: 9, checksum: 'x' }],
    };
    expect(decode(body)).toEqual(objects({ bucket: 'fdr', key: 'data/1/p0.gz', size: 9 }));
  });

  it("K: a Lambda function's event, fed by SQS or SNS, or copied after it failed", () => {
    const inner = records(created('a'));
    const fromSqs = records({ eventSource: 'aws:sqs', body: JSON.stringify(sns(inner)) });
    expect(decode(fromSqs)).toEqual(decode(inner));
    expect(decode(records({ EventSource: 'aws:sns', Sns: sns(inner) }))).toEqual(decode(inner));
    expect(decode({ version: '1.0', requestPayload: fromSqs })).toEqual(decode(inner));
  });
});

describe('what announces nothing to read', () => {
  it.each([
    ['s3:TestEvent', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'logs' }],
    ['ObjectRemoved:Delete', records(s3Record('ObjectRemoved:Delete', { key: 'a' }))],
    ['ObjectRestore:Completed', records(s3Record('s3:ObjectRestore:Completed', { key: 'a', size: 7 }))],
    ['IntelligentTiering', records(s3Record('s3:IntelligentTiering:TransitionAccess', { key: 'a' }))],
    ['LifecycleTransition', records(s3Record('LifecycleTransition', { key: 'a' }))],
    ['Object Deleted', eventBridge({ 'detail-type': 'Object Deleted' })],
    ['Control Tower life cycle', { 'detail-type': 'AWS Service Event via CloudTrail', source: 'aws.controltower' }],
    ['CloudTrail validation message', sns('CloudTrail validation message.')],
    ['ConfigurationItemChangeNotification', sns({ messageType: 'ConfigurationItemChangeNotification' })],
    [
      'OversizedConfigurationItemChangeDeliveryFailed',
      { messageType: 'OversizedConfigurationItemChangeDeliveryFailed' },
    ],
    ['folder marker', records(s3Record('ObjectCreated:Put', { key: 'AWSLogs/', size: 0 }))],
    ['folder marker', { s3Bucket: 'trail', s3ObjectKey: ['AWSLogs/'] }],
    ['empty object', records(s3Record('ObjectCreated:Put', { key: 'ConfigWritabilityCheckFile', size: 0 }))],
    ['no records', records()],
  ])('%s', (what, body) => {
    expect(decode(body)).toEqual(notice(what));
  });

  it('names each thing once when a body holds several', () => {
    const removed = s3Record('ObjectRemoved:Delete', { key: 'a' });
    const empty = s3Record('ObjectCreated:Put', { key: 'b', size: 0 });
    expect(decode(records(removed, empty, removed))).toEqual(notice('ObjectRemoved:Delete, empty object'));
  });

  it('stands beside the objects of the same body', () => {
    const body = records(created('a'), s3Record('ObjectRemoved:Delete', { key: 'b' }));
    expect(decode(body)).toEqual({
      ...objects({ bucket: 'logs', key: 'a', size: 7 }),
      notices: ['ObjectRemoved:Delete'],
    });
  });

  it('is not an object with bytes, whatever its name ends in', () => {
    expect(decode(records(created('odd/')))).toEqual(objects({ bucket: 'logs', key: 'odd/', size: 7 }));
  });
});

describe('what nobody understands is kept', () => {
  it.each([
    ['no JSON', 'hello'],
    ['a JSON text', '"hello"'],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['a finding of GuardDuty itself', { 'detail-type': 'GuardDuty Finding', source: 'aws.guardduty', detail: {} }],
    ['another service event', { 'detail-type': 'AWS Service Event via CloudTrail', source: 'aws.signin' }],
    ['a future S3 event', records(s3Record('ObjectTeleported:Put', { key: 'a' }))],
    ['a future EventBridge type', eventBridge({ 'detail-type': 'Object Teleported' })],
    ['a future Config message', { messageType: 'SomethingNew' }],
    ['records of CloudTrail itself', records({ eventSource: 's3.amazonaws.com', eventName: 'GetObject' })],
    ['a Firehose request', { records: [{ data: 'eyJhIjoxfQ==' }] }],
    ['SNS around a text', sns('hello')],
    ['an SNS subscription to confirm', { Type: 'SubscriptionConfirmation', SubscribeURL: 'https://sns/' }],
    ['an object without a key', records(s3Record('ObjectCreated:Put', { size: 7 }))],
    ['a key that is no text', { s3Bucket: 'trail', s3ObjectKey: ['a', 7] }],
    ['an oversized change without a place', { messageType: 'OversizedConfigurationItemChangeNotification' }],
    ['one bad record among good ones', records(created('a'), { eventSource: 'aws:kinesis' })],
    ['SNS without end', sns(sns(sns(sns(sns(sns(records(created('a'))))))))],
  ])('%s', (_, body) => {
    expect(decodeNotification(typeof body === 'string' ? body : JSON.stringify(body))).toEqual(unknown);
  });
});

describe('keys', () => {
  it('come back from the encoding of S3, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        const written = new URLSearchParams([[key, '']]).toString().slice(0, -1);
        const { kind, ...rest } = decode(records(created(written)));
        expect(kind).toBe('objects');
        expect(rest).toMatchObject({ objects: [{ key }] });
      }),
    );
  });

  it('with a broken % were not encoded at all', () => {
    expect(decode(records(created('100%+1')))).toEqual(objects({ bucket: 'logs', key: '100%+1', size: 7 }));
    expect(decode(records(created('%ff')))).toEqual(objects({ bucket: 'logs', key: '%ff', size: 7 }));
  });
});

describe('any body', () => {
  const verdicts = ['objects', 'notice', 'unknown'];

  it('gets a verdict: any text', () => {
    fc.assert(fc.property(fc.string(), (text) => verdicts.includes(decodeNotification(text).kind)));
  });

  it('gets a verdict: any JSON', () => {
    fc.assert(fc.property(fc.json(), (text) => verdicts.includes(decodeNotification(text).kind)));
  });

  it('gets a verdict: a known shape with any value anywhere in it', () => {
    const known = [
      records(created('a')),
      sns(records(created('a'))),
      eventBridge(),
      { s3Bucket: 'b', s3ObjectKey: ['k'] },
    ];
    const paths = known.flatMap((body) => pathsOf(body).map((path) => ({ body, path })));
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), ({ body, path }, value) => {
        const notification = decode(replaced(body, path, value));
        expect(verdicts).toContain(notification.kind);
        if (notification.kind !== 'objects') return;
        for (const { bucket, key } of notification.objects)
          expect([typeof bucket, typeof key]).toEqual(['string', 'string']);
      }),
      { numRuns: 2_000 },
    );
  });
});

type Path = readonly string[];

function pathsOf(value: unknown): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner).map((path) => [name, ...path]))];
}

function replaced(value: unknown, [name, ...rest]: Path, by: unknown): unknown {
  if (name === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === name ? replaced(item, rest, by) : item));
  const object = value as Record<string, unknown>;
  return { ...object, [name]: replaced(object[name], rest, by) };
}
