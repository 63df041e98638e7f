import type { Asn, City, LookUp } from '../../config/geo-file.ts';
import { addressKind } from '../../formats/wire/address.ts';
import type { KeptFile } from './kept-file.ts';
import { networkTest } from './network.ts';

/** What is known of an address, in the order in which a place holds it. */
export const PLACE_PARTS = [
  'country',
  'city',
  'latitude',
  'longitude',
  'as_number',
  'as_organization',
] as const satisfies readonly (keyof City | keyof Asn)[];

/** Values of PLACE_PARTS. */
export type Place = readonly (string | number | undefined)[];

const NOWHERE: Place = PLACE_PARTS.map(() => undefined);

/**
 * Addresses that are nobody's or everybody's (https://www.iana.org/assignments/iana-ipv4-special-registry, and for IPv6).
 * Those for documentation are left out: no log holds them, and examples may.
 */
const NOT_PUBLIC = networkTest([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3'],
  ...['::/127', '64:ff9b:1::/48', '100::/64', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
]);

/** Addresses of one generation. Two are kept: some 30 000 addresses, 8 MB. */
const MOST = 16_384;
const LONGEST_ADDRESS = 45;
const MAPPED = /^::ffff:(?=\d+\.)/i;

/** Looks addresses up, and remembers those that were asked for of late. */
export class Geo {
  private readonly city: KeptFile<LookUp<City>> | undefined;
  private readonly asn: KeptFile<LookUp<Asn>> | undefined;
  private young = new Map<string, Place>();
  private old = new Map<string, Place>();

  constructor(city: KeptFile<LookUp<City>> | undefined, asn: KeptFile<LookUp<Asn>> | undefined) {
    this.city = city;
    this.asn = asn;
  }

  /** What is known of a value that may be an address. Never throws: what cannot be read is not known. */
  placeOf(value: unknown): Place {
    if (typeof value !== 'string' || value.length > LONGEST_ADDRESS) return NOWHERE;
    return this.young.get(value) ?? this.remember(value);
  }

  /** To be called when a file was read again. */
  forget(): void {
    this.young.clear();
    this.old.clear();
  }

  private remember(value: string): Place {
    const place = this.old.get(value) ?? this.find(value);
    if (this.young.size >= MOST) {
      this.old = this.young;
      this.young = new Map();
    }
    // A copy: the text may be a view of a whole chunk, which it would keep in memory.
    this.young.set(Buffer.from(value, 'latin1').toString('latin1'), place);
    return place;
  }

  private find(value: string): Place {
    const address = value.replace(MAPPED, '');
    if (addressKind(address) === 'name' || NOT_PUBLIC(address)) return NOWHERE;
    const found: City & Asn = { ...ask(this.city, address), ...ask(this.asn, address) };
    return PLACE_PARTS.map((part) => found[part]);
  }
}

function ask<Found>(file: KeptFile<LookUp<Found>> | undefined, address: string): Found | undefined {
  try {
    return file?.table(address);
  } catch (error) {
    file?.damaged(error);
    return undefined;
  }
}
