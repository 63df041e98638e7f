import { flowHeader, flowHeaderLine, TGW_FIELDS } from '../flow-fields.ts';
import { choose, computed, constant, first, textOf } from '../functions.ts';
import { columns, splitSpaces } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { epochSeconds } from '../times.ts';
import { FLOW_KEYS, knownAccount, notOk } from './flow.ts';

const LOST = [
  'packets-lost-no-route',
  'packets-lost-blackhole',
  'packets-lost-mtu-exceeded',
  'packets-lost-ttl-expired',
] as const;

/** All packets that were lost; nothing where no field says. */
const lost = computed(`sum of ${LOST.join(', ')}`, LOST, (...counts) => {
  const known = counts.filter((count) => /^\d+$/.test(textOf(count)));
  return known.length === 0 ? undefined : known.reduce<number>((sum, count) => sum + Number(count), 0);
});

const flow = first(notOk, constant('FLOW'));

export const tgwFlow = defineLogType({
  name: 'tgw-flow',
  title: 'AWS Transit Gateway flow logs, in any order of fields',
  reference: 'https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html',
  keys: FLOW_KEYS,
  looksLike: {
    line: /^(?:(?=.*\btgw-)[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)+$|\d+ TransitGateway \d{12} tgw-)/,
  },
  layout: columns({
    names: flowHeader,
    headerLine: flowHeaderLine,
    headerless: (cells) => (cells[1] === 'TransitGateway' ? TGW_FIELDS : undefined),
    split: splitSpaces,
  }),
  product: 'Transit Gateway Flow Logs',
  version: 'version',
  time: epochSeconds(first('end', 'start')),
  signature: flow,
  label: choose(notOk, { NODATA: 'No flow data', SKIPDATA: 'Flow data skipped' }, 'Flow recorded'),
  category: constant('TGWFlow'),
  severity: choose(notOk, { NODATA: 0, SKIPDATA: 0 }, 1),
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
    'network.tcp_flags': 'tcp-flags',
    'network.direction': 'flow-direction',
    'network.service': first('pkt-src-aws-service', 'pkt-dst-aws-service'),
    'network.log_status': notOk,
    'event.reason': notOk,
    'event.start': epochSeconds('start'),
    'event.end': epochSeconds('end'),
    'tgw.id': 'tgw-id',
    'tgw.attachment': 'tgw-attachment-id',
    'tgw.pair_attachment': 'tgw-pair-attachment-id',
    'tgw.resource_type': 'resource-type',
    'tgw.source_account': 'tgw-src-vpc-account-id',
    'tgw.destination_account': 'tgw-dst-vpc-account-id',
    'tgw.source_vpc': 'tgw-src-vpc-id',
    'tgw.destination_vpc': 'tgw-dst-vpc-id',
    'tgw.source_subnet': 'tgw-src-subnet-id',
    'tgw.destination_subnet': 'tgw-dst-subnet-id',
    'tgw.source_interface': 'tgw-src-eni',
    'tgw.destination_interface': 'tgw-dst-eni',
    'tgw.packets_lost': lost,
  },
  splunk: { sourcetype: 'aws:transitgateway:flowlogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'network_activity',
    activity: 'Traffic',
    paths: {
      'network.bytes_in': 'traffic.bytes',
      'network.packets': 'traffic.packets',
      'tgw.source_vpc': 'src_endpoint.vpc_uid',
      'tgw.destination_vpc': 'dst_endpoint.vpc_uid',
      'tgw.source_subnet': 'src_endpoint.subnet_uid',
      'tgw.destination_subnet': 'dst_endpoint.subnet_uid',
      'tgw.source_interface': 'src_endpoint.interface_uid',
      'tgw.destination_interface': 'dst_endpoint.interface_uid',
    },
  },
  ecs: { kind: 'event', dataset: 'transitgateway', category: 'network', type: 'connection' },
});
