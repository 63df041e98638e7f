import { unless } from '../excerpts.ts';
import type { Computed } from '../expression.ts';
import { choose, computed, constant, first, text, textOf } from '../functions.ts';
import { windowsEvents } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { categoryBy } from './levels.ts';
import { WINDOWS_EVENTS } from './windows-security.ts';

const ID = 'System.EventID';
const data = (name: string): string => `EventData.${name}`;
const known = (name: string): Computed => unless(data(name), '-', '::1', 'N/A');

/** Key in the table of events that are known. */
const security = computed(
  'EventID of the channel Security, else provider and EventID',
  [ID, 'System.Channel', 'System.Provider.@Name'],
  (id, channel, provider) => {
    const key = channel === 'Security' ? textOf(id) : `${textOf(provider)}:${textOf(id)}`;
    return Object.hasOwn(WINDOWS_EVENTS, key) ? key : undefined;
  },
);
const ofSecurity = <Value extends string | number>(what: string, read: (id: string) => Value | undefined): Computed =>
  computed(what, [security], (id) => (id === undefined ? undefined : read(textOf(id))));

/** `System.Keywords` has one bit for a failed audit, another for one that succeeded. */
const outcome = text('System.Keywords', 'outcome in System.Keywords', (keywords) => {
  const bits = /^0x([0-9a-fA-F]{4})[0-9a-fA-F]{12}$/.exec(keywords)?.[1];
  if (bits === undefined) return undefined;
  const high = Number.parseInt(bits, 16);
  return (high & 0x10) !== 0 ? 'failure' : (high & 0x20) !== 0 ? 'success' : undefined;
});

/** Windows' own levels; 0 and 4 are information. */
const LEVELS: Readonly<Record<string, string>> = {
  1: 'Critical',
  2: 'Error',
  3: 'Warning',
  4: 'Information',
  5: 'Verbose',
};

const severity = computed('by the event; else by Level', [security, outcome, 'System.Level'], (id, how, level) => {
  const event = id === undefined ? undefined : WINDOWS_EVENTS[textOf(id)];
  if (event !== undefined) return how === 'failure' ? Math.max(4, event.severity) : event.severity;
  if (how === 'failure') return 4;
  return ({ 1: 7, 2: 4, 3: 3 } as const)[textOf(level) as '1' | '2' | '3'] ?? 1;
});

/** In a logon the target is who acts: the subject is the service that took the request. */
const isLogon = ofSecurity('logon', (id) =>
  WINDOWS_EVENTS[id]?.logon === undefined || id === '4648' ? undefined : 'logon',
);
const who = (target: string, subject: string): Computed =>
  computed(`${target} of a logon, else ${subject}`, [isLogon, data(target), data(subject)], (logon, one, other) =>
    textOf(logon === undefined ? other : one),
  );
const whom = (target: string): Computed =>
  computed(`${target} of what is no logon`, [isLogon, data(target)], (logon, one) =>
    logon === undefined ? textOf(one) : undefined,
  );

/** A NULL SID says that there is nobody. */
const somebody = (input: Computed): Computed => unless(input, '-', 'S-1-0-0');

/** The clearing of a log has data of its own form. */
const cleared = (name: string): string => `UserData.LogFileCleared.${name}`;

const client = first(
  known('IpAddress'),
  known('SourceAddress'),
  known('ClientAddress'),
  known('WorkstationName'),
  known('Workstation'),
);
const v4 = text(client, 'client’s address', (address) => address.replace(/^::ffff:(?=\d+\.)/, ''));

/** A file by the share that it was reached through. */
const share = computed(
  'ShareName and RelativeTargetName',
  [data('ShareName'), data('RelativeTargetName')],
  (name, target) =>
    [name, target]
      .map(textOf)
      .filter((part) => part !== '')
      .join('\\'),
);

export const windowsEvent = defineLogType({
  name: 'windows-event',
  title: 'Windows events in XML: FSx for Windows File Server, Directory Service, CloudWatch agent',
  reference: 'https://docs.aws.amazon.com/fsx/latest/WindowsGuide/file-access-auditing.html',
  keys: [
    /(?:^|\/)aws-fsx-/,
    /(?:^|\/)DirectoryService\/MicrosoftAD\//,
    /(?:^|\/)[^/]*[Ww]indows[^/]*\/?[^/]*[Ee]vent[^/]*\//,
  ],
  logGroups: [/^\/aws\/(?:fsx|directoryservice)\//, /^[^:]*[Ww]indows[^:]*[Ee]vent/],
  looksLike: {
    line: /^(?:<\?xml[^>]*>[ \t\r\n]*)?(?:<Events(?:[ \t\r\n][^>]*)?>[ \t\r\n]*)?<Event(?:[ \t\r\n][^>]*)?>[ \t\r\n]*<System>|^<Event xmlns=['"]http:\/\/schemas\.microsoft\.com\/win\/2004\/08\/events\/event['"]/,
  },
  layout: windowsEvents(),
  vendor: 'Microsoft',
  product: 'Windows',
  version: 'System.Version',
  time: isoTime('System.TimeCreated.@SystemTime'),
  signature: first(ID, constant('MESSAGE')),
  scope: 'System.Provider.@Name',
  label: first(
    ofSecurity('name of the event', (id) => WINDOWS_EVENTS[id]?.label),
    constant('Windows event'),
  ),
  category: categoryBy('Windows', outcome),
  severity,
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'host.name': 'System.Computer',
    'source.address': v4,
    'source.port': first(unless(data('IpPort'), '0'), data('SourcePort'), data('ClientPort')),
    'destination.address': data('DestAddress'),
    'destination.port': data('DestPort'),
    'network.protocol': data('Protocol'),
    'user.name': first(somebody(who('TargetUserName', 'SubjectUserName')), cleared('SubjectUserName')),
    'user.id': first(
      somebody(who('TargetUserSid', 'SubjectUserSid')),
      somebody(who('TargetSid', 'SubjectUserSid')),
      cleared('SubjectUserSid'),
      'System.Security.@UserID',
    ),
    'user.domain': first(somebody(who('TargetDomainName', 'SubjectDomainName')), cleared('SubjectDomainName')),
    'target.user': first(data('MemberName'), data('MemberSid'), somebody(whom('TargetUserName'))),
    'group.name': computed(
      'TargetUserName where it has members',
      [data('TargetUserName'), data('MemberSid')],
      (group, member) => (textOf(member) === '' ? undefined : textOf(group)),
    ),
    'target.domain': whom('TargetDomainName'),
    'event.uid': 'System.EventRecordID',
    'event.action': first(
      ofSecurity('name of the event', (id) => WINDOWS_EVENTS[id]?.label),
      'RenderingInfo.Task',
    ),
    'event.outcome': outcome,
    'event.reason': first(unless(data('SubStatus'), '0x0'), unless(data('Status'), '0x0'), data('FailureCode')),
    'event.message': first('message', 'RenderingInfo.Message'),
    'windows.authentication': data('AuthenticationPackageName'),
    'log.level': choose('System.Level', LEVELS),
    'windows.channel': 'System.Channel',
    'windows.provider': 'System.Provider.@Name',
    'windows.logon_type': data('LogonType'),
    'windows.session': first(unless(data('TargetLogonId'), '0x0'), data('SubjectLogonId')),
    'windows.access': first(data('AccessMask'), data('AccessList')),

    'windows.privileges': data('PrivilegeList'),
    'windows.object': first(data('ObjectName'), share, data('ObjectDN'), data('ServiceName'), data('TaskName')),
    'windows.object_type': first(data('ObjectType'), data('ObjectClass')),
    'process.path': first(data('NewProcessName'), data('ProcessName'), data('ImagePath'), data('ServiceFileName')),
    'process.id': text(
      first(data('NewProcessId'), data('ProcessId')),
      'NewProcessId or ProcessId, from hexadecimal',
      (id) => (/^0x[0-9a-fA-F]{1,8}$/.test(id) ? Number.parseInt(id, 16) : undefined),
    ),
    'process.command_line': data('CommandLine'),
    'process.parent': data('ParentProcessName'),
  },
  kinds: {
    [ID]: [...Object.keys(WINDOWS_EVENTS).map((key) => key.replace(/^.*:/, '')), `<${ID}>`, undefined],
    'System.Channel': ['Security', '<System.Channel>', undefined],
    'System.Provider.@Name': [
      'Microsoft-Windows-Eventlog',
      'Service Control Manager',
      '<System.Provider.@Name>',
      undefined,
    ],
    'System.Keywords': ['0x8020000000000000', '0x8010000000000000', undefined],
    'System.Level': ['1', '2', '3', '4', undefined],
  },
  splunk: { sourcetype: 'XmlWinEventLog' },
  qradar: 'Microsoft Windows Security Event Log',
  ocsf: {
    class: first(
      ofSecurity('class of the event', (id) => {
        const { logon, account, process } = WINDOWS_EVENTS[id] ?? {};
        if (logon !== undefined) return 'authentication';
        if (account !== undefined) return 'account_change';
        return process === undefined ? undefined : 'process_activity';
      }),
      constant('base_event'),
    ),
    activity: ofSecurity('activity of the event', (id) => {
      const { logon, account, process } = WINDOWS_EVENTS[id] ?? {};
      return logon ?? account ?? process;
    }),
  },
  ecs: {
    kind: 'event',
    category: first(
      ofSecurity('category of the event', (id) => {
        const { logon, account, process } = WINDOWS_EVENTS[id] ?? {};
        if (logon !== undefined) return 'authentication';
        if (account !== undefined) return 'iam';
        return process === undefined ? undefined : 'process';
      }),
      constant('host'),
    ),
    type: first(
      ofSecurity('type of the event', (id) => {
        const { logon, account, process } = WINDOWS_EVENTS[id] ?? {};
        if (logon !== undefined) return logon === 'Logoff' ? 'end' : 'start';
        if (account !== undefined) return 'user change';
        return process === undefined ? undefined : process === 'Launch' ? 'start' : 'end';
      }),
      constant('info'),
    ),
    names: {
      'windows.provider': 'event.provider',
    },
    values: { 'event.code': ID },
  },
});
