import { computed, constant, first, hostOf, portOf, requestPart, spaced, tail, text, textOf } from '../functions.ts';
import { columns, splitQuoted } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { serviceKey } from './keys.ts';

const COLUMNS = `type time elb client target request_processing_time target_processing_time response_processing_time
  elb_status_code target_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol target_group_arn
  trace_id domain_name chosen_cert_arn matched_rule_priority request_creation_time actions_executed redirect_url error_reason
  target_list target_status_code_list classification classification_reason conn_trace_id`
  .split(/\s+/)
  .filter((name) => name !== '');

/** Seconds as the log writes them; -1 means that the request went no further. */
const seconds = (column: string): ReturnType<typeof text> =>
  text(column, column, (value) => (value === '-1' ? undefined : value));

/** Failure is what the client saw: 4xx, 5xx, or no answer at all. */
export const httpOutcome = (status: string): ReturnType<typeof computed> =>
  computed(`failure from ${status} 400, else success`, [status], (value) =>
    Number(value) < 400 ? 'success' : 'failure',
  );

/** Statuses that AWS's load balancers, caches and gateways answer with. */
export const HTTP_STATUSES: readonly string[] = [
  ...'100 101 200 201 202 203 204 205 206 207 208 226 300 301 302 303 304 305 307 308'.split(' '),
  ...'400 401 402 403 404 405 406 407 408 409 410 411 412 413 414 415 416 417 418 421 422 423 424 425 426 428 429'.split(
    ' ',
  ),
  ...'431 451 460 463 464 499 500 501 502 503 504 505 506 507 508 510 511 561'.split(' '),
];

/** Severity of a web request by its status. */
export function webSeverity(status: string): number {
  if (status === '401' || status === '403' || status.startsWith('5')) return 3;
  return status.startsWith('4') ? 2 : 1;
}

export const alb = defineLogType({
  name: 'alb',
  title: 'Application Load Balancer access logs',
  reference: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html',
  keys: [serviceKey('elasticloadbalancing', '\\d{12}_elasticloadbalancing_[^_]+_app\\.')],
  looksLike: { line: /^(?:https?|h2|grpcs|wss?) \d{4}-\d\d-\d\dT\S+ app\/\S+ / },
  layout: columns({ names: COLUMNS, least: 12, split: splitQuoted }),
  secrets: { signedUrls: true },
  product: 'ELB',
  time: isoTime('time'),
  signature: first('elb_status_code', constant('0')),
  label: constant('HTTP request'),
  category: computed('ALB and Success or Failure', ['elb_status_code'], (status) =>
    Number(status) < 400 ? 'ALB Success' : 'ALB Failure',
  ),
  severity: computed(
    'by classification, then elb_status_code',
    ['classification', 'elb_status_code'],
    (kind, status) => {
      if (kind === 'Severe') return 7;
      return kind === 'Ambiguous' ? 4 : webSeverity(textOf(status));
    },
  ),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': hostOf('client'),
    'source.port': portOf('client'),
    'destination.address': hostOf('target'),
    'destination.port': portOf('target'),
    'destination.host': first('domain_name', requestPart('request', 'host')),
    'network.application': 'type',
    'network.bytes_in': 'received_bytes',
    'network.bytes_out': 'sent_bytes',
    'request.method': requestPart('request', 'method'),
    'request.url': requestPart('request', 'url'),
    'request.context': 'redirect_url',
    'user.agent': 'user_agent',
    'response.status': 'elb_status_code',
    'response.target_status': 'target_status_code',
    'event.outcome': httpOutcome('elb_status_code'),
    'event.action': 'actions_executed',
    'event.reason': 'error_reason',
    'event.uid': tail('trace_id', 'Root='),
    'event.start': isoTime('request_creation_time'),
    'time.request': seconds('request_processing_time'),
    'time.target': seconds('target_processing_time'),
    'time.response': seconds('response_processing_time'),
    'lb.name': 'elb',
    'lb.target_group': 'target_group_arn',
    'lb.classification': 'classification',
    'lb.tls': spaced('ssl_cipher', 'ssl_protocol'),
    'tls.cipher': 'ssl_cipher',
    'tls.protocol': 'ssl_protocol',
    'tls.certificate': 'chosen_cert_arn',
  },
  kinds: { elb_status_code: ['-', ...HTTP_STATUSES], classification: ['Severe', 'Ambiguous', 'Acceptable', '-'] },
  splunk: { sourcetype: 'aws:elb:accesslogs' },
  qradar: 'Amazon AWS Application Load Balancer Access Logs',
  ocsf: {
    class: 'http_activity',
    activity: requestPart('request', 'method'),
    // A target of a redirection, no referrer.
    paths: { 'request.context': '' },
  },
  ecs: { kind: 'event', dataset: 'elb_logs', category: 'web', type: 'access', names: { 'request.context': '' } },
});
