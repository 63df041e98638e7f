import { describe, expect, it } from 'vitest';
import { ignoredBy } from '../../formats/log-types/ignored.ts';
import { logTypeOfKey, originOfKey } from '../../formats/log-types/index.ts';
import { ownTime } from '../own-time.ts';
import { NO_SAMPLES, sample, samplesDir } from '../samples.ts';

const ACCOUNT = '111122223333';
const day = (service: string): string => `AWSLogs/${ACCOUNT}/${service}/eu-west-1/2026/02/03/`;

const KEYS: readonly (readonly [key: string, type: string])[] = [
  [`${day('CloudTrail')}${ACCOUNT}_CloudTrail_eu-west-1_20260203T0000Z_abcdefghijklmnop.json.gz`, 'cloudtrail'],
  [`a/b/AWSLogs/o-a1b2c3d4e5/${ACCOUNT}/CloudTrail/us-gov-west-1/2026/02/03/x.json.gz`, 'cloudtrail'],
  [`${day('CloudTrail-Insight')}x.json.gz`, 'cloudtrail'],
  [`${day('CloudTrail-NetworkActivity')}x.json.gz`, 'cloudtrail'],
  [`${day('vpcflowlogs')}${ACCOUNT}_vpcflowlogs_eu-west-1_fl-1_20260203T0000Z_1.log.gz`, 'vpc-flow'],
  [`${day('vpcflowlogs')}07/${ACCOUNT}_vpcflowlogs_eu-west-1_fl-1_20260203T0700Z_1.log.gz`, 'vpc-flow'],
  [
    `AWSLogs/aws-account-id=${ACCOUNT}/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2026/month=02/day=03/hour=04/x.log.gz`,
    'vpc-flow',
  ],
  [`${day('GuardDuty')}0123.jsonl.gz`, 'guardduty'],
  [
    `${day('elasticloadbalancing')}${ACCOUNT}_elasticloadbalancing_eu-west-1_app.web.1_20260203T0000Z_10.0.0.1_x.log.gz`,
    'alb',
  ],
  [
    `AWSLogs/${ACCOUNT}/WAFLogs/eu-west-1/acl/2026/02/03/04/05/${ACCOUNT}_waflogs_eu-west-1_acl_20260203T0405Z_1.log.gz`,
    'waf',
  ],
  [
    `${day('Config').replaceAll('/0', '/')}ConfigHistory/x_Config_eu-west-1_ConfigHistory_AWS::S3::Bucket_1.json.gz`,
    'config',
  ],
  [`${day('Config')}ConfigSnapshot/x.json.gz`, 'config'],
  [`${day('Config')}OversizedChangeNotification/AWS::EC2::Instance/i-1/x.json.gz`, 'config'],
  [
    `AWSLogs/${ACCOUNT}/network-firewall/alert/eu-west-1/fw/2026/02/03/04/${ACCOUNT}_network-firewall_alert_eu-west-1_fw_1.log.gz`,
    'network-firewall',
  ],
  [`${day('BedrockModelInvocationLogs')}04/20260203T040506123Z_0a1b2c3d.json.gz`, 'bedrock-invocation'],
  [`${day('VpcLattice/AccessLogs')}04/x.json.gz`, 'vpc-lattice'],
  [`${day('vpcflowlogs')}07/${ACCOUNT}_vpcflowlogs_eu-west-1_fl-1_20260203T0700Z_1.log.parquet`, 'vpc-flow'],
  [
    `AWSLogs/aws-account-id=${ACCOUNT}/service=vpcflowlogs/aws-region=eu-west-1/year=2026/month=02/day=03/x.log.parquet`,
    'vpc-flow',
  ],
  [`${day('elasticloadbalancing')}${ACCOUNT}_elasticloadbalancing_eu-west-1_net.web.1_20260203T0000Z_1.log.gz`, 'nlb'],
  [`${day('elasticloadbalancing')}${ACCOUNT}_elasticloadbalancing_eu-west-1_web_20260203T0000Z_10.0.0.1_x.log`, 'clb'],
  [
    `${day('elasticloadbalancing')}conn_log_${ACCOUNT}_elasticloadbalancing_eu-west-1_app.web.1_20260203T0000Z_x.log.gz`,
    'alb-connection',
  ],
  [
    `${day('elasticloadbalancing')}health_check_log_${ACCOUNT}_elasticloadbalancing_eu-west-1_app.web.1_2026_x.log.gz`,
    'alb-health-check',
  ],
  [`${day('globalaccelerator')}${ACCOUNT}_globalaccelerator_0123_20260203T0405Z_0a1b.log.gz`, 'global-accelerator'],
  [`aws/CLOUD_TRAIL_MGMT/2.0/region=eu-west-1/accountId=${ACCOUNT}/eventDay=20260203/0123.gz.parquet`, 'ocsf'],
  [`p/aws/VPC_FLOW/region=eu-west-1/accountid=${ACCOUNT}/eventhour=2026020304/0123.gz.parquet`, 'ocsf'],
  [`ext/okta/1.0/region=eu-west-1/accountId=${ACCOUNT}/eventDay=20260203/x.parquet`, 'ocsf'],
  ['2026-02-03-10-13-50-A211246203787B7F', 's3-access'],
  ['logs/2026-02-03-10-13-50-A211246203787B7F', 's3-access'],
];

/** Near misses: written beside our objects by the same services, in other formats. */
const OTHERS: readonly string[] = [
  `${day('vpcflowlogs')}x.log.csv`,
  `${day('elasticloadbalancing')}x.log.gz`,
  'data/region=eu-west-1/accountId=111122223333/eventDay=20260203/x.parquet',
  'aws/CLOUD_TRAIL/2.0/region=eu-west-1/accountId=111122223333/eventDay=20260203/_metadata',
  'example/E1SFLUZKKLSP61.2026-02-03.e519cdee.gz',
  `${day('CloudTrail-Digest')}x.json.gz`,
  `${day('Config')}x.json.gz`,
  `AWSLogs/${ACCOUNT}/CloudTrail/x.json.gz`,
  'notAWSLogs/1/CloudTrail/eu-west-1/2026/02/03/x',
];

describe('keys', () => {
  it.each(KEYS)('%s is %s', (key, type) => {
    expect(logTypeOfKey(key)?.name).toBe(type);
    expect(ignoredBy(key)).toBeUndefined();
  });

  it.each(OTHERS)('%s is none of ours', (key) => {
    expect(logTypeOfKey(key)?.name).toBeUndefined();
  });

  it('leave to the content what AWS puts under the same keys', () => {
    const flow = `${day('vpcflowlogs')}x.log.gz`;
    const vpc = 'version account-id interface-id srcaddr dstaddr\n2 111122223333 eni-1 10.0.0.1 10.0.0.2\n';
    expect(logTypeOfKey(flow, vpc)?.name).toBe('vpc-flow');
    expect(logTypeOfKey(flow, vpc.replace('interface-id', 'tgw-id'))?.name).toBe('tgw-flow');
    expect(logTypeOfKey(flow, '6 TransitGateway 111122223333 tgw-1 tgw-attach-1\n')?.name).toBe('tgw-flow');
    for (const unsaid of ['', '\n', '2 111122223333 eni-1', '{"a":1}']) {
      expect(logTypeOfKey(flow, unsaid)?.name, unsaid).toBe('vpc-flow');
    }
    const vended = `AWSLogs/${ACCOUNT}/CloudFront/E1SFLUZKKLSP61/2026/02/03/04/x.gz`;
    const kindOf = (head: string): string =>
      `${logTypeOfKey(vended, head)?.name} ${logTypeOfKey(vended, head)?.spec.layout.kind}`;
    expect(kindOf('{"x-edge-location":"FRA56-P1"}')).toBe('cloudfront json');
    expect(kindOf('#Fields: date time\n')).toBe('cloudfront text');
    expect(kindOf('')).toBe('cloudfront text');
  });

  it('tell account and region where they hold them', () => {
    for (const [key, type] of KEYS) {
      const origin = originOfKey(key);
      if (type === 's3-access') expect(origin).toEqual({ account: undefined, region: undefined });
      else expect(origin).toEqual({ account: ACCOUNT, region: /eu-west-1|us-gov-west-1/.exec(key)?.[0] });
    }
    expect(originOfKey(`AWSLogs/${ACCOUNT}/NewService/x`).account).toBe(ACCOUNT);
  });

  it('name the rule that leaves an object out', () => {
    const rules: Readonly<Record<string, string>> = {
      [`${day('CloudTrail')}`]: 'folder',
      [`p/AWSLogs/${ACCOUNT}/ELBAccessLogTestFile`]: 'elb-test-file',
      [`AWSLogs/${ACCOUNT}/Config/ConfigWritabilityCheckFile`]: 'config-check-file',
      [`${day('CloudTrail-Digest')}x.json.gz`]: 'cloudtrail-digest',
      'CloudTrail-Lake/Query/2026/02/03/id/result_1.csv.gz': 'cloudtrail-lake-result',
      [`AWSLogs/${ACCOUNT}/BedrockModelInvocationLogs/eu-west-1/2026/02/03/04/data/id_input.json.gz`]: 'bedrock-body',
    };
    for (const [key, rule] of Object.entries(rules)) expect(ignoredBy(key)?.name, key).toBe(rule);
  });

  it('answer in no time whatever the key is', () => {
    const start = ownTime();
    for (const part of ['AWSLogs/', `${ACCOUNT}/`, 'a-', '-1/', 'AWSLogs/o-', '2026/02/03/', '_app.', '/']) {
      const key = part.repeat(200_000 / part.length);
      expect(logTypeOfKey(key) === undefined || originOfKey(key) !== undefined).toBe(true);
      ignoredBy(key);
    }
    expect(ownTime() - start).toBeLessThan(1000);
  });

  it('of real buckets', (context) => {
    if (samplesDir() === undefined) context.skip(NO_SAMPLES);
    const groups = JSON.parse(sample('s3-keys/s3-keys.json').toString()) as Record<string, readonly string[]>;
    const ours: Readonly<Record<string, string>> = {
      cloudtrail: 'cloudtrail',
      msk: 'msk',
      redshift: 'redshift-user',
      alb: 'alb',
      vpcflow: 'vpc-flow',
      's3-access': 's3-access',
      guardduty: 'guardduty',
      waf: 'waf',
      'route53-resolver': 'route53-resolver',
      'network-firewall': 'network-firewall',
      'config-history': 'config',
      'config-snapshot': 'config',
      'config-oversized': 'config',
      nlb: 'nlb',
      clb: 'clb',
      'alb-connection': 'alb-connection',
      'alb-health-check': 'alb-health-check',
      'cloudfront-standard': 'cloudfront',
      'global-accelerator': 'global-accelerator',
      'security-lake': 'ocsf',
    };
    const ignored: Readonly<Record<string, string>> = {
      'cloudtrail-digest': 'cloudtrail-digest',
      'elb-test-file': 'elb-test-file',
    };
    // A Firehose stream chose this key: content must tell.
    const unknown = new Set(['2020/09/30/13/firehose_guardduty-1-2020-09-30-13-17-05-532e184c-1hfba.zip']);
    for (const [group, keys] of Object.entries(groups)) {
      for (const key of keys) {
        expect(ignoredBy(key)?.name, key).toBe(ignored[group]);
        expect(logTypeOfKey(key)?.name, key).toBe(unknown.has(key) ? undefined : ours[group]);
      }
    }
  });
});
