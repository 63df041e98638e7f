import { capitals, choose, constant, first, joined, spaced } from '../functions.ts';
import { json } from '../layout.ts';
import { pairsOf } from '../lists.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';

const FLAGGED = 'result.flaggedResource';
const check = first('check-name', 'check.name');
/** EventBridge writes `WARN`, the Support API `warning`. */
const status = first('status', `${FLAGGED}.status`, 'result.status');

export const trustedAdvisor = defineLogType({
  name: 'trusted-advisor',
  title: 'AWS Trusted Advisor: events of refreshed checks, and results that a function stores',
  reference: 'https://docs.aws.amazon.com/awssupport/latest/user/cloudwatch-events-ta.html',
  keys: [],
  detailTypes: ['Trusted Advisor Check Item Refresh Notification'],
  looksLike: {
    json: [
      ['check-name', 'check-item-detail'],
      ['check', 'result', 'creation_date'],
    ],
  },
  layout: json(),
  product: 'Trusted Advisor',
  time: isoTime(first('creation_date', 'result.timestamp')),
  signature: check,
  label: check,
  category: spaced(constant('TrustedAdvisor'), capitals(status)),
  severity: choose(status, { ERROR: 5, error: 5, WARN: 3, warning: 3 }, 1),
  fields: {
    'cloud.account': '@account',
    'cloud.region': first(`${FLAGGED}.region`, '@region'),
    'event.uid': 'uuid',
    'event.message': first(pairsOf('check-item-detail'), joined(`${FLAGGED}.metadata`)),
    'finding.state': status,
    'resource.name': first('resource_id', `${FLAGGED}.resourceId`),
    'trusted_advisor.category': 'check.category',
  },
  splunk: { sourcetype: 'aws:firehose:json' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'compliance_finding',
    activity: 'Update',
    paths: { 'finding.state': 'compliance.status_detail' },
    values: { 'compliance.control': check, 'finding_info.uid': first('uuid', 'check.id') },
  },
  ecs: {
    kind: 'state',
    category: 'configuration',
    type: 'info',
    names: { 'trusted_advisor.category': 'rule.category' },
  },
});
