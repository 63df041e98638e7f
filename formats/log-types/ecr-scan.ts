import type { Computed } from '../expression.ts';
import { choose, computed, constant, first, joined } from '../functions.ts';
import { json } from '../layout.ts';
import { member, members } from '../lists.ts';
import { defineLogType } from '../log-type.ts';
import { epochSeconds, isoTime } from '../times.ts';

/** A number of findings. ECR writes the words in capitals, some collectors do not. */
const found = (level: string): Computed => {
  const lower = level.charAt(0) + level.slice(1).toLowerCase();
  const lists = ['imageScanFindings.findingSeverityCounts', 'finding-severity-counts'];
  return first(...lists.flatMap((list) => [member(list, level), member(list, lower)]));
};

const status = first('imageScanStatus.status', 'scan-status');
const outcome = choose(status, { COMPLETE: 'success', Complete: 'success', FAILED: 'failure', Failed: 'failure' });
const COMPLETED = 'imageScanFindings.imageScanCompletedAt';

const severity = computed(
  'the worst that was found: 10 critical, 8 high, 5 medium, 3 low, else 1; 4 when the scan failed',
  [found('CRITICAL'), found('HIGH'), found('MEDIUM'), found('LOW'), outcome],
  (critical, high, medium, low, result) => {
    if (result === 'failure') return 4;
    const worst = [critical, high, medium, low].findIndex((count) => typeof count === 'number' && count > 0);
    return [10, 8, 5, 3][worst] ?? 1;
  },
);

export const ecrScan = defineLogType({
  name: 'ecr-scan',
  title: 'Amazon ECR image scans: results, and events of their completion',
  reference: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html',
  keys: [],
  detailTypes: ['ECR Image Scan'],
  looksLike: {
    json: [
      ['repositoryName', 'imageId', 'imageScanStatus'],
      ['scan-status', 'repository-name', 'image-digest'],
    ],
  },
  layout: json(),
  product: 'ECR',
  time: first(epochSeconds(COMPLETED), isoTime(COMPLETED)),
  signature: constant('ImageScan'),
  label: constant('Container image scan'),
  category: choose(outcome, { success: 'ECR Success', failure: 'ECR Failure' }, 'ECR'),
  severity,
  fields: {
    'cloud.account': first('registryId', '@account'),
    'cloud.region': '@region',
    'event.action': status,
    'event.outcome': outcome,
    'event.message': 'imageScanStatus.description',
    'resource.name': first('repositoryName', 'repository-name'),
    'ecr.tags': first('imageId.imageTag', joined('image-tags')),
    'ecr.digest': first('imageId.imageDigest', 'image-digest'),
    'finding.cve': members('imageScanFindings.findings', 'name'),
    'finding.critical': found('CRITICAL'),
    'finding.high': found('HIGH'),
    'finding.medium': found('MEDIUM'),
  },
  kinds: {
    'imageScanFindings.findingSeverityCounts': [
      undefined,
      ...['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'].map((level) => ({ [level]: 1 })),
    ],
    'finding-severity-counts': [undefined],
  },
  splunk: { sourcetype: 'aws:firehose:json' },
  qradar: 'Universal LEEF',
  ocsf: { class: 'base_event', activity: 'Scan' },
  ecs: { kind: 'event', category: 'vulnerability', type: 'info', names: { 'finding.cve': '' } },
});
