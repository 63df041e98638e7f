import { before, choose, computed, first, textOf, titled, words } from '../functions.ts';
import { json } from '../layout.ts';
import { objectsOf } from '../lists.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';

const ACTOR = 'policyDetails.actor';
const IDENTITY = `${ACTOR}.userIdentity`;
const CALL = 'policyDetails.action.apiCallDetails';
const BUCKET = 'resourcesAffected.s3Bucket';
const OBJECT = 'resourcesAffected.s3Object';

const sensitiveData = computed(
  'category and count of each kind of sensitive data',
  ['classificationDetails.result.sensitiveData', 'classificationDetails.result.customDataIdentifiers.totalCount'],
  (list, custom) => {
    const kinds = objectsOf(list).map((one) => [one['category'], one['totalCount']] as const);
    return [...kinds, ...(custom === 0 ? [] : [['CUSTOM', custom] as const])]
      .map(([category, total]) => [textOf(category), textOf(total)] as const)
      .filter(([category, total]) => category !== '' && total !== '')
      .map((parts) => parts.join(':'))
      .join(',');
  },
);

export const macie = defineLogType({
  name: 'macie',
  title: 'Amazon Macie findings',
  reference: 'https://docs.aws.amazon.com/macie/latest/user/findings-publish-event-schemas.html',
  keys: [],
  detailTypes: ['Macie Finding'],
  looksLike: { json: [['schemaVersion', 'type', 'resourcesAffected', 'severity']] },
  layout: json('findings'),
  product: 'Macie',
  version: 'schemaVersion',
  time: isoTime(first('updatedAt', 'createdAt')),
  signature: 'type',
  label: words('type'),
  category: before('type', ':'),
  severity: choose('severity.description', { Low: 3, Medium: 5, High: 8 }, 1),
  fields: {
    'cloud.account': 'accountId',
    'cloud.region': 'region',
    'source.address': `${ACTOR}.ipAddressDetails.ipAddressV4`,
    'geo.country': `${ACTOR}.ipAddressDetails.ipCountry.name`,
    'as.organization': `${ACTOR}.ipAddressDetails.ipOwner.asnOrg`,
    'user.name': first(
      `${IDENTITY}.iamUser.userName`,
      `${IDENTITY}.assumedRole.sessionContext.sessionIssuer.userName`,
      `${IDENTITY}.federatedUser.sessionContext.sessionIssuer.userName`,
      `${IDENTITY}.awsService.invokedBy`,
    ),
    'user.id': first(
      `${IDENTITY}.iamUser.principalId`,
      `${IDENTITY}.assumedRole.principalId`,
      `${IDENTITY}.federatedUser.principalId`,
      `${IDENTITY}.root.principalId`,
      `${IDENTITY}.awsAccount.principalId`,
    ),
    'user.type': `${IDENTITY}.type`,
    'event.uid': 'id',
    'event.start': isoTime(first(`${CALL}.firstSeen`, 'createdAt')),
    'event.end': isoTime(first(`${CALL}.lastSeen`, 'updatedAt')),
    'event.count': 'count',
    'event.action': `${CALL}.api`,
    'event.provider': `${CALL}.apiServiceName`,
    'event.reason': 'classificationDetails.result.status.reason',
    'event.message': titled('title', 'description'),
    'finding.sensitive_data': sensitiveData,
    'finding.access': `${BUCKET}.publicAccess.effectivePermission`,
    'finding.job': 'classificationDetails.jobId',
    's3.bucket': `${BUCKET}.name`,
    's3.resource': first(`${OBJECT}.path`, `${BUCKET}.arn`),
    's3.key': `${OBJECT}.key`,
    's3.size': `${OBJECT}.size`,
    's3.version': `${OBJECT}.versionId`,
    's3.owner': `${BUCKET}.owner.id`,
  },
  splunk: { sourcetype: 'aws:firehose:json' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'data_security_finding',
    activity: computed(
      'Create where createdAt is updatedAt, else Update',
      ['createdAt', 'updatedAt'],
      (created, updated) => (created === updated ? 'Create' : 'Update'),
    ),
    values: { 'finding_info.types.0': 'type', 'finding_info.created_time': isoTime('createdAt') },
  },
  ecs: {
    kind: 'alert',
    category: computed('configuration for policy findings, else file', ['type'], (type) =>
      textOf(type).startsWith('Policy') ? 'configuration' : 'file',
    ),
    type: 'info',
  },
});
