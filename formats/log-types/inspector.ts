import type { FieldValue } from '../event.ts';
import { choose, computed, constant, first, spaced, tail, textOf, titled } from '../functions.ts';
import { json } from '../layout.ts';
import { members, objectsOf } from '../lists.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime, wordedTime } from '../times.ts';

/** EventBridge had times in words for years, exports have them in ISO 8601. */
const time = (name: string): ReturnType<typeof first> => first(isoTime(name), wordedTime(name));

const packages = computed(
  'names and versions of vulnerablePackages',
  ['packageVulnerabilityDetails.vulnerablePackages'],
  (list) =>
    objectsOf(list)
      .map((one) => [one['name'], one['version']].map(textOf).filter((part) => part !== ''))
      .map((parts) => parts.join('-'))
      .join(','),
);

/** A range of ports has no place; one port has. */
const port = computed(
  'the open port, where it is one',
  ['networkReachabilityDetails.openPortRange.begin', 'networkReachabilityDetails.openPortRange.end'],
  (begin, end) => (begin === end ? (begin as FieldValue) : undefined),
);

export const inspector = defineLogType({
  name: 'inspector',
  title: 'Amazon Inspector findings, from EventBridge or as an exported report',
  reference: 'https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html',
  keys: [],
  detailTypes: ['Inspector2 Finding'],
  looksLike: { json: [['findingArn', 'awsAccountId', 'severity', 'type']] },
  layout: json('findings'),
  product: 'Inspector',
  time: first(time('updatedAt'), time('lastObservedAt'), time('firstObservedAt')),
  signature: 'type',
  label: choose(
    'type',
    {
      PACKAGE_VULNERABILITY: 'Package vulnerability',
      CODE_VULNERABILITY: 'Code vulnerability',
      NETWORK_REACHABILITY: 'Network reachability',
    },
    'Inspector finding',
  ),
  category: spaced(
    computed('Inspector', [], () => 'Inspector'),
    'status',
  ),
  severity: choose('severity', { INFORMATIONAL: 1, LOW: 3, MEDIUM: 5, HIGH: 8, CRITICAL: 10 }, 1),
  fields: {
    'cloud.account': 'awsAccountId',
    'cloud.region': first('resources.0.region', '@region'),
    'event.uid': tail('findingArn', '/'),
    'event.start': time('firstObservedAt'),
    'event.end': time('lastObservedAt'),
    'event.message': titled('title', 'description'),
    'finding.arn': 'findingArn',
    'finding.state': 'status',
    'finding.cve': 'packageVulnerabilityDetails.vulnerabilityId',
    'finding.package': packages,
    'finding.score': first('inspectorScore', 'inspectorScoreDetails.adjustedCvss.score'),
    'finding.exploit': 'exploitAvailable',
    'finding.fix': 'fixAvailable',
    'resource.type': 'resources.0.type',
    'resource.name': members('resources', 'id'),
    'destination.port': port,
    'network.protocol': 'networkReachabilityDetails.protocol',
    'process.path': first(
      'codeVulnerabilityDetails.filePath.filePath',
      'packageVulnerabilityDetails.vulnerablePackages.0.filePath',
    ),
  },
  splunk: { sourcetype: 'aws:inspector:v2:findings' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: choose('type', { PACKAGE_VULNERABILITY: 'vulnerability_finding' }, 'detection_finding'),
    activity: choose('status', { CLOSED: 'Close' }, 'Update'),
    paths: { 'resource.name': false, 'resource.type': false, 'process.path': '' },
    values: { 'finding_info.types.0': 'type' },
    lists: { resources: { each: 'resources', members: { id: 'uid', type: 'type', region: 'region' } } },
  },
  ecs: {
    kind: 'event',
    category: 'vulnerability',
    type: 'info',
    names: { 'finding.score': 'vulnerability.score.base' },
    values: {
      'rule.name': 'title',
      'vulnerability.severity': 'severity',
      'vulnerability.scanner.vendor': constant('Inspector'),
    },
  },
});
