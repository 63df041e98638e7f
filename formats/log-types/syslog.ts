import { constant, first } from '../functions.ts';
import { pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { categoryBy, levelOutcome, levelSeverity } from './levels.ts';
import {
  facility,
  instanceId,
  level,
  PRIORITIES,
  processId,
  SYSLOG,
  structuredData,
  syslogStart,
} from './syslog-line.ts';

const outcome = levelOutcome(level);

export const syslog = defineLogType({
  name: 'syslog',
  title: 'Syslog lines of RFC 3164 and RFC 5424 (/var/log/messages, syslog) by the CloudWatch agent',
  reference:
    'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html',
  keys: [/(?:^|\/)(?![^/]*[Ss]ecure)[^/]*[Ll]inux[^/]*\/(?![^/]*[Ss]ecure)/],
  logGroups: [/^[^:]*\/?(?:var\/log\/)?(?:messages|syslog|cron|maillog|kern\.log|daemon\.log)(?::|$)/],
  looksLike: {
    line: new RegExp(
      `${syslogStart('[^ \\t\\r\\n:[\\]]+(?:\\[\\d+\\])?:').source}|^<\\d{1,3}>1 (?:\\d{4}-[^ \\t\\r\\n]+|-) [^ \\t\\r\\n]+ [^ \\t\\r\\n]+ [^ \\t\\r\\n]+ [^ \\t\\r\\n]+ (?:-|\\[)`,
    ),
  },
  layout: pattern(SYSLOG, { otherwise: 'message' }),
  vendor: 'Linux',
  product: 'Syslog',
  time: isoTime('time'),
  // The program: of a message's own text nothing is the same every time.
  signature: first('program', constant('syslog')),
  label: constant('Syslog message'),
  category: categoryBy('Syslog', outcome),
  severity: levelSeverity(level),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'host.name': 'host',
    'log.group': '@log_group',
    'log.stream': '@log_stream',
    'host.instance': instanceId,
    'event.outcome': outcome,
    'event.message': 'message',
    'log.level': level,
    'syslog.facility': facility,
    'syslog.message_id': 'message_id',
    'syslog.data': structuredData,
    'process.name': 'program',
    'process.id': processId,
  },
  kinds: { priority: PRIORITIES },
  splunk: { sourcetype: 'syslog' },
  qradar: 'Linux OS',
  ecs: {
    kind: 'event',
    category: 'host',
    type: 'info',
    names: {
      'host.name': 'host.hostname related.hosts',
    },
  },
});
