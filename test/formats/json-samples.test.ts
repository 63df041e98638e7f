import { describe, expect, it } from 'vitest';
import { logTypeOfContent } from '../../formats/log-types/index.ts';
import { formatNames } from '../../formats/wire/index.ts';
import { NO_SAMPLES, sample, samplesDir } from '../samples.ts';
import { convertBytes } from './convert.ts';
import { plainText } from './source-records.ts';

/** Real objects of the JSON log types: what their content alone makes of them, and how many records they hold. */
const SAMPLES: readonly (readonly [path: string, type: string, records: number])[] = [
  ['waf/awsdocs-waf-1.json', 'waf', 1],
  ['waf/awsdocs-waf-2.json', 'waf', 1],
  ['waf/awsdocs-waf-3.json', 'waf', 1],
  ['waf/awsdocs-waf-4.json', 'waf', 1],
  ['waf/opensearch-catalog-waf-raw.log', 'waf', 38],
  ['waf/promtail-waflog.log.gz', 'waf', 1],
  ['securityhub/panther-analysis-AWS.SecurityFindingFormat.jsonl', 'securityhub', 10],
  ['securityhub/splunk-aws_security_hub.json', 'securityhub', 1],
  // A forwarder's call, not a finding.
  ['securityhub/sumologic-securityhub-forwarder-testevent.json', 'generic', 1],
  ['config-history/awsdocs-confighistory.json', 'config', 3],
  ['config-snapshot/awsdocs-configsnapshot.json', 'config', 2],
  ['route53-resolver/awsdocs-resolver-dnsfirewall.json', 'route53-resolver', 1],
  ['route53-resolver/panther-analysis-AWS.VPCDns.jsonl', 'route53-resolver', 13],
  ['route53-resolver/splunk-gdi-sample-route53Resolver.log.gz', 'route53-resolver', 48],
  ['network-firewall/opensearch-catalog-networkfirewall-sample.json', 'network-firewall', 13],
  ['network-firewall/otel-alert_with_metadata.json', 'network-firewall', 1],
  ['eks-audit/panther-analysis-Amazon.EKS.Audit.jsonl', 'eks-audit', 184],
  ['bedrock-invocation/panther-analysis-AWS.BedrockModelInvocation.jsonl', 'bedrock-invocation', 6],
  ['client-vpn/awsdocs-connection.json', 'client-vpn', 1],
  ['ecr-scan/coralogix-ecr_scan.log', 'ecr-scan', 1],
  ['crowdstrike-fdr/panther-analysis-Crowdstrike.FDREvent.jsonl', 'crowdstrike-fdr', 73],
];

/** Real objects whose records stand in an envelope, and the beginning of the first one's CEF. */
const ENVELOPED: readonly (readonly [path: string, cef: string])[] = [
  ['workspaces/awsdocs-access-event.json', 'CEF:0|AWS|WorkSpaces|1|successfulLogin|'],
  ['envelopes/config-sns/example-sns-notification-0.wire.json', 'CEF:0|AWS|Config|1.0|OK|'],
  ['envelopes/config-sns/example-sns-notification-1.wire.json', 'CEF:0|AWS|Config|1.2|OK|'],
  [
    'envelopes/config-sns/example-config-rule-compliance-notification-0.wire.json',
    'CEF:0|AWS|Config|1.0|ComplianceChange|',
  ],
  ['envelopes/config-sns/config-rules-evaluation-started-0.wire.json', 'CEF:0|AWS|Config|1.0|EvaluationStarted|'],
];

describe('real JSON objects', () => {
  if (samplesDir() === undefined) it(`NOT RUN: ${NO_SAMPLES}`, (context) => context.skip(NO_SAMPLES));

  it.runIf(samplesDir() !== undefined).each(SAMPLES)('%s: %s, %i records', async (path, type, records) => {
    const bytes = sample(path);
    expect(logTypeOfContent(plainText(bytes).slice(0, 64 * 1024)).name).toBe(type);
    const { name: found, records: got, outputs } = await convertBytes([bytes]);
    expect(found).toBe(type);
    expect(got).toBe(records);
    for (const name of formatNames) expect(outputs[name].refused, name).toEqual([]);
  });

  it.runIf(samplesDir() !== undefined).each(ENVELOPED)('%s: %s', async (path, cef) => {
    const { outputs } = await convertBytes([sample(path)]);
    expect(outputs.cef.frames[0]?.text.slice(0, cef.length)).toBe(cef);
  });
});
