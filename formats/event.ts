import type { LogRecord } from './framing/record.ts';

/** A field's value as extracted: byte strings, numbers and booleans; undefined, null, '' and '-' mean "not there". */
export type FieldValue = string | number | boolean | undefined | null;

/**
 * The common vocabulary: what log types map onto and wire formats map from. N types and M formats need N + M tables.
 * `address` fields hold an IP address or, failing that, a host name; each format decides where that goes.
 */
export const FIELDS = {
  'event.uid': 'the source’s own id of the event',
  'event.start': 'start of the activity, epoch milliseconds',
  'event.end': 'end of the activity, epoch milliseconds',
  'event.action': 'what was done, in the source’s word',
  'event.provider': 'the AWS service that was asked',
  'event.outcome': 'success or failure',
  'event.reason': 'why it failed or was refused',
  'event.message': 'a sentence for people',
  'log.level': 'level the writer gave the message',
  'event.kind': 'the source’s own class of event',
  'event.read_only': 'whether the call changes nothing',
  'event.count': 'how often it happened',
  'log.group': 'CloudWatch log group, or container',
  'log.stream': 'CloudWatch log stream, or container id',
  'cloud.account': 'AWS account id',
  'cloud.region': 'AWS region',
  'cloud.zone': 'availability zone',
  'source.address': 'address of the one who asked',
  'source.port': 'port of the one who asked',
  'source.packet_address': 'address in the packet where it differs from the interface’s (vpc-flow)',
  'destination.address': 'address of the one who was asked',
  'destination.port': 'port of the one who was asked',
  'destination.packet_address': 'address in the packet where it differs from the interface’s (vpc-flow)',
  'destination.host': 'host name that was asked for',
  'destination.domain': 'DNS name that was asked for',
  'network.protocol': 'IANA protocol number or name',
  'network.direction': 'ingress or egress',
  'network.bytes_in': 'bytes from source to destination',
  'network.bytes_out': 'bytes from destination to source',
  'network.packets': 'number of packets',
  'network.packets_out': 'number of packets from destination to source',
  'network.tcp_flags': 'TCP flags, or-ed over the interval',
  'network.path': 'way the packets left',
  'network.interface': 'network interface id',
  'network.ingress_interface': 'network interface id of incoming traffic',
  'network.egress_interface': 'network interface id of outgoing traffic',
  'network.service': 'AWS service at one end of the packet',
  'network.log_status': 'status of the flow record where it is not OK',
  'network.application': 'application protocol',
  'vpc.id': 'VPC id',
  'vpc.subnet': 'subnet id',
  'vpc.endpoint': 'VPC endpoint id',
  'vpc.endpoint_account': 'account that owns the VPC endpoint',
  'host.instance': 'instance id',
  'host.name': 'name of the host it happened on',
  'host.address': 'address of the host it happened on',
  'user.name': 'who did it',
  'user.id': 'principal id of who did it',
  'user.type': 'kind of principal',
  'user.arn': 'ARN of who did it',
  'user.access_key': 'access key id that was used',
  'user.mfa': 'whether MFA was used',
  'user.agent': 'client software',
  'target.user': 'user, role or group it was done to',
  'resource.name': 'what it was done to',
  'resource.type': 'kind of resource',
  'resource.arn': 'ARN of what it was done to',
  'resource.label': 'name that people gave the resource',
  'request.id': 'AWS request id',
  'request.method': 'HTTP method',
  'request.url': 'URL asked for',
  'request.parameters': 'parameters of the call as JSON text',
  'request.context': 'where the request came from (referrer, redirect)',
  'response.status': 'HTTP status',
  'response.target_status': 'HTTP status of the target',
  'time.request': 'seconds from receipt of the request to its dispatch',
  'time.target': 'seconds the target took',
  'time.response': 'seconds to send the response',
  'time.total': 'milliseconds in all',
  'time.turnaround': 'milliseconds of work on the request',
  'tls.cipher': 'TLS cipher suite',
  'tls.protocol': 'TLS version',
  'tls.certificate': 'ARN of the certificate served',
  'tls.subject': 'subject of the certificate',
  'lb.name': 'load balancer',
  'lb.target_group': 'ARN of the target group',
  'lb.classification': 'desync classification of the request',
  'finding.arn': 'ARN of the finding',
  'finding.detector': 'detector that raised it',
  'finding.threat_list': 'threat lists that matched',
  'finding.id': 'id of the finding, of whatever product',
  'finding.product': 'product that raised the finding',
  'finding.compliance': 'outcome of the control, in the source’s word',
  'finding.workflow': 'how far people are with the finding',
  'finding.state': 'whether the finding is still true',
  'finding.cve': 'vulnerabilities',
  'finding.malware': 'malware that was found',
  'finding.package': 'packages that are vulnerable',
  'finding.score': 'score of the finding in its source’s own scale',
  'finding.exploit': 'whether an exploit is known',
  'finding.fix': 'whether a fix is there',
  'finding.sensitive_data': 'kinds of sensitive data and how often they were found',
  'finding.access': 'who may reach the resource',
  'finding.job': 'job that made the finding',
  'finding.critical': 'number of critical vulnerabilities',
  'finding.high': 'number of vulnerabilities of high severity',
  'finding.medium': 'number of vulnerabilities of medium severity',
  'threat.tactic': 'tactic of the adversary, in the source’s word',
  'threat.technique': 'technique of the adversary, in the source’s word',
  'geo.country': 'country of the remote side',
  'as.organization': 'organization of the remote network',
  'process.name': 'process',
  'process.path': 'path of the executable',
  'process.hash': 'SHA-256 of the executable',
  'process.id': 'process id',
  'process.command_line': 'command line of the process',
  'process.parent': 'process that started the process',
  's3.bucket': 'bucket',
  's3.key': 'object key',
  's3.size': 'object size, bytes',
  's3.version': 'object version',
  's3.owner': 'canonical id of the bucket’s owner',
  's3.auth': 'signature version and kind of authentication',
  's3.tls': 'TLS cipher suite and version',
  's3.resource': 'bucket and key',
  'lb.tls': 'TLS cipher suite and version',
  's3.acl': 'whether an ACL was needed',
  's3.access_point': 'access point ARN',
  'config.related_events': 'CloudTrail events that changed the resource',
  'config.rule': 'AWS Config rule',
  'config.rule_arn': 'ARN of the rule',
  'config.previous': 'outcome of the rule before',
  'dns.type': 'type of the records that were asked for',
  'dns.class': 'class of the records that were asked for',
  'dns.rcode': 'DNS response code',
  'dns.answers': 'data of the records that were answered',
  'dns.endpoint': 'resolver endpoint that the query came through',
  'dns.rule_group': 'DNS Firewall rule group that matched',
  'dns.domain_list': 'DNS Firewall domain list that matched',
  'firewall.name': 'firewall',
  'firewall.category': 'category of the rule that matched',
  'firewall.metadata': 'what the rule that matched says of itself',
  'firewall.status': 'HTTP status in the traffic that matched',
  'firewall.fingerprint': 'JA4, else JA3, fingerprint in the traffic that matched',
  'firewall.rule_revision': 'revision of the rule that matched',
  'kubernetes.namespace': 'namespace of the object',
  'kubernetes.name': 'name of the object',
  'kubernetes.resource': 'kind of object, with its API group',
  'kubernetes.images': 'container images that were asked for',
  'kubernetes.authorization': 'why the authorizer decided as it did',
  'bedrock.input_tokens': 'tokens of the prompt',
  'bedrock.output_tokens': 'tokens of the answer',
  'bedrock.latency': 'milliseconds the model took',
  'bedrock.inference_region': 'region in which the model ran',
  'bedrock.stop_reason': 'why the answer ended; tells whether a guardrail stepped in',
  'ecr.tags': 'tags of the image',
  'ecr.digest': 'digest of the image',
  'vpn.endpoint': 'VPN endpoint',
  'vpn.client_address': 'address the client was given inside',
  'vpn.device': 'kind of device',
  'vpn.posture': 'compliance of the device, in the VPN’s word',
  'workspaces.directory': 'directory of the WorkSpace',
  'workspaces.platform': 'operating system of the client',
  'workspaces.state': 'state of the WorkSpace',
  'workspaces.bundle': 'bundle the WorkSpace was made from',
  'workspaces.running_mode': 'when the WorkSpace runs',
  'trusted_advisor.category': 'category of the check',
  'opensearch.cluster': 'cluster',
  'opensearch.node': 'node that wrote the event',
  'elasticache.node': 'cache node',
  'elasticache.client': 'name that the client gave itself',
  'elasticache.duration': 'microseconds the command took',
  'elasticache.command': 'command with its arguments',
  'lattice.network': 'ARN of the service network',
  'lattice.service': 'ARN of the service or resource configuration',
  'lattice.source_vpc': 'VPC the request came from',
  'lattice.target_group': 'ARN of the target group',
  'api_gateway.api': 'API id',
  'api_gateway.stage': 'stage of the API',
  'api_gateway.route': 'resource path or route that the request matched',
  'api_gateway.latency': 'milliseconds until the response was ready',
  'api_gateway.integration_latency': 'milliseconds the integration took',
  'crowdstrike.customer': 'customer id',
  'crowdstrike.agent': 'sensor id',
  'crowdstrike.agent_address': 'address the sensor is seen at from outside',
  'crowdstrike.platform': 'platform of the sensor',
  'lambda.duration': 'milliseconds the invocation took',
  'lambda.memory_used': 'most memory that was used, MB',
  'as.number': 'number of the remote network',
  'tls.fingerprint': 'JA4, else JA3, fingerprint of the client',
  'waf.acl': 'web ACL that was asked',
  'waf.rule_type': 'kind of the rule that ended the evaluation',
  'waf.rule_group': 'rule group, and rule in it, that ended the evaluation',
  'waf.counted_rules': 'rules that matched and did not end the evaluation',
  'waf.labels': 'labels that rules put on the request',
  'waf.source': 'kind of resource in front of which the web ACL stands',
  'waf.source_id': 'resource in front of which the web ACL stands',
  'waf.body_size': 'size of the request body, bytes',
} as const;

export type FieldName = keyof typeof FIELDS;

/** How far one object's events can be told from its key alone. */
export interface ObjectOrigin {
  readonly bucket: string;
  /** A byte string, as all that comes from records. */
  readonly key: string;
  /** `versionId`, or the etag where the bucket keeps no versions. */
  readonly version: string;
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Epoch milliseconds at which the envelope around the record says that it happened. */
  readonly timestamp?: number | undefined;
  /** CloudWatch log group and stream of the envelope; byte strings. */
  readonly logGroup?: string | undefined;
  readonly logStream?: string | undefined;
}

/**
 * A record in the common vocabulary. One instance a log type, filled anew for each record: it means something only
 * until the next one. All texts are byte strings.
 */
export interface LogEvent {
  /** First 128 bits of SHA-256(bucket NUL key NUL version NUL ordinal), 32 hex digits: the same at every resend. */
  readonly id: string;
  /** Event time, epoch milliseconds; NaN when the record holds none. */
  readonly time: number;
  /** Static id of the kind of event: LEEF EventID, last part of the CEF class id. */
  readonly signature: string;
  /** What makes `signature` unique within the product; empty when it is. First part of the CEF class id. */
  readonly scope: string;
  /** The kind of event in words, with nothing variable in it. */
  readonly label: string;
  readonly category: string;
  /** 0 to 10. */
  readonly severity: number;
  /** Version of the source's own schema. */
  readonly version: string;
  /** Values in the order of the log type's `fieldNames`. */
  readonly values: readonly unknown[];
  /** Names and texts of the columns of a line; both empty for JSON. More texts than names are unknown trailing columns. */
  readonly columns: readonly string[];
  readonly cells: readonly string[];
  readonly record: LogRecord;
}
