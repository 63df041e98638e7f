import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UsageError } from '../../../agent/command.ts';
import { convert } from '../../../agent/commands/convert.ts';
import { parseCef } from '../../cef-parser.ts';
import { parseLeef } from '../../leef-parser.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convert-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const golden = (name: string): string => fileURLToPath(new URL(`../../formats/log-types/${name}`, import.meta.url));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io = {
    out: (text: string): void => void (out += text),
    err: (text: string): void => void (err += text),
  };
  const code = await convert.run(parseArgs({ args, options: convert.options, allowPositionals: true }), io);
  return { code, out, err };
}

const lines = (text: string): string[] => text.split('\n').slice(0, -1);

test('prints one event a line and nothing else, and exits 0', async () => {
  const { code, out, err } = await run(golden('vpc-flow/default.in'));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(lines(out).map((line) => parseLeef(line).attributes.get('dst'))).toEqual([
    '10.0.0.5',
    '10.0.0.5',
    '203.0.113.9',
    '203.0.113.9',
  ]);
});

test('takes format, type and key, several files, and any compression', async () => {
  const flow = '2 111122223333 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 40 1772600400 1772600460 ACCEPT OK\n';
  const plain = await file('flow', flow);
  const twice = await file('flow.gz', gzipSync(gzipSync(flow)));
  const key = 'AWSLogs/444455556666/vpcflowlogs/eu-west-1/2026/03/04/x.log.gz';
  const { code, out } = await run('-f', 'cef', '-t', 'vpc-flow', '-k', key, plain, twice);
  expect(code).toBe(0);
  const regions = lines(out).map((line) => parseCef(line).extensions.get('cs2'));
  expect(regions).toEqual(['eu-west-1', 'eu-west-1']);
  const generic = await run('--format', 'json', '--type', 'generic', plain);
  expect(JSON.parse(generic.out)).toEqual({ line: flow.trim() });
});

test('exits 1 and says on stderr which records would be quarantined, and why; the others are converted', async () => {
  const { code, out, err } = await run(golden('cloudtrail/one-invalid-among-others.in'));
  expect(code).toBe(1);
  expect(lines(out)).toHaveLength(2);
  expect(lines(err)).toEqual([
    expect.stringMatching(/one-invalid-among-others\.in: record 1 would be quarantined: .* \[TF-JSON-INVALID\]$/),
    expect.stringMatching(/one-invalid-among-others\.in: record 2 would be quarantined: .* \[TF-JSON-NO-OBJECT\]$/),
  ]);
});

test('exits 1 for an object that breaks off or cannot be read, after what came before', async () => {
  const whole = gzipSync(
    `${'{"eventVersion":"1.11","eventTime":"2026-03-04T05:06:07Z","eventSource":"s","eventName":"E"}\n'.repeat(3)}`,
  );
  const broken = await run(await file('broken.gz', whole.subarray(0, -6)));
  expect(broken.code).toBe(1);
  expect(lines(broken.out)).toHaveLength(3);
  expect(broken.err).toMatch(/record 3 would be quarantined: .* \[TF-GZIP-TRUNCATED\]\n$/);
  const parquet = await run(await file('x.parquet', 'PAR1...PAR1'));
  expect(parquet).toMatchObject({ code: 1, out: '', err: expect.stringContaining('[TF-PARQUET-DAMAGED]') });
});

test('says on stderr what is filtered, and exits 0', async () => {
  const { code, out, err } = await run('--key', 'AWSLogs/1/ELBAccessLogTestFile', await file('x', 'Enable'));
  expect({ code, out }).toEqual({ code: 0, out: '' });
  expect(err).toContain('filtered by rule elb-test-file');
});

test('is refused when it is used wrongly', async () => {
  const some = await file('some', '{}');
  for (const args of [[], ['--format', 'xml', some], ['--type', 'none', some], [join(folder, 'missing')], [folder]])
    await expect(run(...args), args.join(' ')).rejects.toThrow(UsageError);
  await expect(run(some, '--unknown')).rejects.toMatchObject({ code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' });
});

test('prints raw records on one line each', async () => {
  const { out } = await run('--format', 'raw', await file('pretty', '{\n  "a": "à",\n  "b": 1\n}\n{"a":2}'));
  expect(out).toBe('{ "a": "à", "b": 1 }\n{"a":2}\n');
});

const RECORD = {
  eventVersion: '1.11',
  eventTime: '2026-03-04T05:06:07Z',
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateUser',
  sourceIPAddress: '2001:db8::1',
  userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::1:assumed-role/R/bø|b' },
  errorMessage: `é${'m'.repeat(1200)}`,
  requestParameters: { userName: 'x=y' },
};

const CONFIG = `version: 1
aws: {region: eu-west-1}
queues:
  - {name: q, url: "https://sqs.eu-west-1.amazonaws.com/111122223333/q", buckets: [logs], destinations: [siem, plain]}
destinations:
  - name: siem
    type: file
    path: /tmp/out
    format: leef
    filters:
      - {name: no-reads, drop: {event_name: [Get*, List*], severity: {below: 4}}}
  - {name: plain, type: file, path: /tmp/out2, format: raw}
`;

const CALLS = ['GetObject', 'PutObject', 'ListBuckets'].map((eventName) => ({
  ...{ eventVersion: '1.08', eventTime: '2026-11-24T12:00:00Z', eventSource: 's3.amazonaws.com', eventName },
  readOnly: eventName !== 'PutObject',
}));

test('--config shows what a destination gets, in its format and through its filters', async () => {
  const [config, calls] = [await file('x.yaml', CONFIG), await file('calls.json', JSON.stringify({ Records: CALLS }))];
  const siem = await run('--config', config, '--destination', 'siem', calls);
  expect(lines(siem.out).map((line) => parseLeef(line).header.eventId)).toEqual(['PutObject']);
  expect(siem.err).toBe('filter no-reads kept back 2 of 3 events\n');
  expect(siem.code).toBe(0);
  const plain = await run('-c', config, '-d', 'plain', calls);
  expect(lines(plain.out).map((line) => JSON.parse(line))).toEqual(CALLS);
  const cef = await run('-c', config, '-d', 'siem', '-f', 'cef', calls);
  expect(lines(cef.out)).toEqual([expect.stringMatching(/^CEF:0.AWS/)]);
});

test('--explain says which filter kept an event back, and why', async () => {
  const config = await file('x.yaml', CONFIG);
  const { out } = await run('-c', config, '-d', 'siem', '--explain', await file('c.json', JSON.stringify(CALLS[0])));
  expect(out).toContain('\n  kept back by filter no-reads: event_name Get* or List*, severity below 4\n');
  expect(out).toMatch(/\n {2}severity +1 {2}<- /);
});

test('--explain says what is hidden, and shows what the destination sees', async () => {
  const redact = 'redact: [{member: eventSource, action: mask}, {field: event.action, action: drop}]';
  const config = await file('x.yaml', CONFIG.replace('    filters:', `    ${redact}\n    filters:`));
  const { out } = await run('-c', config, '-d', 'siem', '--explain', await file('c.json', JSON.stringify(CALLS[1])));
  expect(out).toContain('\n  hidden: eventSource: mask\n  hidden: event.action: drop\n');
  expect(out).toMatch(/\n {2}event\.provider +eventSource +\*\*\* {2}<- eventSource\n/);
  expect(out).not.toContain('event.action  ');
});

test('--explain says which override gave the severity, and where an added field came from', async () => {
  const override =
    'overrides: [{type: cloudtrail, severity: [{when: {event_name: Put*}, then: 9}], add_fields: {made: eventTime}}]';
  const config = await file('x.yaml', `${CONFIG}${override}\n`);
  const calls = await file('c.json', JSON.stringify(CALLS[1]));
  const { out } = await run('-c', config, '-d', 'siem', '--explain', calls);
  expect(out).toContain('\n  severity 9 by override: event_name Put*\n');
  expect(out).toMatch(/\n {2}made +made +2026-11-24T12:00:00Z {2}<- eventTime\n/);
  const plain = await run('-c', config, '-d', 'siem', calls);
  expect(parseLeef(lines(plain.out)[0] ?? '').attributes.get('sev')).toBe('9');
});

test('a key of hashes that cannot be read is told', async () => {
  const redact = 'redact: [{member: a, action: hash}]\n    redact_key: {env: NOT_SET_ANYWHERE}';
  const config = await file('x.yaml', CONFIG.replace('    filters:', `    ${redact}\n    filters:`));
  const { code, err } = await run('-c', config, '-d', 'siem', golden('vpc-flow/default.in'));
  expect(code).toBe(78);
  expect(err).toBe('environment variable NOT_SET_ANYWHERE is not set [TF-SECRET-ENV]\n');
});

test('a configuration that cannot be used is told, and one destination must be meant', async () => {
  const bad = await file('bad.yaml', CONFIG.replace('event_name', 'event_nam'));
  const { code, err } = await run('-c', bad, '-d', 'siem', golden('vpc-flow/default.in'));
  expect(code).toBe(78);
  expect(err).toContain('unknown setting (did you mean "event_name"?)');
  const good = await file('x.yaml', CONFIG);
  await expect(run('-c', good, golden('vpc-flow/default.in'))).rejects.toThrow('which of siem, plain');
  await expect(run('-c', good, '-d', 'other', golden('vpc-flow/default.in'))).rejects.toThrow('none of siem, plain');
  await expect(run('-d', 'siem', golden('vpc-flow/default.in'))).rejects.toThrow(UsageError);
});

test('--explain names for each value its key, its path, and what was done to it', async () => {
  const { code, out, err } = await run('--explain', '-f', 'cef', await file('one.json', JSON.stringify(RECORD)));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const rows = new Map(lines(out).map((line) => [line.trim().split(/\s+/)[0], line.replace(/\s+/g, ' ')]));
  expect(rows.get('record')).toMatch(/^record 0 cloudtrail [0-9a-f]{32}$/);
  expect(rows.get('time')).toBe(' time 1772600767000 <- eventTime');
  expect(rows.get('severity')).toMatch(/ 3 <- eventName, userIdentity.type$/);
  expect(rows.get('source.address')).toBe(' source.address c6a2 2001:db8::1 <- sourceIPAddress');
  expect(rows.get('user.name')).toBe(' user.name suser bø|b <- userIdentity.arn');
  expect(rows.get('target.user')).toBe(' target.user duser x\\=y <- requestParameters.userName [escaped]');
  expect(rows.get('event.message')).toMatch(/^ event.message msg ém{198}… \(1023 bytes\) <- errorMessage \[cut\]$/);
  expect(rows.get('request.parameters')).toContain('cs6 {"userName":"x\\=y"} <- requestParameters{} [escaped]');
  expect(rows.has('event.reason')).toBe(false);
});

test('--explain says what LEEF had to replace', async () => {
  const { out } = await run('--explain', await file('two.json', JSON.stringify(RECORD)));
  expect(out).toMatch(/user\.name +usrName +bø\/b {2}<- userIdentity\.arn {2}\[replaced\]\n/);
});

test('--explain exits 1 and names the record that would be quarantined', async () => {
  const { code, out, err } = await run('--explain', golden('vpc-flow/broken-lines.in'));
  expect(code).toBe(1);
  expect(out.match(/^record \d+/gm)).toEqual(['record 0', 'record 2']);
  expect(err).toContain('record 1 would be quarantined');
});
