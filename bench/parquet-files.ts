import type { SchemaElement } from 'hyparquet/src/types.js';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { randomFrom } from '../demo/synthetic.ts';

/** A Parquet file, and its rows as JSON by line. */
export interface ParquetTwin {
  readonly key: string;
  readonly file: Buffer;
  readonly lines: string;
  readonly rows: number;
}

type Row = Readonly<Record<string, unknown>>;

/** OCSF 1.1 as Security Lake writes it: 50 leaves, in structures, lists and a map. */
export function securityLake(rows: number): ParquetTwin {
  return twin(
    'aws/CLOUD_TRAIL_MGMT/2.0/region=eu-west-1/accountId=111122223333/eventDay=20261124/a.gz.parquet',
    rows,
    apiActivity,
  );
}

/** VPC flow logs in the default format, with a plain type for each column as AWS has them. */
export function vpcFlow(rows: number): ParquetTwin {
  const name = '111122223333_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261124T0000Z_01234567.log.parquet';
  return twin(`AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/11/24/${name}`, rows, flow);
}

function twin(key: string, count: number, rowOf: (random: () => number) => Row): ParquetTwin {
  const random = randomFrom(7);
  const rows = Array.from({ length: count }, () => rowOf(random));
  const [sample = {}] = rows;
  const names = Object.keys(sample);
  const schema: SchemaElement[] = [
    { name: 'root', num_children: names.length },
    ...names.flatMap((name) => elementsOf(name, sample[name])),
  ];
  const columnData = names.map((name) => ({ name, data: rows.map((row) => row[name]) }));
  const file = Buffer.from(parquetWriteBuffer({ columnData, schema, codec: 'SNAPPY', rowGroupSize: 100_000 }));
  const numbers = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);
  return { key, file, lines: rows.map((row) => JSON.stringify(row, numbers)).join('\n'), rows: count };
}

function elementsOf(name: string, value: unknown): SchemaElement[] {
  const repetition_type = 'OPTIONAL' as const;
  if (typeof value === 'string') return [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type }];
  if (typeof value === 'number') return [{ name, type: 'INT32', repetition_type }];
  if (typeof value === 'bigint') return [{ name, type: 'INT64', repetition_type }];
  if (typeof value === 'boolean') return [{ name, type: 'BOOLEAN', repetition_type }];
  if (Array.isArray(value))
    return [
      { name, converted_type: 'LIST', repetition_type, num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elementsOf('element', value[0]),
    ];
  const members = Object.entries(value as Row);
  return [
    { name, repetition_type, num_children: members.length },
    ...members.flatMap(([member, one]) => elementsOf(member, one)),
  ];
}

const CALLS = ['RunInstances', 'GetObject', 'AssumeRole', 'Decrypt', 'DescribeInstances', 'PutObject'];
const SERVICES = ['ec2.amazonaws.com', 's3.amazonaws.com', 'sts.amazonaws.com', 'kms.amazonaws.com'];

function pick(random: () => number, list: readonly string[]): string {
  return list[Math.floor(random() * list.length)] ?? '';
}

const number = (random: () => number, most: number): number => Math.floor(random() * most);
const hex = (random: () => number): string =>
  number(random, 2 ** 32)
    .toString(16)
    .padStart(8, '0');

function apiActivity(random: () => number): Row {
  const call = pick(random, CALLS);
  const user = `user-${number(random, 500)}`;
  const time = BigInt(1_795_478_400_000 + number(random, 3_600_000));
  const id = `${hex(random)}-${hex(random)}-${hex(random)}`;
  return {
    metadata: {
      product: { version: '1.09', name: 'CloudTrail', vendor_name: 'AWS', feature: { name: 'Management' } },
      event_code: 'AwsApiCall',
      uid: id,
      profiles: ['cloud', 'datetime'],
      version: '1.1.0',
    },
    time,
    time_dt: new Date(Number(time)).toISOString(),
    cloud: { region: 'eu-west-1', provider: 'AWS', account: { uid: '111122223333' } },
    api: {
      response: { error: 'AccessDenied', message: 'User is not authorized to perform this action', code: 403 },
      operation: call,
      version: '2016-11-15',
      service: { name: pick(random, SERVICES) },
      request: { data: `{"instanceId":"i-${hex(random)}"}`, uid: `r-${id}` },
    },
    dst_endpoint: { svc_name: 'ec2.eu-west-1.amazonaws.com' },
    actor: {
      user: {
        type: 'AssumedRole',
        name: user,
        uid_alt: `AROA${hex(random).toUpperCase()}:${user}`,
        uid: `arn:aws:sts::111122223333:assumed-role/role-${number(random, 40)}/${user}`,
        account: { uid: '111122223333' },
        credential_uid: `ASIA${hex(random).toUpperCase()}`,
      },
      session: {
        created_time_dt: '2026-11-24T00:00:00Z',
        is_mfa: random() < 0.2,
        issuer: 'arn:aws:iam::111122223333:role/r',
      },
      invoked_by: 'AWS Internal',
      idp: { name: 'idp' },
    },
    http_request: { user_agent: 'Boto3/1.40 md/Botocore#1.40' },
    src_endpoint: { uid: `vpce-${hex(random)}`, ip: `203.0.113.${number(random, 250)}`, domain: 'example.com' },
    session: { uid: hex(random), uid_alt: hex(random), credential_uid: hex(random), issuer: 'i' },
    policy: { uid: 'p' },
    resources: [
      {
        uid: `arn:aws:s3:::bucket-${number(random, 20)}`,
        owner: { account: { uid: '111122223333' } },
        type: 'AWS::S3::Bucket',
      },
    ],
    class_name: 'API Activity',
    class_uid: 6003,
    category_name: 'Application Activity',
    category_uid: 6,
    severity_id: 1,
    severity: 'Informational',
    user: { uid_alt: '', uid: `u-${number(random, 100)}`, name: `target-${number(random, 100)}` },
    activity_name: 'Read',
    activity_id: 2,
    type_uid: 600302n,
    type_name: 'API Activity: Read',
    status: 'Failure',
    is_mfa: random() < 0.3,
    accountid: '111122223333',
    region: 'eu-west-1',
  };
}

function flow(random: () => number): Row {
  const start = BigInt(1_795_478_400 + number(random, 3600));
  const packets = BigInt(number(random, 200) + 1);
  return {
    version: 2,
    account_id: '111122223333',
    interface_id: `eni-${hex(random)}${hex(random)}0`,
    srcaddr: `203.0.113.${number(random, 250)}`,
    dstaddr: `10.${number(random, 8)}.${number(random, 250)}.${number(random, 250)}`,
    srcport: number(random, 60_000) + 1024,
    dstport: [443, 22, 3389][number(random, 3)],
    protocol: 6,
    packets,
    bytes: packets * 740n,
    start,
    end: start + 59n,
    action: random() < 0.2 ? 'REJECT' : 'ACCEPT',
    log_status: 'OK',
  };
}
