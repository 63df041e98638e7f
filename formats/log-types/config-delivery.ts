import { choose, constant, first } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';

/** Why a delivery failed stands beside what was to be delivered, or in a summary of the delivery. */
const failure = (name: string) => first(name, `s3DeliverySummary.${name}`);

const failed = { ConfigurationHistoryDeliveryFailed: 5, ConfigurationSnapshotDeliveryFailed: 5 };

export const configDelivery = defineLogType({
  name: 'config-delivery',
  title: 'AWS Config: notices that a history or a snapshot was delivered, or was not',
  reference: 'https://docs.aws.amazon.com/config/latest/developerguide/notifications-for-AWS-Config.html',
  keys: [],
  looksLike: { json: [['messageType', 'notificationCreationTime', 'recordVersion']] },
  layout: json(),
  product: 'Config',
  version: 'recordVersion',
  time: isoTime('notificationCreationTime'),
  signature: first('messageType', constant('Notice')),
  label: constant('Delivery of configuration'),
  category: constant('AWSConfig'),
  severity: choose('messageType', failed, 1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'event.uid': 'configSnapshotId',
    'event.action': 'messageType',
    'event.outcome': choose('messageType', {
      ConfigurationHistoryDeliveryCompleted: 'success',
      ConfigurationHistoryDeliveryFailed: 'failure',
      ConfigurationSnapshotDeliveryCompleted: 'success',
      ConfigurationSnapshotDeliveryFailed: 'failure',
    }),
    'event.reason': failure('errorCode'),
    'event.message': failure('errorMessage'),
    's3.bucket': 's3Bucket',
    's3.key': 's3ObjectKey',
  },
  kinds: {
    messageType: [
      'ConfigurationHistoryDeliveryCompleted',
      'ConfigurationHistoryDeliveryFailed',
      'ConfigurationSnapshotDeliveryCompleted',
      'ConfigurationSnapshotDeliveryFailed',
      'ConfigurationSnapshotDeliveryStarted',
      undefined,
    ],
  },
  splunk: { sourcetype: 'aws:config:notification' },
  qradar: 'AWS Config',
  ocsf: { class: 'base_event', activity: 'Other' },
  ecs: { kind: 'event', category: 'configuration', type: 'info' },
});
