import { choose, constant } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';

export const workspacesInventory = defineLogType({
  name: 'workspaces-inventory',
  title: 'Amazon WorkSpaces inventory: answers of DescribeWorkspaces, as a function stores them',
  reference: 'https://docs.aws.amazon.com/workspaces/latest/api/API_DescribeWorkspaces.html',
  keys: [],
  looksLike: { json: [['WorkspaceId', 'DirectoryId', 'UserName']] },
  layout: json('Workspaces'),
  product: 'WorkSpaces',
  // DescribeWorkspaces says nothing of when.
  time: isoTime('cwe_timestamp'),
  signature: constant('Inventory'),
  label: constant('WorkSpace in the inventory'),
  category: constant('WorkSpaces Inventory'),
  severity: choose('State', { ERROR: 4, UNHEALTHY: 3 }, 1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'host.address': 'IpAddress',
    'host.name': 'ComputerName',
    'user.name': 'UserName',
    'event.reason': 'ErrorCode',
    'event.message': 'ErrorMessage',
    'resource.name': 'WorkspaceId',
    'workspaces.directory': 'DirectoryId',
    'workspaces.bundle': 'BundleId',
    'workspaces.state': 'State',
    'workspaces.running_mode': 'WorkspaceProperties.RunningMode',
  },
  splunk: { sourcetype: 'aws:firehose:json' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'inventory_info',
    activity: 'Collect',
    paths: { 'workspaces.state': 'status_code', 'user.name': 'device.owner.name' },
    // A virtual machine.
    values: { 'device.type_id': constant(6) },
  },
  ecs: { kind: 'state', category: 'host', type: 'info', names: { 'resource.name': 'host.id related.hosts' } },
});
