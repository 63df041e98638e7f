import type { Computed } from '../expression.ts';
import { computed, constant, first, textOf } from '../functions.ts';
import { pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { categoryBy, severityOf } from './levels.ts';
import { SECURE_KINDS, SECURE_MESSAGES, type SecureKind } from './linux-secure-messages.ts';
import { facility, instanceId, level, PRIORITIES, processId, SYSLOG, syslogStart } from './syslog-line.ts';

const of = (what: string, read: (kind: SecureKind) => string | number | undefined): Computed =>
  computed(`${what} of the kind of message`, ['form'], (kind) => {
    const found = SECURE_KINDS[textOf(kind)];
    return found === undefined ? undefined : read(found);
  });

const outcome = of('outcome', (kind) => kind.outcome);

/** Programs that log nothing but log-ins, accounts and privileges. */
const PROGRAMS =
  '(?:sshd(?:-session|-auth)?|sudo|su|login|systemd-logind|user(?:add|del|mod)|group(?:add|del|mod)|(?:ch)?passwd|polkitd|pkexec)(?:\\[\\d+\\])?:';

export const linuxSecure = defineLogType({
  name: 'linux-secure',
  title: 'Linux log-in and account messages (/var/log/secure, auth.log) by the CloudWatch agent',
  reference:
    'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html',
  keys: [/(?:^|\/)[^/]*[Ll]inux[^/]*\/?[^/]*[Ss]ecure[^/]*\//],
  logGroups: [/^[^:]*\/?(?:var\/log\/)?(?:secure|auth\.log)(?::|$)/, /^[^:]*[Ll]inux[^:]*[Ss]ecure/],
  looksLike: { line: syslogStart(PROGRAMS) },
  layout: pattern(SYSLOG, { otherwise: 'message', within: { message: SECURE_MESSAGES } }),
  vendor: 'Linux',
  product: 'Secure',
  time: isoTime('time'),
  signature: first('form', constant('SECURE')),
  label: first(
    of('label', (kind) => kind.label),
    constant('Security message'),
  ),
  category: categoryBy('Linux', outcome),
  severity: first(
    of('severity', (kind) => kind.severity),
    computed('by the level of priority', [level], (word) => severityOf(textOf(word))),
  ),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'host.name': 'host',
    'log.group': '@log_group',
    'log.stream': '@log_stream',
    'source.address': 'source',
    'source.port': 'port',
    'destination.address': 'destination',
    'destination.port': 'destination_port',
    'user.name': computed('user, or who opened a session for it', ['user', 'by', 'form'], (user, by, kind) =>
      kind === 'SESSION_OPENED' && textOf(by) !== '' ? textOf(by) : textOf(user),
    ),
    'target.user': first(
      'target',
      computed('user for whom somebody else opened a session', ['user', 'by', 'form'], (user, by, kind) =>
        kind === 'SESSION_OPENED' && textOf(by) !== '' ? textOf(user) : undefined,
      ),
    ),
    'user.id': computed('uid, or that of who opened a session', ['uid', 'by', 'by_uid'], (uid, by, other) =>
      textOf(textOf(by) === '' ? uid : other),
    ),
    'event.action': 'form',
    'event.outcome': outcome,
    'event.reason': 'reason',
    'event.message': 'message',
    'event.kind': first('method', 'service'),
    'group.name': 'group',
    'log.level': level,
    'syslog.facility': facility,
    'process.name': 'program',
    'process.id': processId,
    'process.command_line': 'command',
  },
  kinds: { form: [...Object.keys(SECURE_KINDS), undefined], priority: PRIORITIES },
  splunk: { sourcetype: 'linux_secure' },
  qradar: 'Linux OS',
  ocsf: {
    class: first(
      of('class', ({ ocsf }) => {
        if (ocsf === undefined) return undefined;
        return ocsf === 'Logon' || ocsf === 'Logoff' ? 'authentication' : 'account_change';
      }),
      constant('base_event'),
    ),
    activity: of('activity', (kind) => kind.ocsf),
    values: { 'device.instance_uid': instanceId },
  },
  ecs: {
    kind: 'event',
    category: first(
      of('category', ({ ocsf }) => {
        if (ocsf === undefined) return undefined;
        return ocsf === 'Logon' || ocsf === 'Logoff' ? 'authentication' : 'iam';
      }),
      constant('host'),
    ),
    type: first(
      of('type', ({ ocsf }) =>
        ocsf === undefined ? undefined : ocsf === 'Logon' ? 'start' : ocsf === 'Logoff' ? 'end' : 'user change',
      ),
      constant('info'),
    ),
    names: {
      'host.name': 'host.hostname related.hosts',
    },
    values: { 'cloud.instance.id': instanceId },
  },
});
