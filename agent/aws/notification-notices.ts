/** Closed lists of what AWS tells a queue without naming an object to read. Whatever is not listed is kept, not deleted. */
import { type Found, notice, unknown } from './notification-parts.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
const S3_EVENTS: readonly string[] = [
  'IntelligentTiering',
  'LifecycleExpiration:Delete',
  'LifecycleExpiration:DeleteMarkerCreated',
  'LifecycleTransition',
  'ObjectAcl:Put',
  'ObjectRemoved:Delete',
  'ObjectRemoved:DeleteMarkerCreated',
  'ObjectRestore:Completed',
  'ObjectRestore:Delete',
  'ObjectRestore:Post',
  'ObjectTagging:Delete',
  'ObjectTagging:Put',
  'ReducedRedundancyLostObject',
  'Replication:OperationFailedReplication',
  'Replication:OperationMissedThreshold',
  'Replication:OperationNotTracked',
  'Replication:OperationReplicatedAfterThreshold',
];

const S3_FAMILIES: readonly string[] = [...new Set(S3_EVENTS.map(familyOf))];

function familyOf(event: string): string {
  return event.split(':', 1)[0] ?? event;
}

/** An S3 event that creates nothing, by its full name if listed, else by its family, which may grow. */
export function s3EventNotice(event: string): Found {
  const what = S3_EVENTS.find((known) => known === event) ?? S3_FAMILIES.find((known) => known === familyOf(event));
  return what === undefined ? unknown('an S3 event has an unknown name') : notice(what);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html */
export const EVENTBRIDGE_NOTICES: readonly string[] = [
  'Object ACL Updated',
  'Object Access Tier Changed',
  'Object Deleted',
  'Object Restore Completed',
  'Object Restore Expired',
  'Object Restore Initiated',
  'Object Storage Class Changed',
  'Object Tags Added',
  'Object Tags Deleted',
];

export const CONFIG_NOTICES: readonly string[] = [
  'ComplianceChangeNotification',
  'ConfigRulesEvaluationStarted',
  'ConfigurationHistoryDeliveryFailed',
  'ConfigurationItemChangeNotification',
  'ConfigurationSnapshotDeliveryFailed',
  'ConfigurationSnapshotDeliveryStarted',
  'OversizedConfigurationItemChangeDeliveryFailed',
];
