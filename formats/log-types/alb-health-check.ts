import { choose, first, hostOf, portOf } from '../functions.ts';
import { columns, splitQuoted } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { loadBalancerKey, loadBalancerOfKey } from './elb.ts';

const COLUMNS = 'type time latency target_addr target_group_id status status_code reason_code elb ip_address'.split(
  ' ',
);

export const albHealthCheck = defineLogType({
  name: 'alb-health-check',
  title: 'Application Load Balancer health check logs',
  reference: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-health-check-logs.html',
  keys: [loadBalancerKey('app\\.', 'health_check_log[._]')],
  looksLike: { line: /^[a-z][a-z0-9]* \d{4}-\d\d-\d\dT\S+Z (?:[\d.]+|-) \S+ \S+ (?:PASS|FAIL) / },
  layout: columns({ names: COLUMNS, least: 7, split: splitQuoted }),
  product: 'ELB',
  time: isoTime('time'),
  signature: choose('status', { PASS: 'HealthCheckPassed', FAIL: 'HealthCheckFailed' }, 'HealthCheck'),
  label: choose(
    'status',
    { PASS: 'Target passed a health check', FAIL: 'Target failed a health check' },
    'Health check',
  ),
  category: choose('status', { PASS: 'ALBHealthCheck Success', FAIL: 'ALBHealthCheck Failure' }, 'ALBHealthCheck'),
  severity: choose('status', { FAIL: 3 }, 1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'destination.address': hostOf('target_addr'),
    'destination.port': portOf('target_addr'),
    'network.application': 'type',
    'response.target_status': 'status_code',
    'event.outcome': choose('status', { PASS: 'success', FAIL: 'failure' }),
    'event.reason': 'reason_code',
    'time.target': 'latency',
    'lb.name': first('elb', loadBalancerOfKey),
    'lb.target_group': 'target_group_id',
  },
  splunk: { sourcetype: 'aws:elb:accesslogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'network_activity',
    activity: choose('status', { FAIL: 'Fail' }, 'Traffic'),
    // Without its key, the record does not tell the load balancer.
    paths: { 'response.target_status': '', 'lb.target_group': '' },
  },
  ecs: { kind: 'event', dataset: 'elb_health_check_logs', category: 'network', type: 'connection info' },
});
