/**
 * What stands behind each log type: data for the reference page, held by a test. Whoever adds a log type says here on what
 * records it was tried.
 */

/**
 * `delivered`: on objects that AWS delivered to somebody. `published`: on records that documentation or the tests of other
 * projects print. `written`: on our own cases alone, made after AWS's documentation.
 */
export type Proof = 'delivered' | 'published' | 'written';

export interface Coverage {
  readonly proof: Proof;
  /** Folders of samples that it was tried on; none where there are none. */
  readonly samples?: readonly string[];
  /** Log types of SIEM on Amazon OpenSearch Service, a known list of what a SIEM wants of AWS, that it stands for. */
  readonly siem?: readonly string[];
}

export const COVERAGE: Readonly<Record<string, Coverage>> = {
  cloudtrail: { proof: 'delivered', samples: ['cloudtrail', 'cloudtrail-insight'], siem: ['cloudtrail'] },
  'vpc-flow': { proof: 'delivered', samples: ['vpcflow'], siem: ['vpcflowlogs'] },
  'tgw-flow': { proof: 'published', samples: ['tgw-flow'] },
  guardduty: { proof: 'published', samples: ['guardduty'], siem: ['guardduty'] },
  securityhub: { proof: 'delivered', samples: ['securityhub'], siem: ['securityhub'] },
  inspector: { proof: 'written', siem: ['inspector'] },
  macie: { proof: 'written' },
  config: {
    proof: 'published',
    samples: ['config-history', 'config-snapshot'],
    siem: ['config-history', 'config-snapshot'],
  },
  'config-compliance': { proof: 'published', samples: ['envelopes/config-sns'], siem: ['config-rules'] },
  'trusted-advisor': { proof: 'written', siem: ['trustedadvisor'] },
  waf: { proof: 'published', samples: ['waf'], siem: ['waf'] },
  'network-firewall': { proof: 'published', samples: ['network-firewall'], siem: ['networkfirewall'] },
  'route53-resolver': { proof: 'delivered', samples: ['route53-resolver'], siem: ['route53resolver'] },
  'route53-public-query': { proof: 'published', samples: ['route53-public-query'] },
  'client-vpn': { proof: 'published', samples: ['client-vpn'], siem: ['clientvpn'] },
  'vpc-lattice': { proof: 'written' },
  'global-accelerator': { proof: 'written' },
  alb: { proof: 'published', samples: ['alb'], siem: ['alb'] },
  'alb-connection': { proof: 'written' },
  'alb-health-check': { proof: 'written' },
  nlb: { proof: 'published', samples: ['nlb'], siem: ['nlb'] },
  clb: { proof: 'published', samples: ['clb'], siem: ['clb'] },
  cloudfront: {
    proof: 'published',
    samples: ['cloudfront-standard'],
    siem: ['cloudfront-standard', 'cloudfront-realtime'],
  },
  's3-access': { proof: 'published', samples: ['s3-access'], siem: ['s3accesslog'] },
  'api-gateway': { proof: 'written' },
  ocsf: { proof: 'delivered', samples: ['security-lake', 'ocsf-json'], siem: ['securitylake', 'ocsf-json'] },
  'eks-audit': { proof: 'published', samples: ['eks-audit'] },
  'eks-control-plane': { proof: 'written' },
  'ecr-scan': { proof: 'published', samples: ['ecr-scan'] },
  lambda: { proof: 'published', samples: ['cloudwatch-logs'] },
  'bedrock-invocation': { proof: 'published', samples: ['bedrock-invocation'] },
  'opensearch-audit': { proof: 'written', siem: ['opensearch-audit'] },
  'elasticache-slowlog': { proof: 'written', siem: ['elasticache-redis-slowlog'] },
  'rds-postgresql': { proof: 'published', samples: ['rds-postgresql'], siem: ['rds-postgresql'] },
  'rds-mysql-audit': { proof: 'written', siem: ['rds-mysql-audit'] },
  'rds-mysql-general': { proof: 'written', siem: ['rds-mysql-general'] },
  'rds-mysql-error': { proof: 'written', siem: ['rds-mysql-error'] },
  'rds-mysql-slowquery': { proof: 'written', siem: ['rds-mysql-slowquery'] },
  'redshift-connection': { proof: 'written' },
  'redshift-user': { proof: 'written' },
  'redshift-activity': { proof: 'written' },
  cloudhsm: { proof: 'published', samples: ['cloudhsm'], siem: ['cloudhsm'] },
  msk: { proof: 'written', siem: ['msk'] },
  'workspaces-event': { proof: 'published', samples: ['workspaces'], siem: ['workspaces-event'] },
  'workspaces-inventory': { proof: 'written', siem: ['workspaces-inventory'] },
  'windows-event': { proof: 'written', siem: ['windows-event', 'directory-service', 'fsx-win'] },
  'linux-secure': { proof: 'written', siem: ['linux-secure'] },
  syslog: { proof: 'written', siem: ['linux-os-syslog'] },
  'apache-access': { proof: 'written', siem: ['apache-access'] },
  'apache-error': { proof: 'written', siem: ['apache-error'] },
  'nginx-access': { proof: 'written', siem: ['nginx-access'] },
  'nginx-error': { proof: 'written', siem: ['nginx-error'] },
  'crowdstrike-fdr': { proof: 'published', samples: ['crowdstrike-fdr'] },
  generic: { proof: 'published', samples: ['generic-s3', 'parquet-generic'] },
};
