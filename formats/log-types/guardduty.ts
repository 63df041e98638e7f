import type { Computed, Expression } from '../expression.ts';
import { before, choose, computed, first, floor, joined, textOf, titled, words } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { serviceKey } from './keys.ts';

const NET = 'service.action.networkConnectionAction';
const PROBE = 'service.action.portProbeAction.portProbeDetails.0';
const API = 'service.action.awsApiCallAction';
const RDS = 'service.action.rdsLoginAttemptAction';
const KUBERNETES = 'service.action.kubernetesApiCallAction';
const INTERFACE = 'resource.instanceDetails.networkInterfaces.0';

const remote = first(
  `${NET}.remoteIpDetails.ipAddressV4`,
  `${NET}.remoteIpDetails.ipAddressV6`,
  `${API}.remoteIpDetails.ipAddressV4`,
  `${API}.remoteIpDetails.ipAddressV6`,
  `${PROBE}.remoteIpDetails.ipAddressV4`,
  `${RDS}.remoteIpDetails.ipAddressV4`,
  `${KUBERNETES}.remoteIpDetails.ipAddressV4`,
  `${KUBERNETES}.sourceIps.0`,
);
const local = first(
  `${NET}.localIpDetails.ipAddressV4`,
  `${PROBE}.localIpDetails.ipAddressV4`,
  `${INTERFACE}.privateIpAddress`,
);
const remotePort = `${NET}.remotePortDetails.port`;
const localPort = first(`${NET}.localPortDetails.port`, `${PROBE}.localPortDetails.port`);

/**
 * GuardDuty names sides local and remote. Who asked depends on the direction of the connection; a DNS query is asked by
 * the instance, anything else comes from outside.
 */
const side = (inbound: Expression, outbound: Expression): Computed =>
  computed(
    'by connectionDirection and actionType',
    [`${NET}.connectionDirection`, 'service.action.actionType', inbound, outbound],
    (direction, action, whenInbound, whenOutbound) =>
      textOf(direction === 'OUTBOUND' || action === 'DNS_REQUEST' ? whenOutbound : whenInbound),
  );

export const guardduty = defineLogType({
  name: 'guardduty',
  title: 'Amazon GuardDuty findings, as exported to S3',
  reference: 'https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html',
  keys: [serviceKey('GuardDuty', '.*\\.jsonl\\.gz$')],
  detailTypes: ['GuardDuty Finding'],
  looksLike: { json: [['schemaVersion', 'accountId', 'type', 'severity', 'service']] },
  layout: json(),
  product: 'GuardDuty',
  version: 'schemaVersion',
  time: isoTime(first('updatedAt', 'service.eventLastSeen', 'createdAt')),
  signature: 'type',
  label: words('type'),
  category: before('type', ':'),
  severity: floor('severity'),
  fields: {
    'cloud.account': 'accountId',
    'cloud.region': 'region',
    'source.address': side(remote, local),
    'source.port': side(remotePort, localPort),
    'destination.address': side(local, remote),
    'destination.port': side(localPort, remotePort),
    'network.protocol': first(`${NET}.protocol`, 'service.action.dnsRequestAction.protocol'),
    'network.direction': choose(`${NET}.connectionDirection`, { INBOUND: 'ingress', OUTBOUND: 'egress' }),
    'event.uid': 'id',
    'event.start': isoTime('service.eventFirstSeen'),
    'event.end': isoTime('service.eventLastSeen'),
    'event.count': 'service.count',
    'event.action': first(
      `${API}.api`,
      choose(first(`${NET}.blocked`, `${PROBE}.blocked`), { true: 'blocked', false: 'allowed' }),
    ),
    'event.provider': `${API}.serviceName`,
    'event.message': titled('title', 'description'),
    'resource.type': 'resource.resourceType',
    'resource.name': first(
      'resource.instanceDetails.instanceId',
      'resource.s3BucketDetails.0.name',
      'resource.eksClusterDetails.name',
      'resource.lambdaDetails.functionName',
      'resource.rdsDbInstanceDetails.dbInstanceIdentifier',
      'resource.ecsClusterDetails.name',
      'resource.accessKeyDetails.accessKeyId',
    ),
    'user.name': first(
      'resource.accessKeyDetails.userName',
      'resource.kubernetesDetails.kubernetesUserDetails.username',
    ),
    'user.id': 'resource.accessKeyDetails.principalId',
    'user.type': 'resource.accessKeyDetails.userType',
    'destination.domain': 'service.action.dnsRequestAction.domain',
    'request.url': `${KUBERNETES}.requestUri`,
    'request.method': `${KUBERNETES}.verb`,
    'geo.country': first(
      `${NET}.remoteIpDetails.country.countryName`,
      `${API}.remoteIpDetails.country.countryName`,
      `${PROBE}.remoteIpDetails.country.countryName`,
    ),
    'as.organization': first(
      `${NET}.remoteIpDetails.organization.asnOrg`,
      `${API}.remoteIpDetails.organization.asnOrg`,
      `${PROBE}.remoteIpDetails.organization.asnOrg`,
    ),
    'finding.arn': 'arn',
    'finding.detector': 'service.detectorId',
    'finding.threat_list': first(
      'service.additionalInfo.threatListName',
      joined('service.evidence.threatIntelligenceDetails.0.threatNames'),
    ),
    'process.name': 'service.runtimeDetails.process.name',
    'process.path': 'service.runtimeDetails.process.executablePath',
    'process.hash': 'service.runtimeDetails.process.executableSha256',
    'process.id': 'service.runtimeDetails.process.pid',
  },
  kinds: { severity: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
  splunk: {
    sourcetype: 'aws:cloudwatch:guardduty',
    event: {
      ...{ detailType: 'GuardDuty Finding', source: 'aws.guardduty' },
      ...{ account: 'accountId', time: 'updatedAt', region: 'region' },
    },
  },
  qradar: 'Amazon GuardDuty',
  ocsf: {
    class: 'detection_finding',
    activity: computed(
      'Create where createdAt is updatedAt, else Update',
      ['createdAt', 'updatedAt'],
      (created, updated) => (created === updated ? 'Create' : 'Update'),
    ),
    values: { 'finding_info.types.0': 'type', 'finding_info.created_time': isoTime('createdAt') },
  },
  ecs: { kind: 'alert', category: 'intrusion_detection', type: 'info' },
});
