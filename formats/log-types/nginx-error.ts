import { constant, first, requestPart, text } from '../functions.ts';
import { pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { PLAIN_TIME, timeIn } from '../written-times.ts';
import { FROM_CLOUDWATCH } from './from-cloudwatch.ts';
import { categoryBy, levelOutcome, levelSeverity, webErrorLabel } from './levels.ts';
import { instanceId } from './syslog-line.ts';

const TIME = String.raw`\d{4}/\d\d/\d\d \d\d:\d\d:\d\d`;
const RECORD = new RegExp(
  String.raw`^(?<time>${TIME}) \[(?<level>[a-z]+)\] (?<pid>\d+)#(?<tid>\d+): (?:\*(?<connection>\d+) )?(?<message>[\s\S]*)$`,
);

/** What the server says of the request stands at the end: nothing that a client put into a path can stand behind it. */
const CONTEXT =
  /, client: (?<client>[^, \t\r\n]+), server: (?<server>[^,\n]*)(?:, request: "(?<request>(?:[^"\\]|\\[\s\S])*)")?(?:, subrequest: "[^"]*")?(?:, upstream: "(?<upstream>[^"]*)")?(?:, host: "(?<host>[^"]*)")?(?:, referrer: "(?<referrer>[^"]*)")?$/;

/** A name: not the one for any host, nor the address that is listened at. */
const serverName = text('server', 'server, where it is a name', (server) =>
  /^(?:_|\[.*|[\d.]+(?::\d+)?|unix:.*)$/.test(server) ? undefined : server,
);

const outcome = levelOutcome('level');

export const nginxError = defineLogType({
  name: 'nginx-error',
  title: 'NGINX error logs',
  reference:
    'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html',
  keys: [/(?:^|\/)[^/]*[Nn]ginx[^/]*\/?[^/]*[Ee]rror[^/]*\//],
  logGroups: [/^[^:]*[Nn]ginx[^:]*[Ee]rror/],
  looksLike: { line: new RegExp(`^${TIME} \\[[a-z]+\\] \\d+#\\d+: `) },
  secrets: { signedUrls: true },
  layout: pattern(RECORD, {
    otherwise: 'message',
    starts: new RegExp(`^${TIME} \\[`),
    within: { message: [['request', CONTEXT]] },
  }),
  vendor: 'NGINX',
  product: 'NGINX',
  time: timeIn('time', PLAIN_TIME),
  signature: first('level', constant('MESSAGE')),
  label: webErrorLabel,
  category: categoryBy('NginxError', outcome),
  severity: levelSeverity('level'),
  fields: {
    ...FROM_CLOUDWATCH,
    'host.instance': instanceId,
    'source.address': 'client',
    'destination.host': first('host', serverName),
    'request.method': requestPart('request', 'method'),
    'request.url': requestPart('request', 'url'),
    'request.context': 'referrer',
    'request.upstream': 'upstream',
    'event.outcome': outcome,
    'event.message': 'message',
    'log.level': 'level',
    'process.id': 'pid',
  },
  splunk: { sourcetype: 'nginx:plus:error' },
  qradar: 'NGINX HTTP Server',
  ecs: { kind: 'event', category: 'web', type: 'error' },
});
