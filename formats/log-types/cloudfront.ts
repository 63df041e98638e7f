import type { Computed, Expression } from '../expression.ts';
import { choose, computed, constant, first, percentDecoded, spaced, text, textOf } from '../functions.ts';
import { columns, json, splitSpaces, splitTabs } from '../layout.ts';
import { defineLogType, type LogTypeSpec } from '../log-type.ts';
import { epochMilliseconds, epochSeconds, parseIso } from '../times.ts';
import { HTTP_STATUSES, webSeverity } from './alb.ts';
import { accountKey } from './keys.ts';

/** Real-time logs have no header. All their fields, in the only order there is; whoever chose fewer left some out. */
const REALTIME =
  `timestamp c-ip time-to-first-byte sc-status sc-bytes cs-method cs-protocol cs(Host) cs-uri-stem cs-bytes
  x-edge-location x-edge-request-id x-host-header time-taken cs-protocol-version c-ip-version cs(User-Agent) cs(Referer)
  cs(Cookie) cs-uri-query x-edge-response-result-type x-forwarded-for ssl-protocol ssl-cipher x-edge-result-type
  fle-encrypted-fields fle-status sc-content-type sc-content-len sc-range-start sc-range-end c-port
  x-edge-detailed-result-type c-country cs-accept-encoding cs-accept cache-behavior-path-pattern cs-headers cs-header-names
  cs-headers-count`
    .split(/\s+/)
    .filter((name) => name !== '');

/** Legacy logs whose header somebody took off. AWS only ever added at the end. */
const LEGACY = `date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer)
  cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken
  x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields
  c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end`
  .split(/\s+/)
  .filter((name) => name !== '');

const FIELDS_LINE = '#Fields:';

/** Other lines with a `#` tell the version, and that fields follow. */
function headerNames(line: string): readonly string[] | undefined {
  if (!line.startsWith('#')) return undefined;
  return line.startsWith(FIELDS_LINE)
    ? line
        .slice(FIELDS_LINE.length)
        .split(/[\s,]+/)
        .filter((name) => name !== '')
    : [];
}

const headerLine = (names: readonly string[]): string => `${FIELDS_LINE} ${names.join(' ')}`;

/** Where fields of real-time logs were left out, only the first two can be told: the time, and the client's address. */
function namesOf(cells: readonly string[]): readonly string[] | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(cells[0] ?? '')) return LEGACY.slice(0, cells.length);
  if (!/^\d{10}(?:\.\d{1,3})?$/.test(cells[0] ?? '')) return undefined;
  if (cells.length >= REALTIME.length) return REALTIME;
  return REALTIME.slice(0, /^[0-9a-f:.]+[.:][0-9a-f:.]+$/i.test(cells[1] ?? '') ? 2 : 1);
}

/** Values are URL-encoded and hold neither; who delivers to S3 chose what parts them. */
function splitCells(line: string, cells: string[]): number {
  return line.includes('\t') ? splitTabs(line, cells) : splitSpaces(line, cells);
}

/** A field by its name, which has no special characters in Parquet. */
const field = (name: string): Expression => {
  const plain = name.replace(/[-(]/g, '_').replace(')', '').toLowerCase();
  return plain === name ? name : first(name, plain);
};

const clock = computed('date and time', [field('date'), field('time')], (date, time) =>
  parseIso(`${textOf(date)}T${textOf(time)}Z`),
);

const status = field('sc-status');
/** `000` stands for a client that did not wait for the answer. */
const outcome = text(status, 'failure from sc-status 400 and for 000, else success', (code) =>
  Number(code) > 0 && Number(code) < 400 ? 'success' : 'failure',
);

const url = computed(
  'cs-protocol://x-host-header cs-uri-stem?cs-uri-query',
  ['cs-protocol', 'x-host-header', 'cs(Host)', 'cs-uri-stem', 'cs-uri-query'].map(field),
  (...values) => {
    const [protocol = '', asked, own, stem = '', query] = values.map((value) => (value === '-' ? '' : textOf(value)));
    const host = asked || own || '';
    if (stem === '') return undefined;
    return `${protocol === '' || host === '' ? '' : `${protocol}://${host}`}${stem}${query ? `?${query}` : ''}`;
  },
);

/** The distribution's id, from the record or from the object's key. */
const distribution: Computed = first(
  field('distributionid'),
  'DistributionId',
  text('@key', 'distribution in the key', (key) => /(?:^|\/)(E[A-Z0-9]{11,13})(?:\.\d{4}-|\/)/.exec(key)?.[1]),
);

const COMMON = {
  name: 'cloudfront',
  title: 'Amazon CloudFront access logs: standard, legacy and v2, and real-time',
  reference: 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html',
  product: 'CloudFront',
  time: first(epochMilliseconds(field('timestamp(ms)')), clock, epochSeconds('timestamp')),
  signature: first(status, constant('0')),
  label: constant('HTTP request'),
  category: choose(outcome, { success: 'CloudFront Success', failure: 'CloudFront Failure' }, 'CloudFront'),
  severity: computed('by sc-status', [status], (value) => webSeverity(textOf(value))),
  fields: {
    'cloud.account': '@account',
    'source.address': field('c-ip'),
    'source.port': field('c-port'),
    'destination.host': field('cs(Host)'),
    'network.application': field('cs-protocol'),
    'network.bytes_in': field('cs-bytes'),
    'network.bytes_out': field('sc-bytes'),
    'request.method': field('cs-method'),
    'request.url': url,
    'request.context': field('cs(Referer)'),
    'user.agent': percentDecoded(field('cs(User-Agent)')),
    'response.status': status,
    'event.outcome': outcome,
    'event.action': field('x-edge-result-type'),
    'event.reason': computed(
      'x-edge-detailed-result-type where it says more than x-edge-result-type',
      [field('x-edge-detailed-result-type'), field('x-edge-result-type')],
      (detailed, result) => (detailed === result ? undefined : textOf(detailed)),
    ),
    'as.number': field('asn'),
    'time.request': field('time-taken'),
    'time.first_byte': field('time-to-first-byte'),
    'tls.protocol': field('ssl-protocol'),
    'tls.cipher': field('ssl-cipher'),
    'cloudfront.tls': spaced(field('ssl-cipher'), field('ssl-protocol')),
    'cloudfront.distribution': distribution,
    'cloudfront.edge': field('x-edge-location'),
    'cloudfront.request_id': field('x-edge-request-id'),
    'cloudfront.forwarded_for': field('x-forwarded-for'),
    'cloudfront.country': field('c-country'),
    'cloudfront.http_version': field('cs-protocol-version'),
    'cloudfront.content_type': field('sc-content-type'),
  },
  secrets: { signedUrls: true },
  kinds: { 'sc-status': ['-', '000', ...HTTP_STATUSES], sc_status: [undefined] },
  splunk: { sourcetype: 'aws:cloudfront:accesslogs' },
  qradar: 'Amazon CloudFront',
  ocsf: {
    class: 'http_activity',
    activity: field('cs-method') as Computed,
    paths: { 'time.request': '' },
  },
  ecs: { kind: 'event', dataset: 'cloudfront_logs', category: 'web', type: 'access' },
} satisfies Omit<LogTypeSpec, 'keys' | 'looksLike' | 'layout'>;

/** AWS's own folder, and what a Firehose stream may put between: v2 comes as text or JSON, as its owner chose. */
const VENDED = accountKey('CloudFront/');

/** Lines, with a header or, in real-time logs, without. */
export const cloudfront = defineLogType({
  ...COMMON,
  keys: [VENDED, /(?:^|\/)[A-Z0-9]{12,14}\.\d{4}-\d{2}-\d{2}-\d{2}\.[0-9A-Za-z]+\.gz$/],
  looksLike: {
    line: /^(?:#Version: 1\.0$|#Fields:.*\b(?:x-edge-|sc-status|cs-uri-stem|c-ip)|\d{10}\.\d{3}\t[0-9A-Fa-f:.]+\t|\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t[A-Z]{3}\d)/,
  },
  layout: columns({ names: headerNames, headerLine, headerless: namesOf, split: splitCells }),
});

/** JSON of standard logging v2, and rows of its Parquet. */
export const cloudfrontJson = defineLogType({
  ...COMMON,
  keys: [VENDED],
  looksLike: {
    json: [
      ['x-edge-location'],
      ['x-edge-request-id'],
      ['x_edge_location'],
      ['x_edge_request_id'],
      ['c-ip', 'sc-status'],
      ['cs-method', 'cs-uri-stem'],
    ],
  },
  layout: json(),
});
