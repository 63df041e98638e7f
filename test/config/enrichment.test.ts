import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkHost } from '../../config/host.ts';
import { readConfig } from '../../config/load.ts';
import { ConfigError, faultLine } from '../../config/report.ts';
import { CITIES, mmdb, SYSTEMS } from '../fakes/mmdb.ts';

const text = (more: string, queue = '', format = 'leef', destination = ''): string => `version: 1
aws: {region: eu-west-1}
queues: [{name: q, url: "https://sqs.eu-west-1.amazonaws.com/111122223333/q", buckets: [logs], destinations: [out]${queue}}]
destinations: [{name: out, type: file, path: /tmp/out, format: ${format}${destination}}]
${more}
`;

/** Faults, then warnings, by line. */
function said(content: string, look = false): string[] {
  try {
    const loaded = readConfig(content, 'x.yaml');
    if (look) checkHost(loaded);
    const { faults, warnings } = loaded.report;
    return [...faults, ...warnings].map(faultLine);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(faultLine);
    throw error;
  }
}

const FILES = 'enrichment: {accounts_file: /etc/a.csv, geoip: {city_file: /c.mmdb, asn_file: /a.mmdb}}';

test('all of it is optional', () => {
  expect(readConfig(text(''), 'x').config).toMatchObject({
    enrichment: { geoip: {} },
    queues: [{ static_labels: {} }],
  });
  const { config } = readConfig(text(FILES, ', static_labels: {environment: prod}'), 'x');
  expect(config.enrichment).toEqual({
    accounts_file: '/etc/a.csv',
    geoip: { city_file: '/c.mmdb', asn_file: '/a.mmdb' },
  });
  expect(config.queues[0]?.static_labels).toEqual({ environment: 'prod' });
});

test.each([
  ['enrichment: {accounts: /etc/a.csv}', '', 'enrichment.accounts: unknown setting'],
  ['enrichment: {accounts_file: a.csv}', '', 'must be an absolute path of a .csv, .yaml or .yml file'],
  ['enrichment: {accounts_file: /a.txt}', '', 'must be an absolute path of a .csv, .yaml or .yml file'],
  ['enrichment: {geoip: {city_file: 7}}', '', 'must be an absolute path'],
  ['', ', static_labels: {"a b": x}', 'the name must be a name of letters'],
  ['', ', static_labels: {a: 7}', 'must be text on one line'],
  ['', ', static_labels: {a: "b\\u2028c"}', 'must be text on one line'],
  ['', ', static_labels: {trailferry_event_id: a}', 'is the name of a label that trailferry writes'],
])('is checked: %s%s', (more, queue, message) => {
  expect(said(text(more, queue))).toEqual([expect.stringContaining(message)]);
});

test('nothing of it shows where all destinations take the record as it is: that is told', () => {
  const labels = ', static_labels: {environment: prod}';
  expect(said(text(FILES, labels, 'json'))).toEqual([
    expect.stringContaining('x.yaml:3:132: queues[0].static_labels: shows nowhere'),
    expect.stringContaining('x.yaml:5:13: enrichment: shows nowhere'),
  ]);
  expect(said(text('', '', 'json'))).toEqual([]);
  for (const format of ['leef', 'cef', 'ocsf', 'ecs']) expect(said(text(FILES, labels, format))).toEqual([]);
});

test('its fields can be asked for where their file is given', () => {
  const filter = (field: string): string =>
    `, filters: [{name: f, drop: {log_type: vpc-flow, field: {name: ${field}, equals: NL}}}]`;
  expect(said(text(FILES, '', 'leef', filter('source.country')))).toEqual([]);
  expect(said(text('', '', 'leef', filter('source.country')))).toEqual([
    expect.stringContaining('is looked up in city_file of enrichment, which is not given, so this never holds'),
  ]);
});

test('its fields can be renamed and dropped by an override where their file is given', () => {
  const override = 'overrides: [{type: vpc-flow, drop_fields: [source.city], leef_keys: {srcCountry: geo}}]';
  expect(said(text(`${FILES}\n${override}`))).toEqual([]);
  expect(said(text(override))).toEqual([
    expect.stringContaining('drop_fields[0]: vpc-flow has no such field'),
    expect.stringContaining('leef_keys.srcCountry: is no attribute of this log type'),
  ]);
});

test('its files are opened, and every fault is at the setting and in the file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'trailferry-enrichment-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const put = (name: string, content: string | Buffer): string => {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  const [accounts, asn] = [put('a.csv', 'account,name\n1,a\n2,b\n'), put('asn', mmdb(SYSTEMS, { type: 'X-ASN' }))];
  const more = (account: string, city: string): string =>
    `enrichment:\n  accounts_file: ${account}\n  geoip:\n    city_file: ${city}\n    asn_file: ${asn}\n`;
  expect(said(text(more(accounts, asn)), true)).toEqual([
    expect.stringMatching(/^x\.yaml:6:18: enrichment\.accounts_file: \/.*a\.csv:2:1: "1" is no account id/),
    expect.stringMatching(/^x\.yaml:6:18: enrichment\.accounts_file: \/.*a\.csv:3:1: "2" is no account id/),
    `x.yaml:8:16: enrichment.geoip.city_file: ${asn} is a database of another kind: X-ASN`,
  ]);
  const swapped = `enrichment: {geoip: {asn_file: ${put('cities', mmdb(CITIES))}}}`;
  expect(said(text(swapped), true)).toEqual([
    expect.stringContaining('cities is a database of another kind: Test-City'),
  ]);
  const good = put('a.yaml', '"111122223333": {name: a}');
  expect(said(text(more(good, put('city', 'text'))), true)).toEqual([
    expect.stringMatching(/^x\.yaml:8:16: .* is no MaxMind database, or damaged: /),
  ]);
  expect(said(text(more(good, join(directory, 'none'))), true)).toEqual([
    expect.stringMatching(/^x\.yaml:8:16: .*none cannot be read by this user \(ENOENT\)$/),
  ]);
});

test('Splunk shows it beside the record, if fields are indexed', () => {
  const splunk = (more: string): string =>
    text(FILES).replace(
      'type: file, path: /tmp/out, format: leef',
      `type: hec, url: "http://h:1", token: {env: A}, format: json${more}`,
    );
  expect(said(splunk(''))).toEqual([]);
  expect(said(splunk(', indexed_fields: false'))).toEqual([expect.stringContaining('enrichment: shows nowhere')]);
});
