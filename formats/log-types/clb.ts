import { choose, computed, constant, first, hostOf, portOf, requestPart, spaced, text, textOf } from '../functions.ts';
import { columns, splitQuoted } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { HTTP_STATUSES, webSeverity } from './alb.ts';
import { loadBalancerKey } from './elb.ts';

const COLUMNS = `time elb client backend request_processing_time backend_processing_time response_processing_time
  elb_status_code backend_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol`
  .split(/\s+/)
  .filter((name) => name !== '');

const STATUS = 'elb_status_code';

/** Seconds as the log writes them; -1 means that the request went no further. */
const seconds = (column: string): ReturnType<typeof text> =>
  text(column, column, (value) => (value.startsWith('-1') ? undefined : value));

/** Listeners of TCP and SSL log connections, which have no status. */
const outcome = text(STATUS, 'failure from elb_status_code 400, else success', (status) =>
  Number(status) < 400 ? 'success' : 'failure',
);

/** Where there was no HTTP request, its three words are dashes. */
const url = text(requestPart('request', 'url'), 'url of request', (found) => (found === '- -' ? undefined : found));

export const clb = defineLogType({
  name: 'clb',
  title: 'Classic Load Balancer access logs',
  reference: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html',
  keys: [loadBalancerKey('(?!app\\.|net\\.)[^/]+\\.log$')],
  looksLike: {
    line: /^\d{4}-\d\d-\d\dT\S+Z [A-Za-z0-9-]{1,32} \S+:\d{1,5} (?:\S+:\d{1,5}|-) -?[\d.]+ -?[\d.]+ -?[\d.]+ (?:\d{3}|-) /,
  },
  layout: columns({ names: COLUMNS, least: 11, split: splitQuoted }),
  product: 'ELB',
  time: isoTime('time'),
  signature: first(STATUS, constant('0')),
  label: choose(STATUS, { '-': 'Connection' }, 'HTTP request'),
  category: choose(outcome, { success: 'CLB Success', failure: 'CLB Failure' }, 'CLB'),
  severity: computed('by elb_status_code', [STATUS], (status) => webSeverity(textOf(status))),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'source.address': hostOf('client'),
    'source.port': portOf('client'),
    'destination.address': hostOf('backend'),
    'destination.port': portOf('backend'),
    'destination.host': requestPart('request', 'host'),
    'network.bytes_in': 'received_bytes',
    'network.bytes_out': 'sent_bytes',
    'request.method': requestPart('request', 'method'),
    'request.url': url,
    'user.agent': 'user_agent',
    'response.status': STATUS,
    'response.target_status': 'backend_status_code',
    'event.outcome': outcome,
    'time.request': seconds('request_processing_time'),
    'time.target': seconds('backend_processing_time'),
    'time.response': seconds('response_processing_time'),
    'lb.name': 'elb',
    'lb.tls': spaced('ssl_cipher', 'ssl_protocol'),
    'tls.cipher': 'ssl_cipher',
    'tls.protocol': 'ssl_protocol',
  },
  kinds: { [STATUS]: ['-', ...HTTP_STATUSES] },
  secrets: { signedUrls: true },
  splunk: { sourcetype: 'aws:elb:accesslogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: choose(STATUS, { '-': 'network_activity' }, 'http_activity'),
    classes: ['network_activity', 'http_activity'],
    activity: first(requestPart('request', 'method'), constant('Traffic')),
  },
  ecs: { kind: 'event', dataset: 'elb_logs', category: 'web', type: 'access' },
});
