import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeNotification } from '../../../agent/aws/notification.ts';
import { samplesDir } from '../../samples.ts';

/**
 * What each real body says: the keys it announces, or a notice, or that nobody understands it. A sample that is not
 * named here fails, so that new ones are looked at.
 */
const KEY = 'Happy Face.jpg';
const TRAIL = 'AWSLogs/123456789012/CloudTrail/us-east-2';
const EXPECTED: Readonly<Record<string, readonly string[] | { notice: string } | 'unknown'>> = {
  'aws-lambda-go/config-event.json': 'unknown',
  'aws-lambda-go/s3-event-with-decoded.json': [KEY],
  'aws-lambda-go/s3-event.json': [KEY],
  'aws-lambda-go/s3-intelligenttier-event.json': { notice: 'IntelligentTiering' },
  'aws-lambda-go/s3-lifecycle-event.json': { notice: 'LifecycleTransition' },
  'aws-lambda-go/s3-restore-event.json': { notice: 'ObjectRestore:Completed' },
  'aws-lambda-go/sns-event.json': 'unknown',
  'aws-lambda-go/sqs-event.json': 'unknown',
  'aws-lambda-rust/example-cloudwatch_logs-event.json': 'unknown',
  'aws-lambda-rust/example-eventbridge-event-obj.json': 'unknown',
  'aws-lambda-rust/example-s3-event-with-decoded.json': [KEY],
  'aws-lambda-rust/example-s3-event.json': [KEY],
  'aws-lambda-rust/example-sns-event.json': 'unknown',
  'aws-lambda-rust/example-sqs-event.json': 'unknown',
  'awsdocs-s3/eventbridge-object-created.json': ['example-key'],
  'awsdocs-s3/eventbridge-object-deleted-lifecycle.json': { notice: 'Object Deleted' },
  'awsdocs-s3/s3-test-event.json': { notice: 's3:TestEvent' },
  'cloudtrail-sns/message-multi.json': [
    `${TRAIL}/2016/08/11/123456789012_CloudTrail_us-east-2_20160811T2215Z_kpaMYavMQA9Ahp7L.json.gz`,
    `${TRAIL}/2016/08/11/123456789012_CloudTrail_us-east-2_20160811T2210Z_zqDkyQv3TK8ZdLr0.json.gz`,
    `${TRAIL}/2016/08/11/123456789012_CloudTrail_us-east-2_20160811T2205Z_jaMVRa6JfdLCJYHP.json.gz`,
  ],
  'cloudtrail-sns/message-single.json': [
    `${TRAIL}/2013/12/13/123456789012_CloudTrail_us-west-2_20131213T1920Z_LnPgDQnpkSKEsppV.json.gz`,
  ],
  'config-sns/config-rules-evaluation-started-0.wire.json': { notice: 'ConfigRulesEvaluationStarted' },
  'config-sns/example-config-rule-compliance-notification-0.wire.json': { notice: 'ComplianceChangeNotification' },
  'config-sns/example-configuration-history-notification-0.json': [historyKey()],
  'config-sns/example-configuration-history-notification-0.wire.json': [historyKey()],
  'config-sns/example-configuration-snapshot-notification-started-0.json': {
    notice: 'ConfigurationSnapshotDeliveryStarted',
  },
  'config-sns/example-configuration-snapshot-notification-started-0.wire.json': {
    notice: 'ConfigurationSnapshotDeliveryStarted',
  },
  'config-sns/example-sns-notification-0.json': { notice: 'ConfigurationItemChangeNotification' },
  'config-sns/example-sns-notification-0.wire.json': { notice: 'ConfigurationItemChangeNotification' },
  'config-sns/example-sns-notification-1.wire.json': { notice: 'ConfigurationItemChangeNotification' },
  'config-sns/example-sns-notification-2.wire.json': { notice: 'ConfigurationItemChangeNotification' },
  'config-sns/notification-delivery-failed-0.txt': { notice: 'OversizedConfigurationItemChangeDeliveryFailed' },
  'config-sns/oversized-notification-example-0.txt': [oversizedKey()],
  'data-prepper/eventbridge-object-created.json': ['example-key'],
  'data-prepper/s3-via-sns-non-raw.json': ['path/to/testlogs.log.gz'],
  'data-prepper/security-lake-notification.json': ['example-key'],
  'grafana-lambda-promtail/s3-event-generated-tags.json': [
    'AWSLogs/000000000000/CloudTrail/us-east-1/2026/07/16/example_CloudTrail_us-east-1.json.gz',
  ],
  'grafana-lambda-promtail/s3-event.json': [KEY],
  'grafana-lambda-promtail/s3-test-event.json': { notice: 's3:TestEvent' },
  'powertools-ts/eventbridge-base.json': 'unknown',
  'powertools-ts/kinesis-firehose-sqs.json': 'unknown',
  'powertools-ts/kinesis-stream-cloudwatch-logs.json': 'unknown',
  'powertools-ts/s3-base.json': ['b21b84d653bb07b05b1e6b33684dc11b'],
  'powertools-ts/s3-decoded-key.json': [KEY],
  'powertools-ts/s3-delete-object.json': { notice: 'ObjectRemoved:Delete' },
  'powertools-ts/s3-eventbridge-object-created.json': ['IMG_m7fzo3.jpg'],
  'powertools-ts/s3-eventbridge-object-restored.json': { notice: 'Object Restore Completed' },
  'powertools-ts/s3-glacier.json': ['b21b84d653bb07b05b1e6b33684dc11b'],
  'powertools-ts/s3-s3-lifecycle-event.json': { notice: 'LifecycleExpiration:Delete' },
  'powertools-ts/s3-sqs-event.json': ['test.pdf'],
  'powertools-ts/sqs-base.json': 'unknown',
  'powertools-ts/sqs-sns-body.json': 'unknown',
  'splunk-gdi/sqs-body-1.json': [
    'AWSLogs/841154226728/vpcflowlogs/us-west-2/2023/01/21/841154226728_vpcflowlogs_us-west-2_fl-055401975c87952e8_20230121T2105Z_654119f1.log.gz',
  ],
  'splunk-gdi/sqs-body-4.json': ['sample-vpcflow.log.gz'],
  'splunk-gdi/sqs-body-5.json': ['sample-route53Resolver.log.gz'],
};

function historyKey(): string {
  const name =
    '123456789012_Config_us-east-2_ConfigHistory_AWS::CloudTrail::Trail_20160927T195818Z_20160927T195818Z_1.json.gz';
  return `AWSLogs/123456789012/Config/us-east-2/2016/9/27/ConfigHistory/${name}`;
}

function oversizedKey(): string {
  const resource = 'resourceId_14b76876-7969-4097-ab8e-a31942b02e80';
  const folder = `AWSLogs/123456789012/Config/us-west-2/2016/10/6/OversizedChangeNotification/AWS::EC2::Instance/${resource}`;
  return `${folder}/123456789012_Config_us-west-2_ChangeNotification_AWS::EC2::Instance_${resource}_20161006T164616Z_0.json.gz`;
}

/** The e-mail form of Config puts text before the JSON that a queue would get. */
function bodyOf(path: string): string {
  const text = readFileSync(path, 'utf8');
  return path.endsWith('.txt') ? text.slice(text.indexOf('{')) : text;
}

const samples = samplesDir();
if (samples === undefined)
  console.warn('notification-samples: the real notification bodies are not here, nothing is checked');

describe.skipIf(samples === undefined)('real notification bodies', () => {
  const envelopes = join(samples ?? '', 'envelopes');
  const files = existsSync(envelopes) ? readdirSync(envelopes, { recursive: true, encoding: 'utf8' }) : [];
  const bodies = files.filter((file) => /\.(json|txt)$/.test(file)).sort();

  it('are all named here', () => {
    expect(bodies).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(bodies)('%s', (file) => {
    const notification = decodeNotification(bodyOf(join(envelopes, file)));
    const said =
      notification.kind === 'objects'
        ? notification.objects.map(({ key }) => key)
        : notification.kind === 'notice'
          ? { notice: notification.what }
          : 'unknown';
    expect(said).toEqual(EXPECTED[file]);
  });
});

describe.skipIf(samples === undefined)('real keys', () => {
  it('come through the encoding of S3 and through plain shapes unchanged', () => {
    const all: Record<string, string[]> = JSON.parse(
      readFileSync(join(samples ?? '', 's3-keys', 's3-keys.json'), 'utf8'),
    );
    const keys = Object.values(all).flat();
    expect(keys.length).toBeGreaterThan(20);
    for (const key of keys) {
      const encoded = encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
      const s3 = { bucket: { name: 'logs' }, object: { key: encoded, size: 1 } };
      const event = { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }] };
      expect(decodeNotification(JSON.stringify(event))).toMatchObject({ objects: [{ key }] });
      const trail = { s3Bucket: 'logs', s3ObjectKey: [key] };
      expect(decodeNotification(JSON.stringify(trail))).toMatchObject({ objects: [{ key }] });
    }
  });
});
