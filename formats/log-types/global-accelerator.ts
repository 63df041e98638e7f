import { choose, constant, first } from '../functions.ts';
import { columns, splitSpaces } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { epochSeconds } from '../times.ts';
import { serviceKey } from './keys.ts';

const COLUMNS = `version aws_account_id accelerator_id client_ip client_port accelerator_ip accelerator_port endpoint_ip
  endpoint_port protocol ip_address_type packets bytes start_time end_time action log_status globalaccelerator_source_ip
  globalaccelerator_source_port endpoint_region globalaccelerator_region direction vpc_id reject_reason`
  .split(/\s+/)
  .filter((name) => name !== '');

/** Headers that AWS wrote name some columns otherwise. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  gip: 'accelerator_ip',
  gip_port: 'accelerator_port',
  'log-status': 'log_status',
};

function headerNames(line: string): readonly string[] | undefined {
  return line.startsWith('version aws_account_id ')
    ? line.split(' ').map((name) => OTHER_NAMES[name] ?? name)
    : undefined;
}

const notOk = choose('log_status', { NODATA: 'NODATA', SKIPDATA: 'SKIPDATA' });

export const globalAccelerator = defineLogType({
  name: 'global-accelerator',
  title: 'AWS Global Accelerator flow logs',
  reference: 'https://docs.aws.amazon.com/global-accelerator/latest/dg/monitoring-global-accelerator.flow-logs.html',
  keys: [serviceKey('globalaccelerator')],
  looksLike: { line: /^(?:version aws_account_id |\d+\.\d+ \d{12} [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22} )/ },
  layout: columns({
    names: headerNames,
    headerless: (cells) => (/^\d+\.\d+$/.test(cells[0] ?? '') ? COLUMNS : undefined),
    least: 17,
    split: splitSpaces,
  }),
  product: 'Global Accelerator',
  version: 'version',
  time: epochSeconds(first('end_time', 'start_time')),
  signature: first('action', notOk, constant('FLOW')),
  label: choose('action', { ACCEPT: 'Flow accepted', REJECT: 'Flow rejected' }, 'Flow recorded'),
  category: constant('GlobalAcceleratorFlow'),
  severity: choose('action', { ACCEPT: 1, REJECT: 3 }, 0),
  fields: {
    'cloud.account': first('aws_account_id', '@account'),
    'cloud.region': first('endpoint_region', '@region'),
    'source.address': 'client_ip',
    'source.port': 'client_port',
    'destination.address': 'accelerator_ip',
    'destination.port': 'accelerator_port',
    'network.protocol': 'protocol',
    'network.bytes_in': 'bytes',
    'network.packets': 'packets',
    'network.direction': choose('direction', { INGRESS: 'ingress', EGRESS: 'egress' }),
    'network.log_status': notOk,
    'event.start': epochSeconds('start_time'),
    'event.end': epochSeconds('end_time'),
    'event.action': 'action',
    'event.reason': first('reject_reason', notOk),
    'accelerator.id': 'accelerator_id',
    'accelerator.endpoint': 'endpoint_ip',
    'accelerator.endpoint_port': 'endpoint_port',
    'accelerator.source': 'globalaccelerator_source_ip',
    'accelerator.edge': 'globalaccelerator_region',
    'vpc.id': 'vpc_id',
  },
  splunk: { sourcetype: 'aws:cloudwatchlogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'network_activity',
    activity: choose('action', { ACCEPT: 'Traffic', REJECT: 'Refuse' }),
    // One record is one direction: its bytes are all of them.
    paths: {
      'network.bytes_in': 'traffic.bytes',
      'network.packets': 'traffic.packets',
      'vpc.id': 'dst_endpoint.vpc_uid',
    },
  },
  ecs: {
    kind: 'event',
    dataset: 'globalaccelerator',
    category: 'network',
    type: choose('action', { ACCEPT: 'connection allowed', REJECT: 'connection denied' }, 'connection'),
  },
});
