import { before, choose, computed, first, tail, textOf, words } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { aggregatedCount, aggregatedResources, aggregatedSummary } from './cloudtrail-aggregated.ts';
import { cloudtrailEcs, cloudtrailOcsf } from './cloudtrail-schemas.ts';
import { serviceKey } from './keys.ts';

/** Calls that blind the defender; a SOC wants to see them whoever made them. */
const EVASION = new Set(
  `StopLogging DeleteTrail UpdateTrail PutEventSelectors DeleteDetector DisassociateFromMasterAccount DeleteFlowLogs
  DeleteConfigurationRecorder StopConfigurationRecorder DisableKey ScheduleKeyDeletion DeleteBucketPolicy LeaveOrganization`
    .split(/\s+/)
    .filter((name) => name !== ''),
);

const eventName = first('eventName', 'insightDetails.eventName', 'eventType');
const eventSource = first('eventSource', 'insightDetails.eventSource');

/** An aggregated event counts calls of either outcome. */
const outcome = computed(
  'failure with an errorCode or a failed console sign-in, nothing for an aggregated event, else success',
  ['errorCode', first('responseElements.ConsoleLogin', 'eventCategory')],
  (error, login) => {
    if ((error !== undefined && error !== null && error !== '') || login === 'Failure') return 'failure';
    return login === 'Aggregated' ? undefined : 'success';
  },
);

const severity = computed(
  'CloudTrail has none of its own: 8 evasion, 7 root, 6 insight or failed sign-in, 5 access denied, 4 error, 3 write, 1 read or aggregated',
  [
    'eventName',
    'eventCategory',
    'userIdentity.type',
    'userIdentity.invokedBy',
    'errorCode',
    'responseElements.ConsoleLogin',
    'readOnly',
  ],
  (name, category, type, invokedBy, error, login, readOnly) => {
    if (EVASION.has(textOf(name))) return 8;
    if (type === 'Root' && textOf(invokedBy) === '') return 7;
    if (category === 'Insight' || login === 'Failure') return 6;
    if (category === 'Aggregated') return 1;
    const code = textOf(error);
    if (code !== '') return /AccessDenied|Unauthorized/.test(code) ? 5 : 4;
    return readOnly === true || readOnly === 'true' ? 1 : 3;
  },
);

const resource = first(
  'resources.0.ARN',
  'requestParameters.bucketName',
  'requestParameters.instanceId',
  'requestParameters.functionName',
  'requestParameters.keyId',
  'requestParameters.roleArn',
  'requestParameters.policyArn',
  'requestParameters.groupId',
  'requestParameters.name',
  aggregatedResources,
);

export const cloudtrail = defineLogType({
  name: 'cloudtrail',
  title: 'AWS CloudTrail management, data, network activity, insight and aggregated events',
  reference:
    'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html',
  keys: [serviceKey('CloudTrail(?:-Insight|-NetworkActivity|-Aggregated)?')],
  logGroups: [/^aws-cloudtrail-logs|cloudtrail.*:\d{12}_CloudTrail_/i],
  detailTypes: [
    'AWS API Call via CloudTrail',
    'AWS Console Sign In via CloudTrail',
    'AWS Console Action via CloudTrail',
    'AWS Service Event via CloudTrail',
    'AWS Insight via CloudTrail',
  ],
  looksLike: {
    json: [
      ['eventVersion', 'eventTime', 'eventSource', 'eventName'],
      ['eventVersion', 'insightDetails'],
      ['eventVersion', 'timeWindow'],
    ],
  },
  layout: json('Records'),
  product: 'CloudTrail',
  version: 'eventVersion',
  time: isoTime(first('eventTime', 'timeWindow.windowStart')),
  signature: eventName,
  scope: before(eventSource, '.amazonaws.com'),
  label: words(eventName),
  category: computed('event source and Success, Failure or Aggregated', [eventSource, outcome], (source, result) => {
    const word = result === 'failure' ? 'Failure' : result === 'success' ? 'Success' : 'Aggregated';
    return source === undefined ? `CloudTrail ${word}` : `${textOf(source)} ${word}`;
  }),
  severity,
  fields: {
    'cloud.account': first('recipientAccountId', 'userIdentity.accountId', 'accountId'),
    'cloud.region': 'awsRegion',
    'source.address': 'sourceIPAddress',
    'user.name': first(
      'userIdentity.userName',
      'userIdentity.sessionContext.sessionIssuer.userName',
      tail(tail('userIdentity.arn', '/'), ':'),
      'userIdentity.invokedBy',
    ),
    'user.id': 'userIdentity.principalId',
    'user.type': 'userIdentity.type',
    'user.arn': 'userIdentity.arn',
    'user.access_key': 'userIdentity.accessKeyId',
    'user.mfa': first('userIdentity.sessionContext.attributes.mfaAuthenticated', 'additionalEventData.MFAUsed'),
    'user.agent': 'userAgent',
    'event.uid': first('eventID', 'eventId'),
    'event.provider': eventSource,
    'event.action': eventName,
    'event.outcome': outcome,
    'event.reason': 'errorCode',
    'event.message': first('errorMessage', aggregatedSummary),
    'event.start': isoTime('timeWindow.windowStart'),
    'event.end': isoTime('timeWindow.windowEnd'),
    'event.count': aggregatedCount,
    'event.kind': 'eventType',
    'event.read_only': choose('readOnly', { true: 'true', false: 'false' }),
    'target.user': first('requestParameters.userName', 'requestParameters.roleName', 'requestParameters.groupName'),
    'resource.name': resource,
    'vpc.endpoint': 'vpcEndpointId',
    'vpc.endpoint_account': 'vpcEndpointAccountId',
    'destination.host': 'tlsDetails.clientProvidedHostHeader',
    'request.id': 'requestID',
    'request.parameters': 'requestParameters{}',
  },
  kinds: {
    eventName: ['<eventName>', ...EVASION],
    eventSource: ['<eventSource>'],
    eventCategory: [undefined, 'Insight', 'Aggregated'],
    errorCode: [undefined, 'AccessDenied', '<errorCode>'],
    'responseElements.ConsoleLogin': [undefined, 'Failure'],
    'userIdentity.type': ['Root', '<userIdentity.type>'],
    'userIdentity.invokedBy': [undefined],
    readOnly: [true, false],
  },
  splunk: { sourcetype: 'aws:cloudtrail' },
  qradar: 'Amazon AWS CloudTrail',
  ocsf: cloudtrailOcsf,
  ecs: cloudtrailEcs,
});
