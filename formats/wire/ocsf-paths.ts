import type { FieldName } from '../event.ts';
import { textOf } from '../functions.ts';
import {
  baseName,
  code,
  decimal,
  embedded,
  epochMs,
  flag,
  integer,
  ip,
  jsonString,
  name,
  protocol,
  string,
  type ToJson,
} from './json-value.ts';

/**
 * A place for a field's value: a path, and the value's JSON. The first part of the path is an attribute of the class;
 * `subject` is where that class names the one who acts.
 */
export interface OcsfPlace {
  readonly path: string;
  readonly json: ToJson;
  /** JSON where there is no value. */
  readonly otherwise?: string;
  /** Members beside it that are made of the same value. */
  readonly beside?: readonly OcsfPlace[];
}

const at =
  (json: ToJson) =>
  (...paths: string[]): readonly OcsfPlace[] =>
    paths.map((path) => ({ path, json }));

const text = at(string);
const number = at(integer);
const time = at(epochMs);

/** The same member of the event, else of the first evidence of a finding: `src_endpoint.ip`. */
const orEvidence = (path: string): string[] => [path, `evidences.0.${path}`];

/** An endpoint by its address, or by the name that stands in place of one: AWS puts it into `domain`, OCSF asks for `name`. */
const endpoint = (side: string): readonly OcsfPlace[] =>
  orEvidence(side).map((path) => ({
    path: `${path}.ip`,
    json: ip,
    beside: at(name)(`${path}.domain`, `${path}.name`),
  }));

/** A file by its path; its name is what stands last in it. */
const file = (...paths: string[]): readonly OcsfPlace[] =>
  paths.map((path) => ({ path: `${path}.name`, json: baseName, beside: text(`${path}.path`) }));

const captionOf = (captions: Readonly<Record<string, string>>): ToJson => {
  const known = new Map(Object.entries(captions));
  return (value) => jsonString(known.get(textOf(value).toLowerCase()) ?? textOf(value));
};
const idOf = (ids: Readonly<Record<string, number>>): ToJson => {
  const known = new Map(Object.entries(ids));
  return (value) => String(known.get(textOf(value).toLowerCase()) ?? OTHER);
};
const OTHER = 99;

/** https://www.iana.org/assignments/dns-parameters, as far as resolvers answer them. */
const RCODES = {
  ...{ noerror: 'NoError', formerr: 'FormError', servfail: 'ServError', nxdomain: 'NXDomain', notimp: 'NotImp' },
  ...{ refused: 'Refused', yxdomain: 'YXDomain', yxrrset: 'YXRRSet', nxrrset: 'NXRRSet', notauth: 'NotAuth' },
  notzone: 'NotZone',
};
const RCODE: OcsfPlace = {
  path: 'rcode',
  json: captionOf(RCODES),
  beside: at(idOf(Object.fromEntries(Object.keys(RCODES).map((name, index) => [name, index]))))('rcode_id'),
};

const words = <Value>(value: Value, names: string): Record<string, Value> =>
  Object.fromEntries(names.split(' ').map((word) => [word, value]));
const PASSED = 'passed success compliant';
const FAILED = 'failed failure non_compliant';

const STATUS: OcsfPlace = {
  path: 'status',
  json: captionOf({ success: 'Success', failure: 'Failure' }),
  beside: at(idOf({ success: 1, failure: 2 }))('status_id'),
};
const COMPLIANCE: OcsfPlace = {
  path: 'compliance.status',
  json: captionOf({ ...words('Pass', PASSED), ...words('Fail', FAILED), warning: 'Warning' }),
  beside: at(idOf({ ...words(1, PASSED), warning: 2, ...words(3, FAILED) }))('compliance.status_id'),
};

/** For findings the status is what was done about them. */
const WORKFLOW: OcsfPlace = {
  path: 'status',
  json: captionOf({ new: 'New', notified: 'In Progress', suppressed: 'Suppressed', resolved: 'Resolved' }),
  beside: at(idOf({ new: 1, notified: 2, suppressed: 3, resolved: 4 }))('status_id'),
};

const ALLOWING = 'accept allow allowed pass passed permit';
const DENYING = 'reject block blocked deny denied drop dropped refuse';

/** Whether it was let through: the words of flow logs, firewalls and findings. */
const ACTION: OcsfPlace = {
  path: 'action',
  json: captionOf({ ...words('Allowed', ALLOWING), ...words('Denied', DENYING) }),
  beside: [{ path: 'action_id', json: idOf({ ...words(1, ALLOWING), ...words(2, DENYING) }), otherwise: '0' }],
};

const wayOf = code({ ingress: 1, egress: 2 });
/** AWS's `traffic-path` 1 to 8 are the boundaries 4 to 11, in this order. */
const boundaryOf = code(Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((way) => [String(way), way + 3])));

/** For another format: what the field says stands here in other fields, too. */
const ELSEWHERE: readonly OcsfPlace[] = [];

/**
 * The vocabulary in OCSF 1.3.0: places in order of preference. A field goes to the first whose attribute its class has and
 * that no field above has taken; without one it goes to `unmapped`, under its own name.
 * https://schema.ocsf.io/1.3.0
 */
export const OCSF_PATHS: Readonly<Partial<Record<FieldName, readonly OcsfPlace[]>>> = {
  'cloud.account': text('cloud.account.uid'),
  'cloud.region': text('cloud.region'),
  'cloud.zone': text('cloud.zone'),
  'finding.id': text('finding_info.uid'),
  'finding.compliance': [COMPLIANCE],
  'finding.workflow': [WORKFLOW],
  'finding.product': text('metadata.product.feature.name'),
  'finding.cve': text('vulnerabilities.0.cve.uid'),
  'event.uid': text('finding_info.uid', 'metadata.uid'),
  'event.start': time('finding_info.first_seen_time', 'start_time'),
  'event.end': time('finding_info.last_seen_time', 'end_time'),
  'event.action': [...text('api.operation'), ACTION, ...text('query_info.name')],
  'event.provider': text('api.service.name'),
  'event.outcome': [COMPLIANCE, STATUS],
  'event.reason': text('api.response.error', 'compliance.status_detail', 'status_detail'),
  'event.message': text('api.response.message', 'finding_info.desc', 'message'),
  'event.kind': text('metadata.event_code'),
  'event.count': number('count'),
  'source.address': endpoint('src_endpoint'),
  'source.port': number(...orEvidence('src_endpoint.port')),
  'destination.address': endpoint('dst_endpoint'),
  'destination.port': number(...orEvidence('dst_endpoint.port')),
  'destination.host': text(...orEvidence('dst_endpoint.hostname')),
  'destination.domain': text(...orEvidence('query.hostname')),
  'dns.type': text(...orEvidence('query.type')),
  'dns.class': text(...orEvidence('query.class')),
  'dns.rcode': [RCODE],
  'dns.answers': text('answers.0.rdata'),
  'dns.endpoint': text('dst_endpoint.instance_uid'),
  'network.protocol': orEvidence('connection_info').map((path) => ({
    path: `${path}.protocol_name`,
    json: protocol,
    beside: number(`${path}.protocol_num`),
  })),
  'network.direction': at(wayOf)(...orEvidence('connection_info.direction_id')),
  'network.bytes_in': number('traffic.bytes_out'),
  'network.bytes_out': number('traffic.bytes_in'),
  'network.packets': number('traffic.packets_out'),
  'network.packets_out': number('traffic.packets_in'),
  'network.tcp_flags': number('connection_info.tcp_flags'),
  'network.path': at(boundaryOf)('connection_info.boundary_id'),
  'network.interface': text('device.interface_uid', 'dst_endpoint.interface_uid'),
  'network.ingress_interface': text('dst_endpoint.interface_uid'),
  'network.egress_interface': text('src_endpoint.interface_uid'),
  'network.log_status': text('status_code'),
  'network.application': text('app_name'),
  'vpc.id': text('device.vpc_uid', 'src_endpoint.vpc_uid'),
  'vpc.subnet': text('device.subnet_uid', 'src_endpoint.subnet_uid'),
  'vpc.endpoint': text('src_endpoint.uid'),
  'host.name': text('device.hostname'),
  'host.address': at(ip)('device.ip'),
  'log.logger': text('metadata.log_name'),
  'log.level': text('metadata.log_level'),
  'host.instance': text('device.instance_uid', 'src_endpoint.instance_uid'),
  'user.name': text('subject.name'),
  'user.domain': text('subject.domain'),
  'user.arn': text('subject.uid'),
  'user.id': text('subject.uid', 'subject.uid_alt'),
  'user.type': text('subject.type'),
  'user.access_key': text('subject.credential_uid'),
  'user.mfa': at(flag)('is_mfa', 'actor.session.is_mfa'),
  'user.agent': text('http_request.user_agent'),
  'target.user': text('user.name'),
  'resource.name': text('resources.0.uid', 'device.uid'),
  'resource.type': text('resources.0.type', 'device.type'),
  'resource.arn': text('device.uid_alt'),
  'resource.label': text('resources.0.name', 'device.name'),
  'request.id': text('api.request.uid', 'http_request.uid'),
  'request.method': text('http_request.http_method'),
  'request.url': text('http_request.url.url_string'),
  'request.parameters': at(embedded)('api.request.data'),
  'request.context': text('http_request.referrer'),
  'response.status': [...number('http_response.code', 'api.response.code'), ...text('status_code')],
  'response.target_status': number('load_balancer.code'),
  'time.total': number('duration'),
  'tls.protocol': text('tls.version'),
  'tls.cipher': text('tls.cipher'),
  'lb.name': text('load_balancer.name'),
  'lb.target_group': text('load_balancer.dst_endpoint.uid'),
  'lb.classification': text('load_balancer.classification'),
  'lb.tls': ELSEWHERE,
  'firewall.name': text('device.name'),
  'firewall.category': text('firewall_rule.category'),
  'firewall.rule_revision': text('firewall_rule.version'),
  'kubernetes.name': text('resources.0.name'),
  'kubernetes.resource': text('resources.0.type'),
  'kubernetes.namespace': text('resources.0.namespace'),
  'vpn.endpoint': text('dst_endpoint.uid'),
  'vpn.client_address': at(ip)('tunnel_interface.ip'),
  'waf.acl': text('metadata.product.feature.uid'),
  'waf.rule_type': text('firewall_rule.type'),
  'finding.detector': text('metadata.product.feature.uid'),
  'process.name': text(...orEvidence('process.name')),
  'process.command_line': text(...orEvidence('process.cmd_line')),
  'database.name': text('database.name'),
  'database.instance': text('database.uid'),
  'database.statement': text('query_info.query_string'),
  'process.id': number(...orEvidence('process.pid')),
  'process.path': file(...orEvidence('process.file')),
  'process.hash': text(...orEvidence('process.file.hashes.0.value')),
  's3.bucket': text('databucket.name'),
  's3.key': file('databucket.file'),
  's3.size': number('databucket.file.size'),
  's3.version': text('databucket.file.version'),
  's3.tls': ELSEWHERE,
  'cloudfront.tls': ELSEWHERE,
  's3.resource': ELSEWHERE,
  'cloud.account_name': text('cloud.account.name'),
  'source.country': text(...orEvidence('src_endpoint.location.country')),
  'source.city': text(...orEvidence('src_endpoint.location.city')),
  'source.latitude': at(decimal)(...orEvidence('src_endpoint.location.lat')),
  'source.longitude': at(decimal)(...orEvidence('src_endpoint.location.long')),
  'source.as_number': number(...orEvidence('src_endpoint.autonomous_system.number')),
  'source.as_organization': text(...orEvidence('src_endpoint.autonomous_system.name')),
  'destination.country': text(...orEvidence('dst_endpoint.location.country')),
  'destination.city': text(...orEvidence('dst_endpoint.location.city')),
  'destination.latitude': at(decimal)(...orEvidence('dst_endpoint.location.lat')),
  'destination.longitude': at(decimal)(...orEvidence('dst_endpoint.location.long')),
  'destination.as_number': number(...orEvidence('dst_endpoint.autonomous_system.number')),
  'destination.as_organization': text(...orEvidence('dst_endpoint.autonomous_system.name')),
};

/** Members that an object must have; what stands here says that it is not known, or all that it can be. */
export const OCSF_FALLBACKS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  compliance: { standards: '[]' },
  connection_info: { direction_id: '0' },
  databucket: { type_id: '1' },
  database: { type_id: '0' },
  device: { type_id: '0' },
  file: { type_id: '0' },
  hashes: { algorithm_id: '3' },
  tunnel_interface: { type_id: '4' },
};

/** JSON of a value that has no place: one kind a field, so that a column of a SIEM has one type. */
export function unmappedJson(kind: string | undefined): ToJson {
  if (kind === 'time') return epochMs;
  return kind === 'number' ? decimal : string;
}
