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
});
