import { choose, computed, first, joined, textOf } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { categoryBy } from './levels.ts';

const compliance = 'newEvaluationResult.complianceType';

const outcome = choose(compliance, { COMPLIANT: 'success', NON_COMPLIANT: 'failure' });

export const configCompliance = defineLogType({
  name: 'config-compliance',
  title: 'AWS Config rules: changes of compliance, as notified',
  reference:
    'https://docs.aws.amazon.com/config/latest/developerguide/example-config-rule-compliance-notification.html',
  keys: [],
  detailTypes: ['Config Rules Compliance Change'],
  looksLike: {
    json: [
      ['configRuleName', 'newEvaluationResult'],
      ['configRuleName', 'oldEvaluationResult'],
      ['configRuleNames', 'messageType'],
    ],
  },
  layout: json(),
  product: 'Config',
  version: 'recordVersion',
  time: isoTime(first('notificationCreationTime', 'newEvaluationResult.resultRecordedTime')),
  signature: choose('messageType', { ConfigRulesEvaluationStarted: 'EvaluationStarted' }, 'ComplianceChange'),
  label: choose('messageType', { ConfigRulesEvaluationStarted: 'Rules evaluation started' }, 'Compliance changed'),
  category: categoryBy('AWSConfig', outcome),
  severity: choose(compliance, { NON_COMPLIANT: 5 }, 1),
  fields: {
    'cloud.account': first('awsAccountId', '@account'),
    'cloud.region': first('awsRegion', '@region'),
    'event.outcome': outcome,
    'event.start': isoTime('newEvaluationResult.configRuleInvokedTime'),
    'event.end': isoTime('newEvaluationResult.resultRecordedTime'),
    'event.message': 'newEvaluationResult.annotation',
    'finding.compliance': compliance,
    'config.previous': 'oldEvaluationResult.complianceType',
    'config.rule': first('configRuleName', joined('configRuleNames')),
    'resource.type': 'resourceType',
    'resource.name': 'resourceId',
    'config.rule_arn': 'configRuleARN',
  },
  splunk: { sourcetype: 'aws:config:rule' },
  qradar: 'AWS Config',
  ocsf: {
    class: 'compliance_finding',
    activity: 'Update',
    paths: { 'config.rule': 'compliance.control', 'event.outcome': false },
    values: {
      'finding_info.uid': computed('rule ARN and resource', ['configRuleARN', 'resourceId'], (rule, resource) =>
        [rule, resource]
          .map(textOf)
          .filter((part) => part !== '')
          .join('/'),
      ),
    },
  },
  ecs: { kind: 'state', category: 'configuration', type: 'info', names: { 'config.rule': 'rule.name' } },
});
