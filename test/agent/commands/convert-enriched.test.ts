import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { check } from '../../../agent/commands/check.ts';
import { convert } from '../../../agent/commands/convert.ts';
import { Converter, Dress } from '../../../agent/convert.ts';
import { dressOf } from '../../../agent/destination.ts';
import { contentsOf } from '../../../agent/object-type.ts';
import { Enrichment } from '../../../agent/rules/enrichment.ts';
import { mappings } from '../../../agent/rules/mapping.ts';
import { loadConfig } from '../../../config/load.ts';
import { formats } from '../../../formats/wire/index.ts';
import { hecEnvelope } from '../../../transports/hec/envelope.ts';
import { CITIES, mmdb, SYSTEMS } from '../../fakes/mmdb.ts';
import { runCommand } from './cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trailferry-enriched-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function put(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const FLOWS = `account-id srcaddr dstaddr action start end
111122223333 192.0.2.7 10.0.0.9 ACCEPT 1 2
444455556666 10.0.0.9 10.0.0.8 ACCEPT 1 2
`;
const FILTER = '[{name: abroad, drop: {field: {name: source.country, in: [NL]}}}]';

/** A configuration with two destinations: LEEF to a file, and Splunk. */
function config(filters = '[]', redact = '[]'): string {
  const accounts = put('accounts.csv', 'account,name,ou\n111122223333,payments,Prod\n');
  const [city, asn] = [put('city.mmdb', mmdb(CITIES)), put('asn.mmdb', mmdb(SYSTEMS, { type: 'X-ASN' }))];
  return put(
    'x.yaml',
    `version: 1
aws: {region: eu-west-1}
queues:
  - name: q
    url: https://sqs.eu-west-1.amazonaws.com/111122223333/q
    buckets: [logs]
    destinations: [out, splunk]
    static_labels: {environment: prod}
destinations:
  - {name: out, type: file, path: ${folder}/out, format: leef, filters: ${filters}}
  - {name: splunk, type: hec, url: "http://127.0.0.1:1", token: {env: NONE}, format: json, redact: ${redact}}
enrichment:
  accounts_file: ${accounts}
  geoip: {city_file: ${city}, asn_file: ${asn}}
state_dir: ${folder}
`,
  );
}

const converted = (...args: string[]) => runCommand(convert, ['-c', config(), ...args, put('flows', FLOWS)]);

test('convert shows what is looked up, in the format of the destination', async () => {
  const { code, out } = await converted('-d', 'out');
  expect(code).toBe(0);
  const [first, second] = out.split('\n');
  expect(first).toMatch(
    /\tawsAccountName=payments\tawsOrganizationalUnit=Prod\tsrcCountry=NL\t.*\tlabel_environment=prod$/,
  );
  expect(second).not.toMatch(/awsAccountName|Country/);
});

test('convert --explain says where it was looked up, also for what stands beside a record', async () => {
  const { out } = await converted('-d', 'out', '--explain');
  expect(out).toMatch(/^ {2}cloud\.account_name +awsAccountName +payments {2}<- accounts_file by cloud\.account$/m);
  expect(out).toMatch(/^ {2}source\.as_number +srcAsn +64500 {2}<- asn_file by source\.address$/m);
  expect(out).toMatch(/^ {2}labels\.environment +label_environment +prod {2}<- static_labels$/m);
  const splunk = await converted('-d', 'splunk', '--explain');
  expect(splunk.out).toMatch(/^ {2}source\.city +src_city +Harbour {2}<- city_file by source\.address$/m);
});

test('filters may ask for it', async () => {
  const { err } = await runCommand(convert, ['-c', config(FILTER), '-d', 'out', put('flows', FLOWS)]);
  expect(err).toBe('filter abroad kept back 1 of 2 events\n');
});

test('convert and check tell of a file that cannot be used', async () => {
  const path = config();
  const accounts = put('accounts.csv', 'account,name\n7,a\n');
  expect(await runCommand(convert, ['-c', path, '-d', 'out', put('flows', FLOWS)])).toEqual({
    ...{ code: 78, out: '' },
    err: `${accounts}:2:1: "7" is no account id of 12 digits; spreadsheets leave out zeros at its start [TF-LOOKUP-FILE]\n`,
  });
  process.env['NONE'] = 'x';
  const { code, err } = await runCommand(check, ['-c', path]);
  delete process.env['NONE'];
  expect([code, err]).toEqual([
    78,
    expect.stringMatching(/x\.yaml:13:18: enrichment\.accounts_file: .*accounts\.csv:2:1/),
  ]);
});

/** What Splunk gets of each flow. */
function delivered(
  redact?: string,
  format: 'json' | 'leef' = 'json',
): { readonly event: unknown; readonly fields: Record<string, string> }[] {
  const { queues, destinations, overrides, enrichment } = loadConfig(config('[]', redact)).config;
  const splunk = destinations[1];
  const queue = queues[0];
  if (splunk === undefined || queue === undefined) throw new Error('the configuration is another one');
  const mapping = mappings(overrides, new Enrichment(enrichment))(queue);
  const bytes = Buffer.from(FLOWS);
  const contents = contentsOf({ bucket: 'logs', key: 'k', version: 'v' }, bytes, [], mapping);
  const envelope = hecEnvelope(splunk.settings as unknown as Parameters<typeof hecEnvelope>[0], 'agent');
  const frames: string[] = [];
  const sink = { offered: 0, frame: (_: number, frame: string) => frames.push(frame), pass() {}, refuse() {} };
  const converter = new Converter(contents, [{ dress: dressOf({ ...splunk, format }, envelope), sink }]);
  converter.push(bytes);
  converter.end();
  return frames.map((frame) => JSON.parse(frame) as ReturnType<typeof delivered>[number]);
}

test('Splunk gets the record as it is, and what is looked up as indexed fields', () => {
  const [first, second] = delivered();
  const { event_id, ...fields } = first?.fields ?? {};
  expect(first?.event).toBe('111122223333 192.0.2.7 10.0.0.9 ACCEPT 1 2');
  expect(fields).toEqual({
    ...{ log_type: 'vpc-flow', aws_account_name: 'payments', aws_organizational_unit: 'Prod' },
    ...{ src_country: 'NL', src_city: 'Harbour', src_lat: '52.5', src_lon: '4.75' },
    ...{ src_asn: '64500', src_asn_org: 'Example Carrier', label_environment: 'prod' },
  });
  expect(Object.keys(second?.fields ?? {})).toEqual(['log_type', 'event_id', 'label_environment']);
});

test('a format that shows what is looked up needs no fields for it', () => {
  const [first] = delivered(undefined, 'leef');
  expect(first?.event).toContain('srcCountry=NL');
  expect(Object.keys(first?.fields ?? {})).toEqual(['log_type', 'event_id']);
});

test('Splunk gets no place of an address that is hidden from it', () => {
  const [first] = delivered('[{member: srcaddr, action: mask}]');
  expect(first?.event).toBe('111122223333 *** 10.0.0.9 ACCEPT 1 2');
  expect(Object.keys(first?.fields ?? {})).toEqual([
    ...['log_type', 'event_id', 'aws_account_name', 'aws_organizational_unit', 'label_environment'],
  ]);
});

test('what stands beside a record counts for the limit of its destination', () => {
  const { overrides, enrichment, queues } = loadConfig(config()).config;
  const mapping = mappings(overrides, new Enrichment(enrichment))(queues[0] ?? { static_labels: {} });
  const contents = contentsOf({ bucket: 'logs', key: 'k', version: 'v' }, Buffer.from(FLOWS), [], mapping);
  for (const room of [42, 100, 150, 200, 250, 300, 400]) {
    const bound = { room, frame: (text: string, _: number, __: number, ___: string, fields = '') => text + fields };
    const dress = new Dress(formats.raw, { takesFields: true, bind: () => bound });
    const ends: string[] = [];
    const sink = {
      offered: 0,
      pass() {},
      frame: (_: number, frame: string) => ends.push(frame),
      refuse: () => ends.push(''),
    };
    const converter = new Converter(contents, [{ dress, sink }]);
    converter.push(Buffer.from(FLOWS));
    converter.end();
    expect(ends).toHaveLength(2);
    for (const frame of ends) expect(frame.length).toBeLessThanOrEqual(room);
    expect(ends[0] === '').toBe(room < 300);
  }
});
