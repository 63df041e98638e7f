import { gzipSync } from 'node:zlib';

/**
 * Log objects made up for the demo, the benchmark and the tests: the shapes are AWS's, every name and number in them is
 * invented. The same seed gives the same bytes.
 */
export interface SyntheticObject {
  readonly logType: string;
  readonly key: string;
  readonly body: Buffer;
  /** Number of records that can be read. */
  readonly records: number;
}

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const DAY = '2026/11/24';
const CALLS = [
  ['ec2.amazonaws.com', 'DescribeInstances', true],
  ['s3.amazonaws.com', 'GetObject', true],
  ['iam.amazonaws.com', 'CreateUser', false],
  ['sts.amazonaws.com', 'AssumeRole', true],
  ['kms.amazonaws.com', 'Decrypt', true],
  ['cloudtrail.amazonaws.com', 'StopLogging', false],
] as const;
const AGENTS = [
  'aws-cli/2.31 Python/3.13',
  'Boto3/1.40 md/Botocore#1.40',
  'console.amazonaws.com',
  'aws-sdk-go-v2/1.39 os/linux lang/go#1.26',
];

/** A small generator of numbers (mulberry32), so that every run of the demo tells the same story. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: () => number, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

function hex(random: () => number, length: number): string {
  let text = '';
  while (text.length < length)
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, length);
}

const uuid = (random: () => number): string =>
  hex(random, 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
const address = (random: () => number): string => `203.0.113.${Math.floor(random() * 254) + 1}`;
const inside = (random: () => number): string =>
  `10.${Math.floor(random() * 8)}.${Math.floor(random() * 250)}.${Math.floor(random() * 250)}`;

/** One CloudTrail record of about 1.4 KB. `id` becomes its eventID where it is given. */
export function cloudTrailRecord(random: () => number, id?: string): object {
  const [eventSource, eventName, readOnly] = pick(random, CALLS);
  const role = `role-${Math.floor(random() * 40)}`;
  const failed = random() < 0.05;
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROA${hex(random, 16).toUpperCase()}:session-${Math.floor(random() * 900)}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/session`,
      accountId: ACCOUNT,
      accessKeyId: `ASIA${hex(random, 16).toUpperCase()}`,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: `AROA${hex(random, 16).toUpperCase()}`,
          arn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
          accountId: ACCOUNT,
          userName: role,
        },
        attributes: { creationDate: '2026-11-24T00:00:00Z', mfaAuthenticated: 'false' },
      },
    },
    eventTime: `2026-11-24T0${Math.floor(random() * 9)}:${String(Math.floor(random() * 60)).padStart(2, '0')}:${String(Math.floor(random() * 60)).padStart(2, '0')}Z`,
    eventSource,
    eventName,
    awsRegion: REGION,
    sourceIPAddress: random() < 0.1 ? eventSource : address(random),
    userAgent: pick(random, AGENTS),
    ...(failed ? { errorCode: 'AccessDenied', errorMessage: 'User is not authorized to perform this action' } : {}),
    requestParameters: {
      bucketName: `bucket-${Math.floor(random() * 20)}`,
      filterSet: { items: [{ name: 'vpc-id', valueSet: { items: [{ value: `vpc-${hex(random, 17)}` }] } }] },
      instancesSet: {},
    },
    responseElements: null,
    requestID: uuid(random),
    eventID: id ?? uuid(random),
    readOnly,
    resources: [
      { accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::bucket-${Math.floor(random() * 20)}` },
    ],
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: `${eventSource.split('.')[0]}.${REGION}.amazonaws.com`,
    },
  };
}

function key(service: string, name: string): string {
  return `AWSLogs/${ACCOUNT}/${service}/${REGION}/${DAY}/${name}`;
}

export function cloudTrailObject(seed: number, records: number, ids?: (index: number) => string): SyntheticObject {
  const random = randomFrom(seed);
  const list = Array.from({ length: records }, (_, index) => JSON.stringify(cloudTrailRecord(random, ids?.(index))));
  const name = `${ACCOUNT}_CloudTrail_${REGION}_20261124T0000Z_${hex(random, 16)}.json.gz`;
  return {
    logType: 'cloudtrail',
    key: key('CloudTrail', name),
    body: gzipSync(`{"Records":[${list.join(',')}]}`),
    records,
  };
}

export function vpcFlowObject(seed: number, records: number): SyntheticObject {
  const random = randomFrom(seed);
  const lines = [
    'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status',
  ];
  for (let index = 0; index < records; index += 1) {
    const start = 1_795_478_400 + Math.floor(random() * 3600);
    const port = Math.floor(random() * 60_000) + 1024;
    const packets = Math.floor(random() * 200) + 1;
    const verdict = random() < 0.2 ? 'REJECT' : 'ACCEPT';
    lines.push(
      `2 ${ACCOUNT} eni-${hex(random, 17)} ${address(random)} ${inside(random)} ${port} ${pick(random, [443, 22, 3389])} 6 ${packets} ${packets * 740} ${start} ${start + 59} ${verdict} OK`,
    );
  }
  const name = `${ACCOUNT}_vpcflowlogs_${REGION}_fl-${hex(random, 17)}_20261124T0000Z_${hex(random, 8)}.log.gz`;
  return { logType: 'vpc-flow', key: key('vpcflowlogs', name), body: gzipSync(`${lines.join('\n')}\n`), records };
}

export function guardDutyObject(seed: number, records: number): SyntheticObject {
  const random = randomFrom(seed);
  const finding = (): object => ({
    schemaVersion: '2.0',
    accountId: ACCOUNT,
    region: REGION,
    partition: 'aws',
    id: hex(random, 32),
    arn: `arn:aws:guardduty:${REGION}:${ACCOUNT}:detector/${hex(random, 32)}/finding/${hex(random, 32)}`,
    type: pick(random, [
      'UnauthorizedAccess:EC2/SSHBruteForce',
      'Recon:EC2/PortProbeUnprotectedPort',
      'CryptoCurrency:EC2/BitcoinTool.B!DNS',
    ]),
    resource: {
      resourceType: 'Instance',
      instanceDetails: {
        instanceId: `i-${hex(random, 17)}`,
        networkInterfaces: [{ privateIpAddress: inside(random) }],
      },
    },
    service: {
      serviceName: 'guardduty',
      detectorId: hex(random, 32),
      action: {
        actionType: 'NETWORK_CONNECTION',
        networkConnectionAction: {
          connectionDirection: 'INBOUND',
          remoteIpDetails: {
            ipAddressV4: address(random),
            country: { countryName: 'Testland' },
            organization: { asnOrg: 'Example Net' },
          },
          remotePortDetails: { port: Math.floor(random() * 60_000) + 1024 },
          localPortDetails: { port: 22 },
          protocol: 'TCP',
          blocked: false,
        },
      },
      eventFirstSeen: '2026-11-24T00:00:00Z',
      eventLastSeen: '2026-11-24T00:10:00Z',
      count: Math.floor(random() * 20) + 1,
    },
    severity: pick(random, [2, 3.9, 5, 8, 9.2]),
    createdAt: '2026-11-24T00:00:00.000Z',
    updatedAt: '2026-11-24T00:10:00.000Z',
    title: 'An EC2 instance is the target of attempts to log in.',
    description: 'Many tries from one address.',
  });
  const lines = Array.from({ length: records }, () => JSON.stringify(finding()));
  return {
    logType: 'guardduty',
    key: key('GuardDuty', `${uuid(random)}.jsonl.gz`),
    body: gzipSync(lines.join('\n')),
    records,
  };
}

export function albObject(seed: number, records: number): SyntheticObject {
  const random = randomFrom(seed);
  const lines = Array.from({ length: records }, () => {
    const status = pick(random, [200, 200, 200, 301, 403, 502]);
    const host = 'shop.example.com';
    return `https 2026-11-24T00:0${Math.floor(random() * 9)}:12.186641Z app/shop/50dc6c495c0c9188 ${address(random)}:${Math.floor(random() * 60_000) + 1024} ${inside(random)}:80 0.001 0.042 0.000 ${status} ${status} 341 5366 "GET https://${host}:443/item?id=${Math.floor(random() * 9999)} HTTP/1.1" "Mozilla/5.0 (X11; Linux x86_64)" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/shop/73e2d6bc24d8a067 "Root=1-${hex(random, 8)}-${hex(random, 24)}" "${host}" "arn:aws:acm:${REGION}:${ACCOUNT}:certificate/${uuid(random)}" 1 2026-11-24T00:00:11.364000Z "forward" "-" "-" "10.0.0.1:80" "${status}" "-" "-"`;
  });
  const name = `${ACCOUNT}_elasticloadbalancing_${REGION}_app.shop.50dc6c495c0c9188_20261124T0005Z_${address(random)}_${hex(random, 8)}.log.gz`;
  return { logType: 'alb', key: key('elasticloadbalancing', name), body: gzipSync(`${lines.join('\n')}\n`), records };
}

export function s3AccessObject(seed: number, records: number): SyntheticObject {
  const random = randomFrom(seed);
  const owner = hex(random, 64);
  const lines = Array.from({ length: records }, () => {
    const object = `photos/2026/${hex(random, 6)}.jpg`;
    return `${owner} media-bucket [24/Nov/2026:00:0${Math.floor(random() * 9)}:38 +0000] ${address(random)} arn:aws:iam::${ACCOUNT}:user/alice ${hex(random, 16).toUpperCase()} REST.GET.OBJECT ${object} "GET /${object} HTTP/1.1" 200 - 4406 4406 41 28 "-" "${pick(random, AGENTS)}" - ${hex(random, 40)}= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader media-bucket.s3.${REGION}.amazonaws.com TLSv1.3 - -`;
  });
  return {
    logType: 's3-access',
    key: `s3-logs/2026-11-24-00-10-38-${hex(random, 16).toUpperCase()}`,
    body: Buffer.from(`${lines.join('\n')}\n`),
    records,
  };
}
