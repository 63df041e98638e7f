import type { Computed } from '../expression.ts';
import { computed, constant, first, textOf } from '../functions.ts';
import { type Forms, pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { C_TIME, timeIn } from '../written-times.ts';
import { FROM_CLOUDWATCH } from './from-cloudwatch.ts';
import { categoryBy, levelOutcome, levelSeverity, webErrorLabel } from './levels.ts';
import { instanceId } from './syslog-line.ts';

const TIME = String.raw`[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d(?:\.\d{1,9})? \d{4}`;
const RECORD = new RegExp(
  String.raw`^\[(?<time>${TIME})\] \[(?:(?<module>[\w-]*):)?(?<level>[a-z0-9]+)\](?: \[pid (?<pid>\d+)(?::tid (?<tid>\d+))?\])?` +
    String.raw`(?: (?<fault>\(\d+\)[^[\n]*?):?(?= (?:\[(?:client|remote) |AH\d{5}: )))?(?: \[(?:client|remote) (?<client>[^\] \t\r\n]+)\])? ?(?<message>[\s\S]*)$`,
);
const MESSAGES: Forms = [['message', /^(?:(?<code>AH\d{5}): )?[\s\S]*?(?:, referer: (?<referrer>\S+))?$/]];

/** Version 2.4, which alone names its process, writes a port behind every address; IPv6 stands without brackets. */
const client = (part: 'address' | 'port'): Computed =>
  computed(`${part} of client`, ['client', 'pid'], (value, pid) => {
    const text = textOf(value);
    const colon = text.lastIndexOf(':');
    const hasPort =
      colon > 0 && (textOf(pid) !== '' || text.indexOf(':') === colon) && /^\d{1,5}$/.test(text.slice(colon + 1));
    if (part === 'port') return hasPort ? text.slice(colon + 1) : undefined;
    return hasPort ? text.slice(0, colon) : text;
  });

const outcome = levelOutcome('level');

export const apacheError = defineLogType({
  name: 'apache-error',
  title: 'Apache HTTP Server error logs',
  reference:
    'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html',
  keys: [/(?:^|\/)[^/]*[Aa]pache[^/]*\/?[^/]*[Ee]rror[^/]*\//],
  logGroups: [/^[^:]*(?:[Aa]pache|httpd)[^:]*[Ee]rror/],
  looksLike: { line: new RegExp(`^\\[${TIME}\\] \\[`) },
  layout: pattern(RECORD, { otherwise: 'message', within: { message: MESSAGES } }),
  vendor: 'Apache',
  product: 'HTTP Server',
  time: timeIn('time', C_TIME),
  signature: first('code', 'level', constant('MESSAGE')),
  label: webErrorLabel,
  category: categoryBy('ApacheError', outcome),
  severity: levelSeverity('level'),
  fields: {
    ...FROM_CLOUDWATCH,
    'host.instance': instanceId,
    'source.address': client('address'),
    'source.port': client('port'),
    'request.context': 'referrer',
    'event.outcome': outcome,
    'event.reason': 'fault',
    'event.message': 'message',
    'log.level': 'level',
    'log.logger': 'module',
    'process.id': 'pid',
  },
  splunk: { sourcetype: 'apache:error' },
  qradar: 'Apache HTTP Server',
  ecs: {
    kind: 'event',
    category: 'web',
    type: 'error',
    names: { 'event.reason': 'error.message' },
  },
});
