import type { FieldName } from '../event.ts';

/** How a field's value is written, beyond its text. */
export type ValueKind = 'text' | 'address' | 'number' | 'time' | 'direction' | 'protocol' | 'flag' | 'url' | 'json';

/** A field in CEF: key, longest value in bytes, and the label a custom slot needs. */
export interface CefKey {
  readonly key: string;
  readonly most: number;
  readonly kind: ValueKind;
  readonly label?: string;
}

const text = (key: string, most: number, kind: ValueKind = 'text'): CefKey => ({ key, most, kind });
const number = (key: string): CefKey => ({ key, most: 20, kind: 'number' });
const custom = (key: string, label: string, most = 4000, kind: ValueKind = 'text'): CefKey => ({
  key,
  label,
  most,
  kind,
});
const count = (slot: 1 | 2 | 3, label: string): CefKey => ({ key: `cn${slot}`, label, most: 20, kind: 'number' });
const decimal = (slot: 1 | 2 | 3 | 4, label: string): CefKey => ({
  key: `cfp${slot}`,
  label,
  most: 20,
  kind: 'number',
});
const flex = (slot: 1 | 2, label: string): CefKey => ({ key: `flexString${slot}`, label, most: 1023, kind: 'text' });

/**
 * The vocabulary in CEF, by the dictionary of the ArcSight CEF Implementation Standard: its keys, its lengths. A custom
 * slot may stand here more than once; within one log type a test holds that it is used once. A field without a key is
 * for other formats: CEF has few slots.
 */
export const CEF_KEYS: Readonly<Record<FieldName, CefKey | undefined>> = {
  'cloud.account': custom('cs1', 'AccountId'),
  'cloud.region': custom('cs2', 'Region'),
  'event.uid': text('externalId', 40),
  'event.start': { key: 'start', most: 20, kind: 'time' },
  'event.end': { key: 'end', most: 20, kind: 'time' },
  'event.action': text('act', 63),
  'event.provider': text('destinationServiceName', 1023),
  'event.outcome': text('outcome', 63),
  'event.reason': text('reason', 1023),
  'event.message': text('msg', 1023),
  'event.kind': flex(2, 'EventType'),
  'event.read_only': { key: 'cn1', label: 'ReadOnly', most: 1, kind: 'flag' },
  'event.count': number('cnt'),
  'source.address': text('src', 1023, 'address'),
  'source.port': number('spt'),
  'source.packet_address': flex(1, 'PktSrcAddr'),
  'destination.address': text('dst', 1023, 'address'),
  'destination.port': number('dpt'),
  'destination.packet_address': flex(2, 'PktDstAddr'),
  'destination.host': text('dhost', 1023),
  'destination.domain': text('destinationDnsDomain', 255),
  'network.protocol': text('proto', 31, 'protocol'),
  'network.direction': { key: 'deviceDirection', most: 1, kind: 'direction' },
  'network.bytes_in': number('in'),
  'network.bytes_out': number('out'),
  'network.packets': count(1, 'Packets'),
  'network.tcp_flags': count(2, 'TcpFlags'),
  'network.path': count(3, 'TrafficPath'),
  'network.interface': text('deviceExternalId', 255),
  'network.ingress_interface': text('deviceInboundInterface', 128),
  'network.egress_interface': text('deviceOutboundInterface', 128),
  'network.service': custom('cs6', 'AwsService'),
  'network.log_status': undefined,
  'network.application': text('app', 31),
  'vpc.id': custom('cs3', 'VpcId'),
  'vpc.subnet': custom('cs4', 'SubnetId'),
  'vpc.endpoint': text('deviceInboundInterface', 128),
  'host.instance': custom('cs5', 'InstanceId'),
  'user.name': text('suser', 1023),
  'user.id': text('suid', 1023),
  'user.type': text('spriv', 1023),
  'user.arn': custom('cs3', 'UserArn'),
  'user.access_key': custom('cs4', 'AccessKeyId'),
  'user.mfa': flex(1, 'MfaUsed'),
  'user.agent': text('requestClientApplication', 1023),
  'target.user': text('duser', 1023),
  'resource.name': custom('cs5', 'Resource'),
  'resource.type': custom('cs3', 'ResourceType'),
  'request.id': undefined,
  'request.method': text('requestMethod', 1023),
  'request.url': text('request', 1023, 'url'),
  'request.parameters': custom('cs6', 'RequestParameters', 4000, 'json'),
  'request.context': text('requestContext', 2048),
  'response.status': count(1, 'HttpStatus'),
  'response.target_status': count(2, 'TargetStatus'),
  'time.request': decimal(1, 'RequestTime'),
  'time.target': decimal(2, 'TargetTime'),
  'time.response': decimal(3, 'ResponseTime'),
  'time.total': count(2, 'TotalTime'),
  'time.turnaround': count(3, 'TurnAroundTime'),
  'tls.cipher': undefined,
  'tls.protocol': undefined,
  'tls.certificate': custom('cs6', 'CertificateArn'),
  'lb.name': custom('cs3', 'LoadBalancer'),
  'lb.target_group': custom('cs4', 'TargetGroup'),
  'lb.classification': flex(1, 'Classification'),
  'finding.arn': custom('cs4', 'FindingArn'),
  'finding.detector': text('deviceExternalId', 255),
  'finding.threat_list': custom('cs6', 'ThreatList'),
  'geo.country': flex(1, 'Country'),
  'as.organization': flex(2, 'AsnOrg'),
  'process.name': text('sproc', 1023),
  'process.path': text('filePath', 1023),
  'process.hash': text('fileHash', 255),
  'process.id': number('spid'),
  's3.bucket': custom('cs3', 'Bucket'),
  's3.key': text('filePath', 1023),
  's3.size': number('fsize'),
  's3.version': custom('cs4', 'VersionId'),
  's3.owner': text('duid', 1023),
  's3.auth': custom('cs5', 'Auth'),
  's3.tls': custom('cs6', 'Tls'),
  's3.resource': undefined,
  'lb.tls': custom('cs5', 'Tls'),
  's3.acl': flex(1, 'AclRequired'),
  's3.access_point': text('sourceServiceName', 1023),
};

/** A field in LEEF: an attribute that QRadar knows, or a custom one. */
export interface LeefKey {
  readonly key: string;
  readonly most: number;
  readonly kind: ValueKind;
}

const attribute = (key: string, kind: ValueKind = 'text', most = 4000): LeefKey => ({ key, most, kind });
const integer = (key: string): LeefKey => ({ key, most: 20, kind: 'number' });

/** The vocabulary in LEEF, by IBM's list of predefined attributes (LEEF guide); the others are custom attributes. */
export const LEEF_KEYS: Readonly<Record<FieldName, LeefKey | undefined>> = {
  'cloud.account': attribute('awsAccountId'),
  'cloud.region': attribute('awsRegion'),
  'event.uid': attribute('eventUid'),
  'event.start': { key: 'startTime', most: 20, kind: 'time' },
  'event.end': { key: 'endTime', most: 20, kind: 'time' },
  'event.action': attribute('eventName'),
  'event.provider': attribute('eventSource'),
  'event.outcome': attribute('outcome'),
  'event.reason': attribute('errorCode'),
  'event.message': attribute('msg'),
  'event.kind': attribute('eventType'),
  'event.read_only': attribute('readOnly'),
  'event.count': integer('count'),
  'source.address': attribute('src', 'address'),
  'source.port': integer('srcPort'),
  'source.packet_address': attribute('srcPreNAT'),
  'destination.address': attribute('dst', 'address'),
  'destination.port': integer('dstPort'),
  'destination.packet_address': attribute('dstPostNAT'),
  'destination.host': attribute('dstHost'),
  'destination.domain': attribute('dnsDomain'),
  'network.protocol': attribute('proto'),
  'network.direction': attribute('flowDirection'),
  'network.bytes_in': integer('srcBytes'),
  'network.bytes_out': integer('dstBytes'),
  'network.packets': integer('srcPackets'),
  'network.tcp_flags': integer('tcpFlags'),
  'network.path': integer('trafficPath'),
  'network.interface': attribute('interfaceId'),
  'network.ingress_interface': attribute('ingressInterface'),
  'network.egress_interface': attribute('egressInterface'),
  'network.service': attribute('awsService'),
  'network.log_status': attribute('logStatus'),
  'network.application': attribute('appProtocol'),
  'vpc.id': attribute('vpcId'),
  'vpc.subnet': attribute('subnetId'),
  'vpc.endpoint': attribute('vpcEndpointId'),
  'host.instance': attribute('instanceId'),
  'user.name': attribute('usrName', 'text', 255),
  'user.id': attribute('principalId'),
  'user.type': attribute('role'),
  'user.arn': attribute('userArn'),
  'user.access_key': attribute('accessKeyId'),
  'user.mfa': attribute('mfa'),
  'user.agent': attribute('userAgent'),
  'target.user': attribute('targetUser'),
  'resource.name': attribute('resource'),
  'resource.type': attribute('resourceType'),
  'request.id': attribute('requestId'),
  'request.method': attribute('method'),
  'request.url': attribute('url', 'url'),
  'request.parameters': attribute('requestParameters', 'json'),
  'request.context': attribute('referrer'),
  'response.status': integer('httpStatus'),
  'response.target_status': integer('targetStatus'),
  'time.request': integer('requestTime'),
  'time.target': integer('targetTime'),
  'time.response': integer('responseTime'),
  'time.total': integer('totalTime'),
  'time.turnaround': integer('turnAroundTime'),
  'tls.cipher': attribute('tlsCipher'),
  'tls.protocol': attribute('tlsProtocol'),
  'tls.certificate': attribute('certificateArn'),
  'lb.name': attribute('loadBalancer'),
  'lb.target_group': attribute('targetGroup'),
  'lb.classification': attribute('classification'),
  'finding.arn': attribute('findingArn'),
  'finding.detector': attribute('detectorId'),
  'finding.threat_list': attribute('threatList'),
  'geo.country': attribute('country'),
  'as.organization': attribute('asnOrg'),
  'process.name': attribute('process'),
  'process.path': attribute('filePath'),
  'process.hash': attribute('sha256'),
  'process.id': integer('processId'),
  's3.bucket': attribute('bucket'),
  's3.key': attribute('objectKey'),
  's3.size': integer('objectSize'),
  's3.version': attribute('versionId'),
  's3.owner': attribute('bucketOwner'),
  's3.auth': attribute('auth'),
  's3.tls': undefined,
  's3.resource': attribute('resource'),
  'lb.tls': undefined,
  's3.acl': attribute('aclRequired'),
  's3.access_point': attribute('accessPointArn'),
};

/** What goes first when a message is too long, by formats that shrink. What is not named here is never dropped. */
export const DROP_ORDER: readonly FieldName[] = [
  'request.parameters',
  'event.message',
  'user.agent',
  'request.context',
  'request.url',
  's3.key',
  'tls.certificate',
  'lb.target_group',
  'finding.threat_list',
  'finding.arn',
  'resource.name',
  'user.arn',
];
