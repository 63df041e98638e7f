import type { FieldName } from '../event.ts';
import { textOf } from '../functions.ts';
import {
  decimal,
  integer,
  ip,
  isoDate,
  lowerCase,
  matched,
  name,
  protocol,
  string,
  type ToJson,
} from './json-value.ts';
import type { ValueKind } from './value-kind.ts';

/** A name for a field's value, and the value's JSON. All of a field's names are written. */
export interface EcsPlace {
  readonly path: string;
  readonly json: ToJson;
  /** Only in log types that have this field, too. */
  readonly where?: FieldName;
  /** Only in log types without this field. */
  readonly unless?: FieldName;
}

const at =
  (json: ToJson) =>
  (...paths: string[]): readonly EcsPlace[] =>
    paths.map((path) => ({ path, json }));

const text = at(string);
const number = at(integer);

/** One end of a connection: SIEMs look for `address`, and for `ip` or `domain` by what it is. */
const end = (side: string): readonly EcsPlace[] => [
  ...text(`${side}.address`),
  ...at(ip)(`${side}.ip`, 'related.ip'),
  ...at(name)(`${side}.domain`, 'related.hosts'),
];

const bytes = (side: string, message: string, other: FieldName): readonly EcsPlace[] => [
  ...number(`${side}.bytes`),
  { path: `http.${message}.bytes`, json: integer, where: 'request.method' },
  { path: 'network.bytes', json: integer, unless: other },
];

/** Parts of a URL, or of the path and query that many logs give alone. */
const URL_PARTS =
  /^(?:([a-z][a-z0-9+.-]*):\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d{1,5}))?)?([^?#]*)(?:\?([^#]*))?/i;
const urlPart = (group: number, json: ToJson = string): ToJson => matched(URL_PARTS, group, json);

/** `TLSv1.2`, and `tlsv12` as load balancers write it. */
const TLS = /^(TLS|SSL)v?(\d)(?:\.?(\d))?$/i;
const tlsVersion: ToJson = (value) => {
  const [, , major, minor] = TLS.exec(textOf(value)) ?? [];
  return major === undefined ? '' : `"${minor === undefined ? major : `${major}.${minor}`}"`;
};

/**
 * The vocabulary in ECS, by the names that SIEM on Amazon OpenSearch Service and Elastic's own rules look for. A field that
 * is not here stands under `aws.` and its own name.
 * https://www.elastic.co/docs/reference/ecs/ecs-field-reference
 */
export const ECS_NAMES: Readonly<Partial<Record<FieldName, readonly EcsPlace[]>>> = {
  'event.uid': text('event.id'),
  'event.start': at(isoDate)('event.start'),
  'event.end': at(isoDate)('event.end'),
  'event.action': text('event.action'),
  'event.provider': text('event.provider'),
  'event.outcome': at(matched(/^(?:success|failure)$/, 0))('event.outcome'),
  'event.reason': text('event.reason'),
  'event.message': text('message'),
  'cloud.account': text('cloud.account.id'),
  'cloud.region': text('cloud.region'),
  'cloud.zone': text('cloud.availability_zone'),
  'source.address': end('source'),
  'source.port': number('source.port'),
  'source.packet_address': [...text('aws.source.packet_address'), ...at(ip)('related.ip')],
  'destination.address': end('destination'),
  'destination.port': number('destination.port'),
  'destination.packet_address': [...text('aws.destination.packet_address'), ...at(ip)('related.ip')],
  'destination.host': [
    ...text('destination.domain', 'related.hosts'),
    { path: 'url.domain', json: string, where: 'request.url' },
  ],
  'destination.domain': text('dns.question.name'),
  'dns.type': text('dns.question.type'),
  'dns.class': text('dns.question.class'),
  'dns.rcode': text('dns.response_code'),
  'network.protocol': [...at(protocol)('network.transport'), ...at(matched(/^\d+$/, 0))('network.iana_number')],
  'network.direction': at(lowerCase)('network.direction'),
  'network.bytes_in': bytes('source', 'request', 'network.bytes_out'),
  'network.bytes_out': bytes('destination', 'response', 'network.bytes_in'),
  'network.packets': number('source.packets', 'network.packets'),
  'network.packets_out': number('destination.packets'),
  'network.ingress_interface': text('observer.ingress.interface.id'),
  'network.egress_interface': text('observer.egress.interface.id'),
  'network.application': at(lowerCase)('network.protocol'),
  'host.instance': text('cloud.instance.id'),
  'host.name': text('host.name', 'related.hosts'),
  'host.address': at(ip)('host.ip.0', 'related.ip'),
  'user.name': text('user.name', 'related.user'),
  'user.domain': text('user.domain'),
  'user.id': text('user.id'),
  'user.agent': text('user_agent.original'),
  'group.name': text('group.name'),
  'target.domain': text('user.target.domain'),
  'syslog.facility': text('log.syslog.facility.name'),
  'syslog.message_id': text('log.syslog.msgid'),
  'target.user': text('user.target.name', 'related.user'),
  'request.id': text('http.request.id'),
  'request.method': text('http.request.method'),
  'request.url': [
    ...text('url.original'),
    ...at(urlPart(1))('url.scheme'),
    ...at(urlPart(2))('url.domain'),
    ...at(urlPart(3, integer))('url.port'),
    ...at(urlPart(4))('url.path'),
    ...at(urlPart(5))('url.query'),
  ],
  'request.context': text('http.request.referrer'),
  'response.status': number('http.response.status_code'),
  'tls.cipher': text('tls.cipher'),
  'tls.protocol': [...at(tlsVersion)('tls.version'), ...at(matched(TLS, 1, lowerCase))('tls.version_protocol')],
  'lb.tls': [],
  's3.tls': [],
  'cloudfront.tls': [],
  's3.resource': [],
  'finding.cve': text('vulnerability.id'),
  'firewall.name': text('observer.name'),
  'firewall.category': text('rule.category'),
  'firewall.rule_revision': text('rule.version'),
  'kubernetes.namespace': text('orchestrator.namespace'),
  'kubernetes.name': text('orchestrator.resource.name'),
  'kubernetes.resource': text('orchestrator.resource.type'),
  'tls.subject': text('tls.server.subject'),
  'waf.rule_group': text('rule.ruleset'),
  'waf.rule_type': text('rule.category'),
  'process.name': text('process.name'),
  'process.path': text('process.executable'),
  'process.hash': text('process.hash.sha256', 'related.hash'),
  'process.command_line': text('process.command_line'),
  'process.parent': text('process.parent.name'),
  'process.id': number('process.pid'),
  'threat.tactic': text('threat.tactic.name.0'),
  'threat.technique': text('threat.technique.name.0'),
  'log.logger': text('log.logger'),
  'log.level': text('log.level'),
  'cloud.account_name': text('cloud.account.name'),
  'source.country': text('source.geo.country_iso_code'),
  'source.city': text('source.geo.city_name'),
  'source.latitude': at(decimal)('source.geo.location.lat'),
  'source.longitude': at(decimal)('source.geo.location.lon'),
  'source.as_number': number('source.as.number'),
  'source.as_organization': text('source.as.organization.name'),
  'destination.country': text('destination.geo.country_iso_code'),
  'destination.city': text('destination.geo.city_name'),
  'destination.latitude': at(decimal)('destination.geo.location.lat'),
  'destination.longitude': at(decimal)('destination.geo.location.lon'),
  'destination.as_number': number('destination.as.number'),
  'destination.as_organization': text('destination.as.organization.name'),
};

/** JSON of a value that ECS has no name for: one kind a field, or an index would refuse what does not fit its mapping. */
export function ownJson(kind: ValueKind): ToJson {
  if (kind === 'time') return isoDate;
  return kind === 'number' ? decimal : string;
}
