import type { FieldValue } from '../event.ts';
import { DEFAULT_FLOW_FIELDS, flowHeader, flowHeaderLine } from '../flow-fields.ts';
import { choose, computed, constant, first, spaced } from '../functions.ts';
import { columns, splitSpaces } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { epochSeconds } from '../times.ts';
import { FLOW_KEYS, knownAccount, notOk, packetAddress } from './flow.ts';

const inDirection = (direction: string): ReturnType<typeof computed> =>
  computed(`interface-id of ${direction} traffic`, ['flow-direction', 'interface-id'], (way, id) =>
    way === direction ? (id as FieldValue) : undefined,
  );

export const vpcFlow = defineLogType({
  name: 'vpc-flow',
  title: 'Amazon VPC flow logs, version 2 and later, in any order of fields',
  reference: 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html',
  keys: FLOW_KEYS,
  looksLike: {
    line: /^(?:(?=.*(?:srcaddr|interface-id))(?!.*\btgw-)[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)+$|\d+ (?:\d{12}|unknown) eni-\S+ )/,
  },
  layout: columns({
    names: flowHeader,
    headerLine: flowHeaderLine,
    headerless: (cells) =>
      cells.length === DEFAULT_FLOW_FIELDS.length && /^\d+$/.test(cells[0] ?? '') ? DEFAULT_FLOW_FIELDS : undefined,
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
    'flow.zone': 'az-id',
    'flow.resource': 'resource-id',
    'flow.interface_type': 'interface-type',
    'flow.encryption': 'encryption-status',
    'flow.next_hop': 'next-hop-interface-id',
    'flow.tags': spaced('instance-tag', 'instance-tag-2', 'interface-tag', 'interface-tag-2', 'asg-tag', 'asg-tag-2'),
    'flow.container_cluster': first('ecs-cluster-name', 'ecs-cluster-arn'),
    'flow.container_service': 'ecs-service-name',
    'flow.container_task': first('ecs-task-arn', 'ecs-task-id'),
    'flow.container': spaced('ecs-container-id', 'ecs-second-container-id'),
  },
  splunk: { sourcetype: 'aws:cloudwatchlogs:vpcflow', columns: DEFAULT_FLOW_FIELDS },
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
