import { arnPart, choose, computed, constant, first, hostOf, portOf, tail, textOf } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { HTTP_STATUSES, webSeverity } from './alb.ts';
import { accountKey, DAY, REGION } from './keys.ts';

const STATUS = 'responseCode';
const refusal = first('authDeniedReason', 'failureReason');
const target = first('targetIpPort', 'resourceIpPort', 'destinationIpPort');

/** Logs of resources are about connections and have no status. */
const outcome = computed(
  'failure from status 400 or with a reason, else success',
  [STATUS, refusal],
  (status, reason) => (Number(textOf(status)) >= 400 || textOf(reason) !== '' ? 'failure' : 'success'),
);

export const vpcLattice = defineLogType({
  name: 'vpc-lattice',
  title: 'Amazon VPC Lattice access logs of services and resources',
  reference: 'https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html',
  keys: [accountKey(`VpcLattice/(?:Resource)?AccessLogs/${REGION}/${DAY}`)],
  looksLike: {
    json: [
      ['serviceNetworkArn', 'sourceIpPort', 'startTime'],
      ['serviceNetworkArn', 'sourceIpPort', 'eventTimestamp'],
      ['resourceConfigurationArn', 'sourceIpPort'],
    ],
  },
  layout: json(),
  secrets: { signedUrls: true },
  product: 'VPC Lattice',
  time: isoTime(first('startTime', 'eventTimestamp')),
  signature: first(STATUS, 'protocol'),
  label: choose(STATUS, { '': 'Connection' }, 'HTTP request'),
  category: computed('VPCLattice, and Success or Failure', [outcome], (result) =>
    result === 'failure' ? 'VPCLattice Failure' : 'VPCLattice Success',
  ),
  severity: computed('by responseCode; 3 with a reason', [STATUS, refusal], (status, reason) =>
    textOf(reason) === '' ? webSeverity(textOf(status)) : 3,
  ),
  fields: {
    'cloud.account': first('@account', arnPart('serviceNetworkArn', 4), arnPart('resourceConfigurationArn', 4)),
    'cloud.region': first('@region', arnPart('serviceNetworkArn', 3), arnPart('resourceConfigurationArn', 3)),
    'source.address': hostOf('sourceIpPort'),
    'source.port': portOf('sourceIpPort'),
    'destination.address': hostOf(target),
    'destination.port': portOf(target),
    'destination.host': first('hostHeader', 'serverNameIndication'),
    'network.application': 'protocol',
    'network.bytes_in': 'bytesReceived',
    'network.bytes_out': 'bytesSent',
    'request.method': 'requestMethod',
    'request.url': 'requestPath',
    'response.status': STATUS,
    'time.total': 'duration',
    'user.agent': 'userAgent',
    'user.arn': 'callerPrincipal',
    'user.name': first(tail(tail('callerPrincipal', '/'), ':'), 'resolvedUser'),
    'user.id': 'callerX509SubjectCN',
    'event.outcome': outcome,
    'event.reason': refusal,
    'tls.cipher': 'sslCipher',
    'tls.protocol': 'tlsVersion',
    'vpc.endpoint': 'vpcEndpointId',
    'lattice.network': 'serviceNetworkArn',
    'lattice.service': first('serviceArn', 'resourceConfigurationArn'),
    'lattice.source_vpc': first('sourceVpcId', tail('sourceVpcArn', '/')),
    'lattice.target_group': 'targetGroupArn',
  },
  kinds: { responseCode: [...HTTP_STATUSES, undefined] },
  splunk: { sourcetype: 'aws:firehose:json' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: computed('http_activity with a requestMethod, else network_activity', ['requestMethod'], (method) =>
      textOf(method) === '' ? 'network_activity' : 'http_activity',
    ),
    classes: ['http_activity', 'network_activity'],
    activity: first('requestMethod', constant('Traffic')),
    paths: { 'lattice.target_group': 'load_balancer.dst_endpoint.uid', 'lattice.service': 'load_balancer.uid' },
  },
  ecs: { kind: 'event', category: 'web network', type: 'access' },
});
