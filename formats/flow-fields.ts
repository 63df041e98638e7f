const names = (text: string): string[] => text.split(/\s+/).filter((name) => name !== '');

/** The default format, version 2: what a VPC flow log writes when nobody chose fields. */
export const DEFAULT_FLOW_FIELDS: readonly string[] = names(
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status',
);

/**
 * Every field a VPC flow log may hold up to version 11.
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
 */
const VPC_FIELDS: readonly string[] = [
  ...DEFAULT_FLOW_FIELDS,
  ...names(`vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type
    sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path ecs-cluster-arn ecs-cluster-name
    ecs-container-instance-arn ecs-container-instance-id ecs-container-id ecs-second-container-id ecs-service-name
    ecs-task-definition-arn ecs-task-arn ecs-task-id reject-reason resource-id encryption-status instance-tag
    instance-tag-2 interface-tag interface-tag-2 asg-tag asg-tag-2 interface-type next-hop-interface-id
    next-hop-subnet-id next-hop-az-id next-hop-vpc-id next-hop-interface-type`),
];

/** The default format of a Transit Gateway flow log, version 6: all its fields, in this order. */
export const TGW_FIELDS: readonly string[] = names(`version resource-type account-id tgw-id tgw-attachment-id
  tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id
  tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol
  packets bytes start end log-status type packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded
  packets-lost-ttl-expired tcp-flags region flow-direction pkt-src-aws-service pkt-dst-aws-service`);

const KNOWN = new Set([...VPC_FIELDS, ...TGW_FIELDS]);

/**
 * Column names of a header line, of VPC and Transit Gateway flow logs alike; undefined for any other line. Fields that are
 * newer than this list may stand in it, but not first. A header's first name starts with a letter, most data lines
 * with a digit.
 */
export function flowHeader(line: string): readonly string[] | undefined {
  const opens = line.charCodeAt(0);
  if (opens < 0x61 || opens > 0x7a) return undefined;
  const found = line.split(' ');
  return KNOWN.has(found[0] ?? '') && found.every((name) => /^[a-z][a-z0-9-]*$/.test(name)) ? found : undefined;
}

/** The header line of these columns. */
export const flowHeaderLine = (columns: readonly string[]): string => columns.join(' ');

/** Fields by one of which a flow log can be told from anything else that has a type, a version and a region. */
const TELLING = /^(?:.*srcaddr|.*dstaddr|interface-id|tgw-.*)$/;

/** The header line for columns of a Parquet file, where all of them are fields of a flow log; else undefined. */
export function flowHeaderOf(columns: readonly string[]): string | undefined {
  const fields = columns.map((name) => name.replaceAll('_', '-'));
  const isFlow = fields.every((field) => KNOWN.has(field)) && fields.some((field) => TELLING.test(field));
  return isFlow ? fields.join(' ') : undefined;
}
