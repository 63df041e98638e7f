import type { Computed } from '../expression.ts';
import { capitals, choose, computed, constant, first, text, textOf } from '../functions.ts';
import { pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { FROM_CLOUDWATCH } from './from-cloudwatch.ts';
import { categoryBy } from './levels.ts';

/** A text member of a line in JSON, by its look: a record of the application may be anything. */
const inJson = (...names: string[]): Computed => {
  const shapes = names.map((name) => new RegExp(`"${name}":\\s?"([^"\\\\]*)"`));
  return text('json', `${names.join(' or ')} in JSON`, (line) =>
    shapes.map((shape) => shape.exec(line)?.[1]).find((found) => found !== undefined),
  );
};

const KINDS: Readonly<Record<string, string>> = {
  'platform.initStart': 'INIT_START',
  'platform.start': 'START',
  'platform.end': 'END',
  'platform.report': 'REPORT',
};

const jsonType = inJson('type');
const exited = text('exited', 'EXIT where the runtime ended', () => 'EXIT');
const kind = first('kind', choose(jsonType, KINDS), 'timedOut', exited);
const level = first('level', inJson('level'));

/** Reports of the platform say how an invocation ended; without a status it ended well. */
const outcome = computed('by a report, or a time-out', [kind, first('status', inJson('status'))], (what, status) => {
  if (what === 'Task timed out' || what === 'EXIT') return 'failure';
  if (what !== 'REPORT') return undefined;
  return textOf(status) === '' || status === 'success' ? 'success' : 'failure';
});

const severity = computed('4 error or failed invocation, 2 warning, else 1', [level, outcome], (word, result) => {
  if (/^(?:ERROR|FATAL|CRITICAL)$/i.test(textOf(word)) || result === 'failure') return 4;
  return /^WARN/i.test(textOf(word)) ? 2 : 1;
});

const ID = '(?<request>[0-9a-f]{8}-[0-9a-f-]{27})';
const ISO = '(?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z)';

/** Lines of the platform, of the runtimes for Node.js and Python, and JSON; any other line is a message. */
const LINES = [
  new RegExp(
    `^(?<kind>REPORT) RequestId: ${ID}\\s+Duration: (?<duration>[\\d.]+) ms\\s.*?Max Memory Used: (?<memory>\\d+) MB(?:.*?\\tStatus: (?<status>[a-z]+))?`,
  ),
  new RegExp(`^(?<kind>START|END|REPORT|XRAY) RequestId: ${ID}\\s*(?<message>.*)$`),
  /^(?<kind>INIT_START|INIT_REPORT|RESTORE_START|RESTORE_REPORT|EXTENSION)\s+(?<message>.*)$/,
  new RegExp(`^RequestId: ${ID} (?<exited>(?:Process exited|Error:)[\\s\\S]*)$`),
  new RegExp(`^${ISO} ${ID} (?<timedOut>Task timed out) after (?<message>.*)$`),
  new RegExp(`^${ISO}\\t${ID}\\t(?<level>[A-Z]+)\\t(?<message>[\\s\\S]*)$`),
  new RegExp(`^\\[(?<level>[A-Z]+)\\]\\t${ISO}\\t${ID}\\t(?<message>[\\s\\S]*)$`),
  /^(?<json>\{[\s\S]*\})\s*$/,
];

export const lambda = defineLogType({
  name: 'lambda',
  title: 'AWS Lambda function logs, in text or JSON',
  reference: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html',
  keys: [],
  logGroups: [/^\/aws\/lambda\//],
  looksLike: {
    line: /^(?:START RequestId: [0-9a-f-]{36} Version: |(?:END|REPORT) RequestId: [0-9a-f-]{36}|INIT_START Runtime Version: )/,
  },
  layout: pattern(LINES, { otherwise: 'message' }),
  product: 'Lambda',
  time: isoTime(first('time', inJson('timestamp', 'time'))),
  signature: first(choose(kind, { 'Task timed out': 'TIMEOUT' }), kind, capitals(level), constant('LOG')),
  label: choose(
    kind,
    {
      INIT_START: 'Function environment started',
      START: 'Invocation started',
      END: 'Invocation ended',
      REPORT: 'Invocation reported',
      'Task timed out': 'Invocation timed out',
      EXIT: 'Runtime exited',
    },
    'Function message',
  ),
  category: categoryBy('Lambda', outcome),
  severity,
  fields: {
    ...FROM_CLOUDWATCH,
    'log.level': level,
    'event.message': first('message', 'exited', inJson('message', 'errorMessage'), 'json'),
    'event.outcome': outcome,
    'event.reason': inJson('errorType'),
    'event.uid': first('request', inJson('requestId', 'AWSRequestId')),
    'lambda.duration': 'duration',
    'lambda.memory_used': 'memory',
  },
  kinds: { level: ['ERROR', 'FATAL', 'CRITICAL', 'WARN', 'INFO', '<level>', undefined] },
  splunk: { sourcetype: 'aws:cloudwatchlogs' },
  qradar: 'Universal LEEF',
  ocsf: { class: 'base_event', activity: 'Log' },
  ecs: {
    kind: 'event',
    category: 'process',
    type: choose(kind, { START: 'start', END: 'end', REPORT: 'end' }, 'info'),
  },
});
