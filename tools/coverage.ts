import { readFileSync } from 'node:fs';

/** What each sample holds, as `test/formats/all-samples.test.ts` finds it: a row a file. The files themselves stand in CI. */
const TABLE = 'test/formats/samples.tsv';

/** Folders of samples that AWS delivered to somebody; all others come from documentation and from the tests of other projects. */
const DELIVERED =
  /^(?:cloudtrail\/(?:flaws-cloud|invictus-attack)|vpcflow\/splunk-gdi|route53-resolver\/splunk-gdi|security-lake)/;

/** Samples that hold records of one log type. */
export interface Proof {
  readonly folders: readonly string[];
  readonly files: number;
  readonly records: number;
  /** Whether AWS delivered at least one of the objects. */
  readonly delivered: boolean;
}

/** A row of the table. */
export interface SampleRow {
  readonly path: string;
  /** Records by log type. */
  readonly types: ReadonlyMap<string, number>;
  /** Why records of it are no events, or why there are none: `-` where all are. */
  readonly note: string;
}

/** Rows of a table: `path \t type count, type count \t note`. */
export function sampleRows(text = readFileSync(TABLE, 'utf8')): readonly SampleRow[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [path = '', types = '', note = ''] = line.split('\t');
    const counts = types === '-' ? [] : types.split(', ').map((part) => part.split(' '));
    return { path, types: new Map(counts.map(([name = '', count]) => [name, Number(count)])), note };
  });
}

/** The samples that prove a log type; undefined where only our own cases do. */
export function proofOf(type: string, rows = sampleRows()): Proof | undefined {
  const found = rows.filter(({ types }) => types.has(type));
  if (found.length === 0) return undefined;
  return {
    folders: [...new Set(found.map(({ path }) => path.slice(0, path.indexOf('/'))))],
    files: found.length,
    records: found.reduce((sum, { types }) => sum + (types.get(type) ?? 0), 0),
    delivered: found.some(({ path }) => DELIVERED.test(path)),
  };
}

/** Those whose form no sample has, though other forms of ours have some. */
export const WITHOUT_SAMPLES: readonly string[] = ['cloudfront-realtime'];

/** The log types of SIEM on Amazon OpenSearch Service 2.10, a known list of what a SIEM wants of AWS, and ours for each. */
export const SIEM: Readonly<Record<string, string>> = {
  alb: 'alb',
  'apache-access': 'apache-access',
  'apache-error': 'apache-error',
  clb: 'clb',
  clientvpn: 'client-vpn',
  'cloudfront-realtime': 'cloudfront',
  'cloudfront-standard': 'cloudfront',
  cloudhsm: 'cloudhsm',
  cloudtrail: 'cloudtrail',
  'config-history': 'config',
  'config-rules': 'config-compliance',
  'config-snapshot': 'config',
  'directory-service': 'windows-event',
  'elasticache-redis-slowlog': 'elasticache-slowlog',
  'fsx-win': 'windows-event',
  guardduty: 'guardduty',
  inspector: 'inspector',
  'linux-os-syslog': 'syslog',
  'linux-secure': 'linux-secure',
  msk: 'msk',
  networkfirewall: 'network-firewall',
  'nginx-access': 'nginx-access',
  'nginx-error': 'nginx-error',
  nlb: 'nlb',
  'ocsf-json': 'ocsf',
  'opensearch-audit': 'opensearch-audit',
  'rds-mysql-audit': 'rds-mysql-audit',
  'rds-mysql-error': 'rds-mysql-error',
  'rds-mysql-general': 'rds-mysql-general',
  'rds-mysql-slowquery': 'rds-mysql-slowquery',
  'rds-postgresql': 'rds-postgresql',
  route53resolver: 'route53-resolver',
  s3accesslog: 's3-access',
  securityhub: 'securityhub',
  securitylake: 'ocsf',
  trustedadvisor: 'trusted-advisor',
  vpcflowlogs: 'vpc-flow',
  waf: 'waf',
  'windows-event': 'windows-event',
  'workspaces-event': 'workspaces-event',
  'workspaces-inventory': 'workspaces-inventory',
};
