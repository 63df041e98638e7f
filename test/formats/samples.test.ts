import { isIPv4 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { formatNames } from '../../formats/wire/index.ts';
import { parseCef } from '../cef-parser.ts';
import { parseLeef } from '../leef-parser.ts';
import { NO_SAMPLES, sample, samplesDir, samplesIn } from '../samples.ts';
import { type Conversion, convertBytes } from './convert.ts';
import { flows, type Json, jsonRecords, plainText, textLines } from './source-records.ts';

/** Samples whose records cannot be read, and why. Anything else that is refused is a defect. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  // A documentation page broke a string over two lines.
  'cloudtrail/awsdocs/example-7.json': ['0 TF-JSON-INVALID'],
  // A documentation page lost the end of the record.
  'cloudtrail/awsdocs/workspaces-signin-0.json': ['0 TF-JSON-TRUNCATED'],
};

/** A documentation page writes a placeholder where the finding belongs. */
const NO_FINDING = 'guardduty/awsdocs-eventbridge-envelope.txt';

const paths = samplesIn('cloudtrail', 'cloudtrail-insight', 'vpcflow', 'guardduty', 'alb', 's3-access').filter(
  (path) => path !== NO_FINDING,
);

/** What a record says of itself, in the words of the two formats. */
type Facts = { readonly cef: Json; readonly leef: Json };

function factsOf(path: string, record: string): Facts {
  if (path.startsWith('cloudtrail')) return cloudtrailFacts(JSON.parse(record) as Json);
  if (path.startsWith('guardduty')) return guarddutyFacts(JSON.parse(record) as Json);
  return path.startsWith('alb') ? albFacts(record) : s3Facts(record);
}

const at = (value: unknown, ...names: string[]): unknown =>
  names.reduce<unknown>((inner, name) => (inner as Json | undefined)?.[name], value);

/** Epoch milliseconds of a time with a blank for its `T` and no zone, too; undefined for what is no time. */
function ms(time: unknown): string | undefined {
  const [date, clock] = String(time).replace(/Z$/, '').split(/[T ]/);
  const parsed = Date.parse(`${date}T${clock}Z`);
  return Number.isNaN(parsed) ? undefined : String(parsed);
}

function cloudtrailFacts(record: Json): Facts {
  const insight = record['insightDetails'] as Json | undefined;
  const name = record['eventName'] ?? insight?.['eventName'] ?? record['eventType'];
  const address = record['sourceIPAddress'];
  const source = isIPv4(String(address)) ? address : undefined;
  const account = record['recipientAccountId'] ?? at(record, 'userIdentity', 'accountId');
  const time = ms(record['eventTime']);
  const common = { eventID: record['eventID'], reason: record['errorCode'] };
  return {
    cef: {
      rt: time,
      externalId: common.eventID,
      act: name,
      cs1: account,
      cs2: record['awsRegion'],
      src: source,
      reason: common.reason,
    },
    leef: {
      devTime: time,
      eventUid: common.eventID,
      eventName: name,
      awsAccountId: account,
      awsRegion: record['awsRegion'],
      src: source,
      errorCode: common.reason,
    },
  };
}

function guarddutyFacts(record: Json): Facts {
  const time = ms(record['updatedAt']);
  const { id, accountId, region } = record;
  return {
    cef: {
      rt: time,
      externalId: id,
      cs1: accountId,
      cs2: region,
      deviceExternalId: at(record, 'service', 'detectorId'),
    },
    leef: {
      devTime: time,
      eventUid: id,
      awsAccountId: accountId,
      sev: String(Math.max(1, Math.floor(Number(record['severity'])))),
    },
  };
}

function flowFacts(columns: Json): Facts {
  const value = (name: string): unknown => (columns[name] === '-' ? undefined : columns[name]);
  const end = value('end') ?? value('start');
  const time = end === undefined ? undefined : `${end}000`;
  const [source, target] = [value('srcaddr'), value('dstaddr')];
  return {
    cef: { rt: time, src: isIPv4(String(source)) ? source : undefined, dpt: value('dstport'), in: value('bytes') },
    leef: {
      devTime: time,
      src: source,
      dst: target,
      proto: value('protocol'),
      srcPackets: value('packets'),
      interfaceId: value('interface-id'),
    },
  };
}

function albFacts(line: string): Facts {
  const [type, time, elb, client] = line.split(' ');
  const port = client?.slice(client.lastIndexOf(':') + 1);
  const request = /"(\S+) (\S+) [^"]*"/.exec(line);
  return {
    cef: {
      rt: ms(time),
      app: type,
      cs3: elb,
      spt: port,
      requestMethod: request?.[1] === '-' ? undefined : request?.[1],
    },
    leef: {
      devTime: ms(time),
      loadBalancer: elb,
      srcPort: port,
      src: client?.slice(0, -1 - String(port).length).replace(/[[\]]/g, ''),
    },
  };
}

function s3Facts(line: string): Facts {
  const [owner, bucket, , , address, , requestId] = line.split(' ');
  return {
    cef: { duid: owner, cs3: bucket, externalId: requestId, src: isIPv4(String(address)) ? address : undefined },
    leef: { bucketOwner: owner, bucket, eventUid: requestId, src: address === '-' ? undefined : address },
  };
}

/** Records of a sample as texts, by an independent count. */
function expected(path: string): { readonly raw: string; readonly facts: Facts }[] {
  const text = plainText(sample(path));
  if (path.startsWith('vpcflow'))
    return flows(text).map(({ line, columns }) => ({ raw: line, facts: flowFacts(columns) }));
  const records = /^\s*[{[]/.test(text) ? jsonRecords(text).map((record) => JSON.stringify(record)) : textLines(text);
  return records.map((raw) => ({ raw, facts: factsOf(path, raw) }));
}

function expectAccounted(conversion: Conversion, records: number): void {
  expect(conversion.records).toBe(records);
  for (const name of formatNames) {
    const { frames, refused } = conversion.outputs[name];
    expect(frames.length + refused.length, name).toBe(records);
  }
}

function expectFacts(what: string, got: ReadonlyMap<string, string>, facts: Json): void {
  for (const [key, value] of Object.entries(facts)) {
    const wanted = value === undefined || value === null || value === '' ? undefined : String(value);
    // CEF caps some values; what is left must be the beginning of the value.
    const found = got.get(key);
    if (found?.endsWith('...') === true && wanted?.startsWith(found.slice(0, -3)) === true) continue;
    expect(found, `${what} ${key}`).toBe(wanted);
  }
}

function expectReadable(path: string, { outputs }: Conversion): void {
  for (const [ordinal, { raw, facts }] of expected(path).entries()) {
    const frame = (name: (typeof formatNames)[number]): string => outputs[name].frames[ordinal]?.text ?? '';
    const json = raw.startsWith('{');
    if (json) expect(JSON.parse(frame('raw'))).toEqual(JSON.parse(raw));
    else expect(frame('raw')).toBe(raw);
    expect(frame('json')).not.toMatch(/[\r\n]/);
    if (json) expect(JSON.parse(frame('json'))).toEqual(JSON.parse(raw));
    else expect(Object.values(JSON.parse(frame('json')) as Json).length).toBeGreaterThan(1);
    expectFacts(`${path} ${ordinal} cef`, parseCef(frame('cef')).extensions, facts.cef);
    expectFacts(`${path} ${ordinal} leef`, parseLeef(frame('leef')).attributes, facts.leef);
  }
}

describe('real log objects', () => {
  if (samplesDir() === undefined) it(`NOT RUN: ${NO_SAMPLES}`, (context) => context.skip(NO_SAMPLES));

  it.runIf(paths.length > 0)('are many', () => {
    expect(paths.length).toBeGreaterThan(95);
  });

  it.each(paths.filter((path) => REFUSED[path] === undefined))('%s: every record in every format', async (path) => {
    const conversion = await convertBytes([sample(path)], { key: path });
    expect(conversion.failure).toBeUndefined();
    for (const name of formatNames) expect(conversion.outputs[name].refused, name).toEqual([]);
    expectAccounted(conversion, expected(path).length);
    expectReadable(path, conversion);
  });

  it.runIf(paths.length > 0)('an envelope around no record: what is there is sent as text', async () => {
    const { name, outputs, records } = await convertBytes([sample(NO_FINDING)]);
    expect([name, records]).toEqual(['eventbridge', 1]);
    expect(parseLeef(outputs.leef.frames[0]?.text ?? '').attributes.get('msg')).toBe('{GUARDDUTY_FINDING_JSON_OBJECT}');
  });

  it.each(paths.filter((path) => REFUSED[path] !== undefined))('%s: refused, with a reason', async (path) => {
    const conversion = await convertBytes([sample(path)]);
    for (const name of formatNames) expect(conversion.outputs[name].refused, name).toEqual(REFUSED[path]);
    expectAccounted(conversion, 1);
  });
});

const DERIVED: readonly (readonly [
  name: string,
  type: string | undefined,
  records: number,
  code: string | undefined,
])[] = [
  ['ConfigWritabilityCheckFile', undefined, 0, undefined],
  ['cloudtrail-truncated.json.gz', 'cloudtrail', 11, 'TF-GZIP-TRUNCATED'],
  ['cwl-firehose-concatenated-gzip-members', 'cloudwatch-logs', 3, undefined],
  ['cwl-firehose-decompressed.json', 'cloudwatch-logs', 3, undefined],
  ['cwl-firehose-double-gzip.gz', 'cloudwatch-logs', 3, undefined],
  ['vpcflow-multi-member.log.gz', 'vpc-flow', 4, undefined],
  ['waf-firehose-concatenated.json', 'waf', 38, undefined],
];

describe.runIf(samplesDir() !== undefined)('objects as Firehose, appenders and broken uploads leave them', () => {
  it.each(DERIVED)('%s: %s, %i records, %s', async (name, type, records, code) => {
    for (const size of [0, 1, 5]) {
      const bytes = sample(`derived/${name}`);
      const conversion = await convertBytes(size === 0 ? [bytes] : cut(bytes, size));
      expect(conversion.name).toBe(type);
      expect(conversion.failure?.code).toBe(code);
      expectAccounted(conversion, records);
      for (const format of formatNames) expect(conversion.outputs[format].refused).toEqual([]);
      for (const { text } of conversion.outputs.cef.frames) parseCef(text);
      for (const { text } of conversion.outputs.leef.frames) parseLeef(text);
    }
  });
});

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}
