import type { FieldValue } from '../event.ts';
import { choose, computed, constant, first, text } from '../functions.ts';
import { columns, splitSpaces } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { epochSeconds } from '../times.ts';
import { hiveKey, serviceKey } from './keys.ts';

/** The default format, version 2: what a flow log writes when nobody chose fields. */
const DEFAULT =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status'.split(
    ' ',
  );

/** Every field a flow log may hold up to version 11, Transit Gateway ones apart. A line of nothing else is a header. */
const KNOWN = new Set([
  ...DEFAULT,
  ...`vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id
  pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path ecs-cluster-arn ecs-cluster-name
  ecs-container-instance-arn ecs-container-instance-id ecs-container-id ecs-second-container-id ecs-service-name
  ecs-task-definition-arn ecs-task-arn ecs-task-id reject-reason resource-id encryption-status`
    .split(/\s+/)
    .filter((name) => name !== ''),
]);

/** A header's first name starts with a letter; most data lines start with a digit. */
function headerNames(line: string): readonly string[] | undefined {
  const opens = line.charCodeAt(0);
  if (opens < 0x61 || opens > 0x7a) return undefined;
  const names = line.split(' ');
  return KNOWN.has(names[0] ?? '') && names.every((name) => /^[a-z][a-z0-9-]*$/.test(name)) ? names : undefined;
}

const inDirection = (direction: string): ReturnType<typeof computed> =>
  computed(`interface-id of ${direction} traffic`, ['flow-direction', 'interface-id'], (way, id) =>
    way === direction ? (id as FieldValue) : undefined,
  );

const packetAddress = (packet: string, own: string): ReturnType<typeof computed> =>
  computed(`${packet} where it is not ${own}`, [packet, own], (value, other) =>
    value === other ? undefined : (value as FieldValue),
  );

/** AWS writes `unknown` where it cannot tell, as with some NODATA records. */
const knownAccount = text('account-id', 'account-id', (value) => (value === 'unknown' ? undefined : value));

const notOk = choose('log-status', { NODATA: 'NODATA', SKIPDATA: 'SKIPDATA' });

export const vpcFlow = defineLogType({
  name: 'vpc-flow',
  title: 'Amazon VPC flow logs, version 2 and later, in any order of fields',
  reference: 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html',
  keys: [serviceKey('vpcflowlogs', '.*\\.log\\.gz$'), hiveKey('vpcflowlogs', '.*\\.log\\.gz$')],
  looksLike: {
    line: /^(?:(?=.*(?:srcaddr|interface-id))[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)+$|\d+ (?:\d{12}|unknown) eni-\S+ )/,
  },
  layout: columns({
    names: headerNames,
    headerless: (cells) => (cells.length === DEFAULT.length && /^\d+$/.test(cells[0] ?? '') ? DEFAULT : undefined),
    split: splitSpaces,
  }),
  product: 'VPC Flow Logs',
  version: 'version',
  time: epochSeconds(first('end', 'start')),
  signature: first('action', 'log-status', constant('FLOW')),
  label: choose('action', { ACCEPT: 'Flow accepted', REJECT: 'Flow rejected' }, 'Flow recorded'),
  category: constant('VPCFlow'),
  severity: choose('action', { ACCEPT: 1, REJECT: 3 }, 0),
  fields: {
    'cloud.account': first(knownAccount, '@account'),
    'cloud.region': first('region', '@region'),
    'source.address': 'srcaddr',
    'source.port': 'srcport',
    'destination.address': 'dstaddr',
    'destination.port': 'dstport',
    'network.protocol': 'protocol',
    'network.bytes_in': 'bytes',
    'network.packets': 'packets',
    'event.start': epochSeconds('start'),
    'event.end': epochSeconds('end'),
    'event.action': 'action',
    'event.reason': first('reject-reason', notOk),
    'network.log_status': notOk,
    'network.interface': 'interface-id',
    'network.ingress_interface': inDirection('ingress'),
    'network.egress_interface': inDirection('egress'),
    'network.direction': 'flow-direction',
    'source.packet_address': packetAddress('pkt-srcaddr', 'srcaddr'),
    'destination.packet_address': packetAddress('pkt-dstaddr', 'dstaddr'),
    'vpc.id': 'vpc-id',
    'vpc.subnet': 'subnet-id',
    'host.instance': 'instance-id',
    'network.tcp_flags': 'tcp-flags',
    'network.path': 'traffic-path',
    'network.service': first('pkt-src-aws-service', 'pkt-dst-aws-service'),
  },
  splunk: { sourcetype: 'aws:cloudwatchlogs:vpcflow', columns: DEFAULT },
  qradar: 'Amazon VPC Flow Logs',
  ocsf: {
    class: 'network_activity',
    activity: choose('action', { ACCEPT: 'Traffic', REJECT: 'Refuse' }),
    // One record is one direction: its bytes are all of them.
    paths: { 'network.bytes_in': 'traffic.bytes', 'network.packets': 'traffic.packets' },
  },
  ecs: {
    kind: 'event',
    dataset: 'vpcflow',
    category: 'network',
    type: choose('action', { ACCEPT: 'connection allowed', REJECT: 'connection denied' }, 'connection'),
  },
});
