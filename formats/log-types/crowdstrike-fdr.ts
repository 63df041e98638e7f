import type { FieldValue } from '../event.ts';
import type { Computed, Expression } from '../expression.ts';
import { choose, computed, constant, first, tail, text, textOf, words } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { epochMilliseconds, isoTime } from '../times.ts';

/** Falcon writes flat records; some collectors keep the original in `event`. */
const of = (...names: string[]): Computed => first(...names.flatMap((name) => [name, `event.${name}`]));

const name = of('event_simpleName', 'event_simplename', 'ExternalApiType', 'fdr_event_type', 'EventType');

/** 1 is inbound; the sensor names its own side local. */
const inbound = of('ConnectionDirection');
const side = (local: Expression, remote: Expression, own: boolean): Computed =>
  computed(
    'by ConnectionDirection, outbound unless it says inbound',
    [inbound, local, remote],
    (direction, ofLocal, ofRemote) => ((textOf(direction) === '1') === own ? ofRemote : ofLocal) as FieldValue,
  );

const localAddress = of('LocalAddressIP4', 'LocalAddressIP6', 'LocalIP');
const remoteAddress = of('RemoteAddressIP4', 'RemoteAddressIP6');
const image = of('ImageFileName', 'FilePath');

/** How OCSF and ECS class the events that say something of their own there. */
const SCHEMAS: readonly (readonly [RegExp, { readonly [name in 'ocsf' | 'activity' | 'ecs' | 'type']: string }])[] = [
  [/^(?:Synthetic)?ProcessRollup2$/, { ocsf: 'process_activity', activity: 'Launch', ecs: 'process', type: 'start' }],
  [
    /^(?:EndOfProcess|TerminateProcess)$/,
    { ocsf: 'process_activity', activity: 'Terminate', ecs: 'process', type: 'end' },
  ],
  [/^DnsRequest/, { ocsf: 'dns_activity', activity: 'Query', ecs: 'network', type: 'protocol' }],
  [/^Network(?:Connect|Receive)/, { ocsf: 'network_activity', activity: 'Open', ecs: 'network', type: 'connection' }],
  [/^NetworkListen/, { ocsf: 'network_activity', activity: 'Listen', ecs: 'network', type: 'info' }],
  [/^UserLogoff/, { ocsf: 'authentication', activity: 'Logoff', ecs: 'authentication', type: 'end' }],
  [/^UserLogon/, { ocsf: 'authentication', activity: 'Logon', ecs: 'authentication', type: 'start' }],
];

const schemasOf = (kind: unknown) => SCHEMAS.find(([pattern]) => pattern.test(textOf(kind)))?.[1];

export const crowdstrikeFdr = defineLogType({
  name: 'crowdstrike-fdr',
  title: 'CrowdStrike Falcon Data Replicator events',
  reference: 'https://github.com/CrowdStrike/FDR',
  keys: [/(?:^|\/)fdrv2\/(?:.*\/)?part-[^/]+$/],
  looksLike: {
    json: [
      ['event_simpleName', 'aid', 'cid'],
      ['event_simplename', 'aid', 'cid'],
      ['ExternalApiType', 'cid'],
      ['fdr_event_type', 'cid'],
    ],
  },
  layout: json(),
  vendor: 'CrowdStrike',
  product: 'FDR',
  time: first(
    epochMilliseconds('timestamp'),
    epochMilliseconds('event.timestamp'),
    isoTime('timestamp'),
    isoTime('event.timestamp'),
    epochMilliseconds(of('UTCTimestamp')),
  ),
  signature: name,
  label: words(name),
  category: constant('CrowdStrike'),
  severity: choose(of('SeverityName'), { Informational: 1, Low: 3, Medium: 5, High: 8, Critical: 10 }, 1),
  fields: {
    'source.address': side(localAddress, remoteAddress, true),
    'source.port': side(of('LocalPort'), of('RemotePort'), true),
    'destination.address': side(localAddress, remoteAddress, false),
    'destination.port': side(of('LocalPort'), of('RemotePort'), false),
    'destination.domain': text(of('DomainName'), 'DomainName without its last dot', (domain) =>
      domain.replace(/\.$/, ''),
    ),
    'network.protocol': of('Protocol'),
    'host.name': of('ComputerName', 'Hostname', 'HostnameField'),
    'user.name': of('UserName', 'UserPrincipal'),
    'user.id': of('UserSid', 'UID'),
    'event.uid': of('id', 'EventUUID', 'CompositeId'),
    'event.action': of('PatternDispositionDescription'),
    'event.message': of('Description'),
    'process.name': tail(tail(image, '\\'), '/'),
    'process.path': image,
    'process.hash': of('SHA256HashData', 'SHA256String'),
    'process.id': of('RawProcessId', 'ProcessId'),
    'process.command_line': of('CommandLine'),
    'process.parent': of('ParentBaseFileName', 'ParentImageFileName'),
    'threat.tactic': of('Tactic'),
    'threat.technique': of('Technique'),
    'crowdstrike.customer': of('cid', 'CustomerIdString'),
    'crowdstrike.agent': of('aid', 'AgentIdString', 'SensorId'),
    'crowdstrike.agent_address': of('aip'),
    'crowdstrike.platform': of('event_platform'),
  },
  splunk: { sourcetype: 'crowdstrike:events:sensor' },
  qradar: 'CrowdStrike Falcon',
  ocsf: {
    classes: [
      'process_activity',
      'dns_activity',
      'network_activity',
      'authentication',
      'detection_finding',
      'base_event',
    ],
    class: computed('by the kind of event', [name, of('SeverityName')], (kind, severity) =>
      textOf(severity) === '' ? (schemasOf(kind)?.ocsf ?? 'base_event') : 'detection_finding',
    ),
    activity: computed('by the kind of event', [name, of('SeverityName')], (kind, severity) =>
      textOf(severity) === '' ? (schemasOf(kind)?.activity ?? textOf(kind)) : 'Create',
    ),
    paths: {
      'crowdstrike.customer': 'metadata.tenant_uid',
      'crowdstrike.agent': 'device.uid',
      'crowdstrike.agent_address': 'device.ip',
      'process.parent': 'process.parent_process.name',
    },
  },
  ecs: {
    kind: computed('alert with a severity, else event', [of('SeverityName')], (severity) =>
      textOf(severity) === '' ? 'event' : 'alert',
    ),
    dataset: 'fdr',
    category: computed('by the kind of event', [name, of('SeverityName')], (kind, severity) =>
      textOf(severity) === '' ? (schemasOf(kind)?.ecs ?? 'host') : 'malware',
    ),
    type: computed('by the kind of event', [name, of('SeverityName')], (kind, severity) =>
      textOf(severity) === '' ? (schemasOf(kind)?.type ?? 'info') : 'info',
    ),
    names: { 'crowdstrike.agent_address': 'host.ip.0 related.ip' },
  },
});
