/** Objects that AWS writes beside logs and that hold no log records: filtered whole, by a rule with a name. */
export interface IgnoreRule {
  readonly name: string;
  readonly key: RegExp;
  readonly reason: string;
}

export const ignoreRules: readonly IgnoreRule[] = [
  { name: 'folder', key: /\/$/, reason: 'a folder marker of the S3 console' },
  { name: 'elb-test-file', key: /(?:^|\/)ELBAccessLogTestFile$/, reason: 'written when access logging is switched on' },
  {
    name: 'config-check-file',
    key: /(?:^|\/)ConfigWritabilityCheckFile$/,
    reason: 'written by AWS Config to test the bucket',
  },
  { name: 'cloudtrail-digest', key: /(?:^|\/)CloudTrail-Digest\//, reason: 'signatures over log files, no events' },
  { name: 'cloudtrail-lake-result', key: /(?:^|\/)CloudTrail-Lake\/Query\//, reason: 'query results somebody saved' },
  {
    name: 'bedrock-body',
    key: /(?:^|\/)BedrockModelInvocationLogs\/.*\/data\//,
    reason: 'prompts that a log record refers to',
  },
];

/** The rule that leaves an object out, or undefined. */
export function ignoredBy(key: string): IgnoreRule | undefined {
  return ignoreRules.find((rule) => rule.key.test(key));
}
