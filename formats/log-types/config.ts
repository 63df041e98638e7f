import type { Computed } from '../expression.ts';
import { choose, constant, first, joined, text } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { serviceKey } from './keys.ts';

/** A member of the item: in history and snapshots the item is the record, a notification holds it or its summary. */
const item = (...names: string[]): Computed =>
  first(...names.flatMap((name) => [name, `configurationItem.${name}`, `configurationItemSummary.${name}`]));

const status = item('configurationItemStatus');

/** Most resources belong to no zone. */
const zone = text(item('availabilityZone'), 'availabilityZone', (value) =>
  value === 'Not Applicable' ? undefined : value,
);

export const config = defineLogType({
  name: 'config',
  title: 'AWS Config configuration items: history, snapshots and change notifications',
  reference: 'https://docs.aws.amazon.com/config/latest/developerguide/config-item-table.html',
  keys: [serviceKey('Config', '(?:ConfigHistory|ConfigSnapshot|OversizedChangeNotification)/')],
  detailTypes: ['Config Configuration Item Change'],
  looksLike: {
    json: [
      ['configurationItemCaptureTime', 'resourceType', 'resourceId'],
      ['configurationItem', 'messageType'],
      ['configurationItemSummary', 'messageType'],
    ],
  },
  // The oldest notifications hold a list of one item.
  layout: json('configurationItems', 'configurationItem'),
  product: 'Config',
  version: item('configurationItemVersion', 'version'),
  time: isoTime(first(item('configurationItemCaptureTime'), 'notificationCreationTime')),
  signature: first(status, constant('ConfigurationItem')),
  label: constant('Configuration item recorded'),
  category: constant('AWSConfig'),
  severity: choose(status, { ResourceDeleted: 2, ResourceDeletedNotRecorded: 2 }, 1),
  fields: {
    'cloud.account': first(item('awsAccountId', 'accountId'), '@account'),
    'cloud.region': first(item('awsRegion'), '@region'),
    'cloud.zone': zone,
    'event.uid': item('configurationStateId', 'configurationStateID'),
    'event.action': first('configurationItemDiff.changeType', 'configurationItemSummary.changeType'),
    'resource.type': item('resourceType'),
    'resource.name': item('resourceId'),
    'resource.arn': item('ARN', 'arn'),
    'resource.label': item('resourceName'),
    'config.related_events': joined(item('relatedEvents')),
  },
  splunk: { sourcetype: 'aws:config' },
  qradar: 'AWS Config',
  ocsf: { class: 'config_state', activity: 'Log', values: { 'device.type_id': constant(99) } },
  ecs: { kind: 'state', category: 'configuration', type: 'info' },
});
