import { mkdtempSync, renameSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Enrichment } from '../../../agent/rules/enrichment.ts';
import type { Geo } from '../../../agent/rules/geo.ts';
import { mappings } from '../../../agent/rules/mapping.ts';
import type { EnrichmentSettings, OverrideSettings } from '../../../config/config.ts';
import { LookupFileError } from '../../../config/lookup-files.ts';
import type { Labels } from '../../../formats/enrichment.ts';
import { fromByteString } from '../../../formats/framing/byte-string.ts';
import type { LogType } from '../../../formats/log-type.ts';
import { guardduty } from '../../../formats/log-types/guardduty.ts';
import { waf } from '../../../formats/log-types/waf.ts';
import type { FormatName } from '../../../formats/wire/formatter.ts';
import { formats } from '../../../formats/wire/index.ts';
import { parseCef } from '../../cef-parser.ts';
import { CITIES, mmdb, SYSTEMS } from '../../fakes/mmdb.ts';
import { parseLeef } from '../../leef-parser.ts';
import { cloudtrail, ORIGIN, vpcFlow } from './events.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trailferry-enrichment-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
});

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

/** All three files, as those of an admin may be. */
function settings(): EnrichmentSettings {
  return {
    accounts_file: file('accounts.csv', 'account,name,ou\n111122223333,"Pay|ments, \u202eEU",Workloads/Prod\n'),
    geoip: {
      city_file: file('city.mmdb', mmdb(CITIES)),
      asn_file: file('asn.mmdb', mmdb(SYSTEMS, { type: 'GeoLite2-ASN' })),
    },
  };
}

interface Asked {
  readonly overrides?: readonly OverrideSettings[];
  readonly labels?: Labels;
  readonly account?: string;
}

/** The text of each record of an object in a format, as a destination gets it. */
function written(
  enrichment: Enrichment,
  format: FormatName,
  type: LogType,
  bytes: string,
  asked: Asked = {},
): string[] {
  const mapped = mappings(asked.overrides ?? [], enrichment)({ static_labels: asked.labels ?? {} })(type);
  const decoder = mapped.open({ ...ORIGIN, account: asked.account }, { skip: 0, maxRecordBytes: 1e6 });
  const formatter = formats[format].compile(decoder.type, { truncated: 0, replaced: 0 });
  const texts: string[] = [];
  const write = (record: Parameters<typeof decoder.event>[0]): void => {
    texts.push(fromByteString(formatter.write(decoder.event(record, 'a'.repeat(32)), 1e6)));
  };
  decoder.framing.push(Buffer.from(bytes), write);
  decoder.framing.end(write);
  return texts;
}

const flows = (...ends: (readonly [source: string, destination: string])[]): string =>
  [
    'account-id srcaddr dstaddr action start end',
    ...ends.map(([from, to]) => `111122223333 ${from} ${to} ACCEPT 1 2`),
  ].join('\n');
const leefOf = (text: string): Record<string, string> => Object.fromEntries(parseLeef(text).attributes);
const cefOf = (text: string): Record<string, string> => Object.fromEntries(parseCef(text).extensions);
const json = (text: string | undefined): Record<string, never> => JSON.parse(text ?? '') as Record<string, never>;

const call = (members: object): string =>
  JSON.stringify({
    Records: [
      {
        ...{ eventVersion: '1.08', eventTime: '2026-11-24T12:00:00Z', eventSource: 's3.amazonaws.com' },
        ...{ eventName: 'GetObject', awsRegion: 'eu-west-1', recipientAccountId: '111122223333' },
        ...{ sourceIPAddress: '192.0.2.7', ...members },
      },
    ],
  });

describe('what is looked up', () => {
  it('stands in LEEF, and cannot break out of its attribute', () => {
    const [text = ''] = written(new Enrichment(settings()), 'leef', vpcFlow, flows(['192.0.2.7', '2001:db8:1::9']));
    expect(leefOf(text)).toMatchObject({
      ...{ awsAccountName: 'Pay/ments, EU', awsOrganizationalUnit: 'Workloads/Prod' },
      ...{ srcCountry: 'NL', srcCity: 'Harbour', srcAsn: '64500', srcAsnOrg: 'Example Carrier' },
      ...{ dstCountry: 'JP', dstCity: 'Minato', dstAsn: '64501', dstAsnOrg: 'Exämple Six' },
    });
  });

  it('stands in CEF under keys that are named for us', () => {
    const [text = ''] = written(new Enrichment(settings()), 'cef', vpcFlow, flows(['192.0.2.7', '198.51.100.9']));
    expect(cefOf(text)).toMatchObject({
      ...{ TrailferryAccountName: 'Pay|ments, EU', TrailferryOrganizationalUnit: 'Workloads/Prod' },
      ...{ TrailferrySourceCountry: 'NL', TrailferrySourceAsn: '64500', TrailferrySourceAsnOrg: 'Example Carrier' },
      ...{ TrailferryDestinationCountry: 'SE', TrailferryDestinationCity: 'Älvsborg' },
    });
    expect(text).not.toContain('DestinationAsn');
  });

  it('stands in ECS under its standard names', () => {
    const [text] = written(new Enrichment(settings()), 'ecs', cloudtrail, call({}), {
      labels: { environment: 'prod' },
    });
    expect(json(text)).toMatchObject({
      cloud: { account: { id: '111122223333', name: 'Pay|ments, EU' } },
      source: {
        ip: '192.0.2.7',
        geo: { country_iso_code: 'NL', city_name: 'Harbour', location: { lat: 52.5, lon: 4.75 } },
        as: { number: 64_500, organization: { name: 'Example Carrier' } },
      },
      labels: { environment: 'prod', trailferry_event_id: 'a'.repeat(32) },
      aws: { cloud: { organizational_unit: 'Workloads/Prod' } },
    });
  });

  it('stands in OCSF at the endpoint it is of, or of the evidence of a finding', () => {
    const enrichment = new Enrichment(settings());
    const where = {
      location: { country: 'NL', city: 'Harbour', lat: 52.5, long: 4.75 },
      autonomous_system: { number: 64_500, name: 'Example Carrier' },
    };
    const [text] = written(enrichment, 'ocsf', cloudtrail, call({}), { labels: { environment: 'prod' } });
    expect(json(text)).toMatchObject({
      cloud: { account: { uid: '111122223333', name: 'Pay|ments, EU' } },
      src_endpoint: { ip: '192.0.2.7', ...where },
      unmapped: { 'cloud.organizational_unit': 'Workloads/Prod', 'labels.environment': 'prod' },
    });
    const action = {
      networkConnectionAction: { connectionDirection: 'INBOUND', remoteIpDetails: { ipAddressV4: '192.0.2.7' } },
    };
    const finding = {
      schemaVersion: '2.0',
      id: 'f',
      type: 'A:B/C',
      severity: 5,
      updatedAt: '2026-11-24T12:00:00Z',
      service: { action },
    };
    const [found] = written(enrichment, 'ocsf', guardduty, JSON.stringify(finding));
    expect(json(found)).toMatchObject({ evidences: [{ src_endpoint: { ip: '192.0.2.7', ...where } }] });
  });

  it('is no part of raw and json: they are the record', () => {
    const enrichment = new Enrichment(settings());
    for (const format of ['raw', 'json', 'splunk'] as const) {
      const plain = written(new Enrichment({ geoip: {} }), format, vpcFlow, flows(['192.0.2.7', '198.51.100.9']));
      expect(written(enrichment, format, vpcFlow, flows(['192.0.2.7', '198.51.100.9']))).toEqual(plain);
    }
  });

  it('is the event’s own, and gone with it', () => {
    const bytes = flows(
      ['192.0.2.7', '10.0.0.1'],
      ['10.0.0.1', '192.0.2.7'],
      ['203.0.113.1', '-'],
      ['::ffff:192.0.2.7', '::1'],
    );
    const texts = written(new Enrichment(settings()), 'leef', vpcFlow, bytes);
    const found = texts.map(leefOf).map((all) => [all['srcCountry'], all['dstCountry']]);
    expect(found).toEqual([
      ['NL', undefined],
      [undefined, 'NL'],
      [undefined, undefined],
      ['NL', undefined],
    ]);
  });

  it('goes by the account of the object’s key where the event names none', () => {
    const nameless = call({ recipientAccountId: undefined });
    const enrichment = new Enrichment(settings());
    const name = (account?: string): string | undefined =>
      leefOf(written(enrichment, 'leef', cloudtrail, nameless, account === undefined ? {} : { account })[0] ?? '')[
        'awsAccountName'
      ];
    expect(name('111122223333')).toBe('Pay/ments, EU');
    expect(name()).toBeUndefined();
    expect(enrichment.unknownAccounts).toBe(0);
    expect(name('444455556666')).toBeUndefined();
    expect(enrichment.unknownAccounts).toBe(1);
  });

  it('takes no place from the record', () => {
    const request = { clientIp: '192.0.2.7', country: 'CH', httpMethod: 'GET', uri: '/', requestId: 'r', headers: [] };
    const record = {
      timestamp: 1_700_000_000_000,
      formatVersion: 1,
      webaclId: 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/b',
      action: 'ALLOW',
      terminatingRuleId: 'Default_Action',
      httpRequest: request,
      clientAsn: 64_999,
    };
    const enrichment = new Enrichment(settings());
    expect(json(written(enrichment, 'ecs', waf, JSON.stringify(record))[0])).toMatchObject({
      source: { geo: { country_iso_code: 'CH', city_name: 'Harbour' }, as: { number: 64_999 } },
    });
    expect(json(written(enrichment, 'ocsf', waf, JSON.stringify(record))[0])).toMatchObject({
      src_endpoint: { location: { country: 'CH', city: 'Harbour' }, autonomous_system: { number: 64_999 } },
      unmapped: { 'source.country': 'NL', 'source.as_number': 64_500 },
    });
  });

  it('can be renamed, dropped, and asked for by a severity', () => {
    const override = {
      ...{
        type: 'vpc-flow',
        add_fields: {},
        labels: {},
        drop_fields: ['source.city'],
        leef_keys: { srcCountry: 'geo' },
      },
      // biome-ignore lint/suspicious/noThenProperty: what the admin writes
      severity: [{ when: { field: { name: 'source.country', equals: 'NL' } }, then: 9 }],
    };
    const [text = ''] = written(new Enrichment(settings()), 'leef', vpcFlow, flows(['192.0.2.7', '10.0.0.1']), {
      overrides: [override],
    });
    expect(leefOf(text)).toMatchObject({ geo: 'NL', sev: '9', srcAsn: '64500' });
    expect(text).not.toMatch(/srcCity|srcCountry/);
  });

  it('goes before anything of the record does, where an event is too long', () => {
    const mapped = mappings([], new Enrichment(settings()))({ static_labels: { environment: 'prod' } })(cloudtrail);
    const decoder = mapped.open(ORIGIN, { skip: 0, maxRecordBytes: 1e6 });
    const formatter = formats.leef.compile(decoder.type, { truncated: 0, replaced: 0 });
    decoder.framing.push(Buffer.from(call({ userAgent: 'curl' })), (record) => {
      const whole = formatter.write(decoder.event(record, 'id'), 1e6);
      const shorter = formatter.write(decoder.event(record, 'id'), whole.length - 1);
      expect(whole).toContain('srcCountry=NL');
      expect(shorter).not.toMatch(/srcCountry|awsAccountName|label_/);
      expect(shorter).toContain('userAgent=curl');
    });
  });
});

describe('labels', () => {
  it('stand in all events, cleaned like any text', () => {
    const labels = { environment: 'a|b=ü' };
    const none = new Enrichment({ geoip: {} });
    const [leef = ''] = written(none, 'leef', vpcFlow, flows(['192.0.2.7', '10.0.0.1']), { labels });
    expect(leefOf(leef)['label_environment']).toBe('a/b=ü');
    const [cef = ''] = written(none, 'cef', vpcFlow, flows(['192.0.2.7', '10.0.0.1']), { labels });
    expect(cefOf(cef)['TrailferryLabel_environment']).toBe('a|b=ü');
  });
});

it('costs nothing where nothing is asked for: log types are the very same', () => {
  const mapping = mappings([], new Enrichment({ geoip: {} }))({ static_labels: {} });
  for (const type of [cloudtrail, vpcFlow]) expect(mapping(type)).toBe(type);
});

it('lays out a log type once for queues of equal labels', () => {
  const mappingFor = mappings([], new Enrichment({ geoip: {} }));
  const [one, two, other] = ['a', 'a', 'b'].map((text) => mappingFor({ static_labels: { text } })(cloudtrail));
  expect(one).toBe(two);
  expect(one).not.toBe(other);
});

describe('a file', () => {
  const nameOf = (enrichment: Enrichment): string | undefined =>
    leefOf(written(enrichment, 'leef', vpcFlow, flows(['192.0.2.7', '10.0.0.1']))[0] ?? '')['awsAccountName'];
  const troubles = async (enrichment: Enrichment): Promise<(string | undefined)[]> => {
    const told: (string | undefined)[] = [];
    await enrichment.look(({ trouble }, isNew) => told.push(isNew ? 'new' : trouble));
    return told;
  };
  const accounts = (name: string, content = `account,name\n111122223333,${name}\n`): EnrichmentSettings => ({
    accounts_file: file('accounts.csv', content),
    geoip: {},
  });

  it('that cannot be used keeps the agent from starting, and is named', () => {
    expect(() => new Enrichment(accounts('', 'account,name\n1,a\n'))).toThrow(
      /accounts\.csv:2:1: "1" is no account id/,
    );
    expect(() => new Enrichment({ geoip: { city_file: join(directory, 'none') } })).toThrow(LookupFileError);
    expect(() => new Enrichment({ geoip: { asn_file: file('x', 'x') } })).toThrow(/x is no MaxMind database/);
  });

  it('that changed is read again, at the second look that finds it so', async () => {
    const enrichment = new Enrichment(accounts('old'));
    expect(await troubles(enrichment)).toEqual([undefined]);
    accounts('newer');
    expect(await troubles(enrichment)).toEqual([undefined]);
    expect(nameOf(enrichment)).toBe('old');
    expect(await troubles(enrichment)).toEqual(['new']);
    expect(nameOf(enrichment)).toBe('newer');
    expect(await troubles(enrichment)).toEqual([undefined]);
  });

  it('that is being written is left until it is whole', async () => {
    const enrichment = new Enrichment(accounts('old'));
    for (const part of ['account', 'account,name\n', 'account,name\n1111']) {
      accounts('', part);
      expect(await troubles(enrichment)).toEqual([undefined]);
    }
    accounts('whole');
    await troubles(enrichment);
    await troubles(enrichment);
    expect(nameOf(enrichment)).toBe('whole');
  });

  it('whose new version is bad is told, and the old one stays in force until a good one comes', async () => {
    const enrichment = new Enrichment(accounts('old'));
    accounts('', 'account,name\n1,a\n');
    await troubles(enrichment);
    for (let look = 0; look < 2; look += 1)
      expect(await troubles(enrichment)).toEqual([expect.stringContaining('accounts.csv:2:1: "1" is no account id')]);
    expect(nameOf(enrichment)).toBe('old');
    accounts('mended');
    await troubles(enrichment);
    expect(await troubles(enrichment)).toEqual(['new']);
    expect(nameOf(enrichment)).toBe('mended');
  });

  it('that is gone is told, and when it is back as it was all is well', async () => {
    const { accounts_file: path = '', ...rest } = accounts('old');
    const enrichment = new Enrichment({ accounts_file: path, ...rest });
    renameSync(path, `${path}.away`);
    expect(await troubles(enrichment)).toEqual([`${path} cannot be read by this user (ENOENT)`]);
    expect(nameOf(enrichment)).toBe('old');
    renameSync(`${path}.away`, path);
    expect(await troubles(enrichment)).toEqual([undefined]);
  });

  it('of places that changed is asked anew for addresses that were asked for before', async () => {
    const city = file('city.mmdb', mmdb(CITIES));
    const enrichment = new Enrichment({ geoip: { city_file: city } });
    const country = (): string | undefined =>
      leefOf(written(enrichment, 'leef', vpcFlow, flows(['192.0.2.7', '10.0.0.1']))[0] ?? '')['srcCountry'];
    expect(country()).toBe('NL');
    unlinkSync(city);
    file('city.mmdb', mmdb({ '192.0.2.0/24': CITIES['198.51.100.0/25'] }));
    utimesSync(city, 1, 1);
    await troubles(enrichment);
    expect(country()).toBe('NL');
    await troubles(enrichment);
    expect(country()).toBe('SE');
  });

  it('that is damaged where nobody looked at the start costs no event, and is told', async () => {
    const bytes = mmdb({ '192.0.2.0/24': CITIES['192.0.2.0/24'], '2001:db8::/32': 'x'.repeat(60) });
    const at = bytes.indexOf('x'.repeat(60));
    // A text of 60 bytes that is said to be of a type that there is not.
    bytes[at - 2] = 0x00;
    bytes[at - 1] = 0xf0;
    const enrichment = new Enrichment({ geoip: { city_file: file('city.mmdb', bytes) } });
    const texts = written(enrichment, 'leef', vpcFlow, flows(['2001:db8::1', '192.0.2.7']));
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain('dstCountry=NL');
    expect(await troubles(enrichment)).toEqual([expect.stringContaining('city.mmdb is damaged')]);
  });
});

it('asks of public addresses only', () => {
  const nets = ['0.0.0.0/1', '128.0.0.0/1', '1000::/4', 'f000::/4'];
  const everywhere = mmdb(Object.fromEntries(nets.map((network) => [network, CITIES['192.0.2.0/24']])));
  const enrichment = new Enrichment({ geoip: { city_file: file('city.mmdb', everywhere) } });
  const countries = (...addresses: string[]): (string | undefined)[] =>
    written(enrichment, 'leef', vpcFlow, flows(...addresses.map((from) => [from, '-'] as const))).map(
      (text) => leefOf(text)['srcCountry'],
    );
  const inner = [
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.1.1',
    '172.31.0.1',
    '192.168.0.1',
    '224.0.0.1',
  ];
  const inner6 = [
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::1',
    '::ffff:10.0.0.1',
    'ec2.amazonaws.com',
    '192.0.2',
    '1.2.3.4.5',
  ];
  expect(countries(...inner, ...inner6)).toEqual(new Array(16).fill(undefined));
  expect(countries('9.255.255.255', '100.63.0.1', '172.32.0.1', '192.169.0.1', '223.255.255.255', '1000::1')).toEqual(
    new Array(6).fill('NL'),
  );
});

it('remembers no more addresses than it may', () => {
  const enrichment = new Enrichment({ geoip: { city_file: file('city.mmdb', mmdb(CITIES)) } });
  const many = Array.from({ length: 40_000 }, (_, at): readonly [string, string] => [
    `192.0.${at >> 8}.${at & 255}`,
    '192.0.2.7',
  ]);
  const texts = written(enrichment, 'leef', vpcFlow, flows(...many, ['192.0.2.9', '10.0.0.7']));
  expect(texts.filter((text) => text.includes('srcCountry=NL'))).toHaveLength(257);
  const { remembered } = Reflect.get(enrichment, 'geo') as Geo;
  expect(remembered).toBeGreaterThan(16_384);
  expect(remembered).toBeLessThanOrEqual(32_768);
});
