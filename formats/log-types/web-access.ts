import { constant, first, requestPart, text } from '../functions.ts';
import { pattern } from '../layout.ts';
import type { LogTypeSpec } from '../log-type.ts';
import { clfTime } from '../times.ts';
import { HTTP_STATUSES, httpOutcome, webSeverity } from './alb.ts';
import { FROM_CLOUDWATCH } from './from-cloudwatch.ts';
import { categoryBy } from './levels.ts';
import { instanceId } from './syslog-line.ts';

/** The access log of web servers: the Common Log Format, and the combined one with what servers put around it. */

const QUOTED = String.raw`(?:[^"\\]|\\[\s\S])*`;
const DATE = String.raw`\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}`;
const COMMON = String.raw`(?<client>[^ \t\r\n]+) (?<ident>[^ \t\r\n]+) (?<user>[^\n]+?) \[(?<time>${DATE})\] "(?<request>${QUOTED})" (?<status>\d{3}|-) (?<bytes>\d+|-)`;
const COMBINED = `(?: "(?<referrer>${QUOTED})" "(?<agent>${QUOTED})"(?: "(?<forwarded>${QUOTED})")?)?`;

export const ACCESS_LINE = new RegExp(
  String.raw`^(?:(?<vhost>[^ \t\r\n:]+):(?<vport>\d{1,5}) )?${COMMON}${COMBINED}(?: (?<rest>[\s\S]+))?$`,
);

/** How such a line begins. */
export const ACCESS_START = String.raw`^(?:[^ \t\r\n:]+:\d{1,5} )?[^ \t\r\n]+ [^ \t\r\n]+ [^ \t\r\n]+(?: [^ \t\r\n[]+)* \[${DATE}\] "`;

/** The same of NGINX's own format of packages, which has the forwarded addresses at its end. */
export const FORWARDED_LINE = new RegExp(
  String.raw`^[^ \t\r\n]+ - [^ \t\r\n]+ \[${DATE}\] "${QUOTED}" \d{3} \d+ "${QUOTED}" "${QUOTED}" "${QUOTED}"$`,
);

const outcome = httpOutcome('status');

/** All that the access logs of two servers have in common. */
export const webAccess = (name: string) =>
  ({
    layout: pattern(ACCESS_LINE, { otherwise: 'message' }),
    secrets: { signedUrls: true },
    time: clfTime('time'),
    signature: first('status', constant('0')),
    label: constant('HTTP request'),
    category: categoryBy(name, outcome),
    severity: text('status', 'by status', webSeverity),
    fields: {
      ...FROM_CLOUDWATCH,
      'host.instance': instanceId,
      'source.address': 'client',
      'source.forwarded': 'forwarded',
      'destination.host': first('vhost', requestPart('request', 'host')),
      'destination.port': 'vport',
      'user.name': text('user', 'user', (user) => (user === '""' ? undefined : user)),
      'user.agent': 'agent',
      'request.method': requestPart('request', 'method'),
      'request.url': requestPart('request', 'url'),
      'request.context': 'referrer',
      'response.status': 'status',
      'network.bytes_out': 'bytes',
      'event.outcome': outcome,
      'event.message': 'message',
    },
    kinds: { status: [...HTTP_STATUSES, '-', undefined] },
    ocsf: { class: 'http_activity', activity: requestPart('request', 'method') },
    ecs: {
      kind: 'event',
      category: 'web',
      type: 'access',
    },
  }) satisfies Partial<LogTypeSpec>;
