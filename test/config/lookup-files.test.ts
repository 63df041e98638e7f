import { describe, expect, it } from 'vitest';
import { readAccounts } from '../../config/accounts-file.ts';
import { openAsnFile, openCityFile } from '../../config/geo-file.ts';
import { ConfigError, faultLine } from '../../config/report.ts';
import { fromByteString } from '../../formats/framing/byte-string.ts';
import { CITIES, mmdb, SYSTEMS } from '../fakes/mmdb.ts';

const csv = (text: string | Buffer) => readAccounts(Buffer.from(text), '/etc/a.csv');
const yaml = (text: string) => readAccounts(Buffer.from(text), '/etc/a.yaml');

function faults(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(faultLine);
    throw error;
  }
  return [];
}

describe('accounts in CSV', () => {
  it('are read by the names in the first line, in any order, with or without units', () => {
    const accounts = csv(
      '\ufeffname,account,ou\r\n"Payments, EU",111122223333,Workloads/Prod\r\n\r\nSandbox,000000000001\r\n',
    );
    expect([...accounts]).toEqual([
      ['111122223333', { name: 'Payments, EU', ou: 'Workloads/Prod' }],
      ['000000000001', { name: 'Sandbox', ou: '' }],
    ]);
    expect(csv('account,name\n111122223333,a').get('111122223333')).toEqual({ name: 'a', ou: '' });
  });

  it('are byte strings on one line, whatever they hold', () => {
    const { name = '' } = csv('account,name\n111122223333,"Zür\u2028ich\t\u202e\u0007x "').get('111122223333') ?? {};
    expect(fromByteString(name)).toBe('Zür ich x');
    expect(name).not.toBe('Zür ich x');
    const long = csv(`account,name\n111122223333,${'é'.repeat(2000)}`).get('111122223333')?.name ?? '';
    expect(fromByteString(long)).toBe('é'.repeat(500));
  });

  it('that are wrong are named by their line, all of them', () => {
    const text = 'account,name,ou\n11112222333,a\n111122223333,a,b,c\n444455556666,\n777788889999,a\n777788889999,b\n';
    expect(faults(() => csv(text))).toEqual([
      '/etc/a.csv:2:1: "11112222333" is no account id of 12 digits; spreadsheets leave out zeros at its start',
      '/etc/a.csv:3:1: has 4 columns, the first line 3; a comma in a name needs quotes',
      '/etc/a.csv:4:1: the account 444455556666 has no name',
      '/etc/a.csv:6:1: the account 777788889999 is there twice',
    ]);
  });

  it.each([
    ['', 'it has no account'],
    ['account;name\n', 'it has no account'],
    ['account,name,unit\n', 'there is no column "unit"'],
    ['account,name,name\n', 'twice'],
    ['account,name\n', 'names no account'],
    [Buffer.from('account,name\n111122223333,Z\xfcrich', 'latin1'), 'is not UTF-8'],
    [Buffer.alloc(17 * 1024 * 1024, 0x61), 'are the most'],
  ])('are no accounts: %.20s', (text, message) => {
    expect(faults(() => csv(text))).toEqual([expect.stringContaining(message)]);
  });
});

describe('accounts in YAML', () => {
  it('are read by their ids, in quotes or without', () => {
    expect([...yaml('"111122223333": {name: payments, ou: Prod}\n000000000012:\n  name: "0"\n')]).toEqual([
      ['111122223333', { name: 'payments', ou: 'Prod' }],
      ['000000000012', { name: '0', ou: '' }],
    ]);
  });

  it('that are wrong are named by line and column, all of them', () => {
    const text = '1111: {name: a}\n"111122223333": {nam: a}\n"111122223334": {name: 1}\n"111122223335": a\n';
    expect(faults(() => yaml(text))).toEqual([
      '/etc/a.yaml:1:1: 1111: "1111" is no account id of 12 digits; spreadsheets leave out zeros at its start',
      '/etc/a.yaml:2:18: 111122223333.nam: only name and ou are here, and they are texts',
      '/etc/a.yaml:3:18: 111122223334.name: only name and ou are here, and they are texts',
      '/etc/a.yaml:4:1: 111122223335: the account 111122223335 has no name',
    ]);
    expect(faults(() => yaml('- a'))).toEqual([expect.stringContaining('must be accounts by their ids')]);
    expect(faults(() => yaml('a: [b'))).toHaveLength(1);
    expect(faults(() => yaml(''))).toHaveLength(1);
    expect(faults(() => yaml('"111122223333": {name: a}\n"111122223333": {name: b}\n'))).toContain(
      '/etc/a.yaml:2:1: this key is given twice in one section',
    );
  });
});

const sizes = [24, 28, 32] as const;

describe('MaxMind databases', () => {
  it.each(sizes)('say where an address is, with records of %d bits', (recordSize) => {
    const look = openCityFile(mmdb(CITIES, { recordSize }));
    const harbour = { country: 'NL', city: 'Harbour', latitude: 52.5, longitude: 4.75 };
    expect(look('192.0.2.0')).toEqual(harbour);
    expect(look('192.0.2.255')).toEqual(harbour);
    expect(look('192.0.3.0')).toBeUndefined();
    expect(look('198.51.100.127')?.country).toBe('SE');
    expect(fromByteString(look('198.51.100.1')?.city ?? '')).toBe('Älvsborg');
    expect(look('198.51.100.128')).toBeUndefined();
    expect(look('2001:db8:1::5')?.city).toBe('Minato');
    expect(look('2001:db8:2::5')).toBeUndefined();
  });

  it('say whose network it is', () => {
    const look = openAsnFile(mmdb(SYSTEMS, { type: 'Test-ASN' }));
    expect(look('192.0.2.1')).toEqual({ as_number: 64_500, as_organization: 'Example Carrier' });
    expect(look('203.0.113.1')).toBeUndefined();
  });

  it('of IPv4 alone say nothing of IPv6', () => {
    const look = openCityFile(mmdb({ '192.0.2.0/24': CITIES['192.0.2.0/24'] }, { ipVersion: 4 }));
    expect(look('192.0.2.9')?.country).toBe('NL');
    expect(look('c000:200::')).toBeUndefined();
  });

  it('are strangers: what they hold is taken only for what it should be, and on one line', () => {
    const odd = {
      ...{
        '192.0.2.0/24': {
          country: { iso_code: 7 },
          city: { names: { en: 'a\nb\u202e|=' } },
          location: { latitude: 1.5 },
        },
      },
      ...{ '198.51.100.0/24': 'text', '203.0.113.0/24': { country: 'NL', city: 1, location: [1] } },
    };
    const look = openCityFile(mmdb(odd));
    expect(look('192.0.2.1')).toEqual({ city: 'a b |=' });
    expect(look('198.51.100.1')).toBeUndefined();
    expect(look('203.0.113.1')).toEqual({});
  });

  it('of another kind are refused', () => {
    expect(() => openCityFile(mmdb(SYSTEMS, { type: 'GeoLite2-ASN' }))).toThrow(
      'is a database of another kind: GeoLite2-ASN',
    );
    expect(() => openAsnFile(mmdb(CITIES, { type: 'GeoLite2-City' }))).toThrow(
      'is a database of another kind: GeoLite2-City',
    );
  });

  it('that are no databases, or cut off, are refused', () => {
    const whole = mmdb(CITIES);
    expect(() => openCityFile(Buffer.alloc(0))).toThrow('is no MaxMind database');
    expect(() => openCityFile(Buffer.from('GeoIP'))).toThrow('is no MaxMind database');
    for (let length = 0; length < whole.length; length += 7)
      expect(() => openCityFile(whole.subarray(0, length)), String(length)).toThrow('is no MaxMind database');
    expect(() => openCityFile(whole.subarray(100))).toThrow(/damaged/);
  });

  it('with any byte changed give an answer or an error, at once', () => {
    const whole = mmdb(CITIES);
    const started = performance.now();
    for (let at = 0; at < whole.length; at += 1) {
      for (const bits of [0xff, 0x01, 0x80]) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ bits;
        try {
          const found = openCityFile(bytes)('192.0.2.1') ?? {};
          for (const value of Object.values(found)) expect(['string', 'number']).toContain(typeof value);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }
    }
    expect(performance.now() - started).toBeLessThan(60_000);
  });
});
