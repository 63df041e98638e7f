import type { FieldValue } from '../event.ts';
import type { Computed, Expression } from '../expression.ts';
import { choose, computed, first, spaced, tail, text, textOf, titled } from '../functions.ts';
import { json } from '../layout.ts';
import { member, members, objectsOf } from '../lists.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';

/** What GuardDuty says of an action stands in ProductFields under names like paths. */
const guardDuty = (name: string): Computed => member('ProductFields', `aws/guardduty/service/action/${name}`);

const remote = first(
  'Action.NetworkConnectionAction.RemoteIpDetails.IpAddressV4',
  'Action.PortProbeAction.PortProbeDetails.0.RemoteIpDetails.IpAddressV4',
  'Action.AwsApiCallAction.RemoteIpDetails.IpAddressV4',
  guardDuty('networkConnectionAction/remoteIpDetails/ipAddressV4'),
  guardDuty('portProbeAction/portProbeDetails.0_/remoteIpDetails/ipAddressV4'),
  guardDuty('awsApiCallAction/remoteIpDetails/ipAddressV4'),
  guardDuty('kubernetesApiCallAction/remoteIpDetails/ipAddressV4'),
);
const local = first(
  guardDuty('networkConnectionAction/localIpDetails/ipAddressV4'),
  guardDuty('portProbeAction/portProbeDetails.0_/localIpDetails/ipAddressV4'),
  member('ProductFields', 'aws/guardduty/resource/instanceDetails/networkInterfaces.0_/privateIpAddress'),
);
const remotePort = first(
  'Action.NetworkConnectionAction.RemotePortDetails.Port',
  guardDuty('networkConnectionAction/remotePortDetails/port'),
);
const localPort = first(
  'Action.NetworkConnectionAction.LocalPortDetails.Port',
  'Action.PortProbeAction.PortProbeDetails.0.LocalPortDetails.Port',
  guardDuty('networkConnectionAction/localPortDetails/port'),
  guardDuty('portProbeAction/portProbeDetails.0_/localPortDetails/port'),
);
const direction = first(
  'Network.Direction',
  'Action.NetworkConnectionAction.ConnectionDirection',
  guardDuty('networkConnectionAction/connectionDirection'),
);

const actionType = first('Action.ActionType', guardDuty('actionType'));

/** Who asked is the remote side, unless the resource itself opened the connection or asked for a name. */
const side = (inbound: Expression, outbound: Expression): Computed =>
  computed(
    'by connection direction and action type',
    [direction, actionType, inbound, outbound],
    (way, action, ofInbound, ofOutbound) =>
      (/^OUT/.test(textOf(way)) || action === 'DNS_REQUEST' ? ofOutbound : ofInbound) as FieldValue,
  );

/** The principal among the resources, where one is an access key. */
const principal = (name: string): Computed =>
  computed(`Resources[].Details.AwsIamAccessKey.${name}`, ['Resources'], (list) => {
    const details = objectsOf(list).flatMap((one) => objectsOf(one['Details']));
    return details.flatMap((one) => objectsOf(one['AwsIamAccessKey']))[0]?.[name] as FieldValue;
  });

const control = first('Compliance.SecurityControlId', 'ProductFields.ControlId');

/** A control's title is the same for every finding; others hold names of resources. */
const label = computed(
  'Title of a control, else the first of Types',
  [control, 'Title', 'Types.0'],
  (id, title, type) => (textOf(id) === '' ? textOf(type).replaceAll('/', ' ') : textOf(title)) || 'Security finding',
);

const product = first('ProductName', member('ProductFields', 'aws/securityhub/ProductName'), tail('ProductArn', '/'));

const severity = first(
  choose(first('Severity.Label', 'FindingProviderFields.Severity.Label'), {
    INFORMATIONAL: 1,
    LOW: 3,
    MEDIUM: 5,
    HIGH: 8,
    CRITICAL: 10,
  }),
  computed('Severity.Normalized by ten', ['Severity.Normalized'], (value) =>
    typeof value === 'number' ? Math.floor(value / 10) : undefined,
  ),
);

export const securityHub = defineLogType({
  name: 'securityhub',
  title: 'AWS Security Hub findings (ASFF), of whatever product',
  reference: 'https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html',
  keys: [],
  detailTypes: ['Security Hub Findings - Imported', 'Security Hub Findings - Custom Action'],
  looksLike: { json: [['SchemaVersion', 'ProductArn', 'GeneratorId', 'AwsAccountId']] },
  layout: json('findings'),
  product: 'Security Hub',
  version: 'SchemaVersion',
  time: isoTime(first('UpdatedAt', 'LastObservedAt', 'CreatedAt')),
  signature: first(control, 'Types.0', tail('GeneratorId', '/')),
  label,
  category: spaced(product, 'Compliance.Status'),
  severity,
  fields: {
    'cloud.account': 'AwsAccountId',
    'cloud.region': first('Region', 'Resources.0.Region'),
    'source.address': first('Network.SourceIpV4', 'Network.SourceIpV6', side(remote, local)),
    'source.port': first('Network.SourcePort', side(remotePort, localPort)),
    'destination.address': first('Network.DestinationIpV4', 'Network.DestinationIpV6', side(local, remote)),
    'destination.port': first('Network.DestinationPort', side(localPort, remotePort)),
    'destination.domain': first(
      'Network.DestinationDomain',
      'Action.DnsRequestAction.Domain',
      guardDuty('dnsRequestAction/domain'),
    ),
    'network.protocol': first(
      'Network.Protocol',
      'Action.NetworkConnectionAction.Protocol',
      guardDuty('networkConnectionAction/protocol'),
    ),
    'network.direction': text(direction, 'direction as ingress or egress', (way) =>
      /^OUT/.test(way) ? 'egress' : 'ingress',
    ),
    'event.uid': tail('Id', '/'),
    'event.start': isoTime('FirstObservedAt'),
    'event.end': isoTime('LastObservedAt'),
    'event.count': member('ProductFields', 'aws/guardduty/service/count'),
    'event.outcome': choose('Compliance.Status', { PASSED: 'success', FAILED: 'failure' }),
    'event.reason': 'Compliance.StatusReasons.0.ReasonCode',
    'event.provider': first('Action.AwsApiCallAction.ServiceName', guardDuty('awsApiCallAction/serviceName')),
    'event.message': titled('Title', 'Description'),
    'finding.id': 'Id',
    'finding.product': product,
    'finding.compliance': 'Compliance.Status',
    'finding.workflow': first('Workflow.Status', 'WorkflowState'),
    'finding.state': 'RecordState',
    'finding.cve': members('Vulnerabilities', 'Id'),
    'finding.malware': members('Malware', 'Name'),
    'resource.type': 'Resources.0.Type',
    'resource.name': members('Resources', 'Id'),
    'user.name': principal('PrincipalName'),
    'user.id': principal('PrincipalId'),
    'user.type': principal('PrincipalType'),
    'process.name': 'Process.Name',
    'process.path': first('Process.Path', 'Malware.0.Path'),
    'process.id': 'Process.Pid',
  },
  splunk: { sourcetype: 'aws:securityhub:finding' },
  qradar: 'AWS Security Hub',
  ocsf: {
    classes: ['vulnerability_finding', 'compliance_finding', 'detection_finding'],
    class: computed(
      'vulnerability_finding with Vulnerabilities, compliance_finding with Compliance, else detection_finding',
      ['Vulnerabilities', 'Compliance.Status'],
      (vulnerabilities, compliance) => {
        if (objectsOf(vulnerabilities).length > 0) return 'vulnerability_finding';
        return textOf(compliance) === '' ? 'detection_finding' : 'compliance_finding';
      },
    ),
    activity: computed(
      'Close where archived, Create where CreatedAt is UpdatedAt, else Update',
      ['RecordState', 'CreatedAt', 'UpdatedAt'],
      (state, created, updated) => (state === 'ARCHIVED' ? 'Close' : created === updated ? 'Create' : 'Update'),
    ),
    paths: { 'resource.name': false, 'resource.type': false, 'finding.cve': false },
    values: {
      'finding_info.types.0': 'Types.0',
      'finding_info.created_time': isoTime('CreatedAt'),
      'compliance.control': control,
      'compliance.standards.0': first(
        'Compliance.AssociatedStandards.0.StandardsId',
        'ProductFields.StandardsArn',
        'ProductFields.StandardsGuideArn',
      ),
    },
    lists: {
      resources: { each: 'Resources', members: { Id: 'uid', Type: 'type', Region: 'region' } },
      vulnerabilities: { each: 'Vulnerabilities', members: { Id: 'cve.uid' } },
    },
  },
  ecs: {
    kind: 'alert',
    dataset: 'securityhub_findings',
    category: computed(
      'vulnerability, configuration or intrusion_detection, by what the finding holds',
      ['Vulnerabilities', 'Compliance.Status'],
      (vulnerabilities, compliance) => {
        if (objectsOf(vulnerabilities).length > 0) return 'vulnerability';
        return textOf(compliance) === '' ? 'intrusion_detection' : 'configuration';
      },
    ),
    type: 'info',
  },
});
