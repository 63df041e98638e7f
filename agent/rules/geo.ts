import type { Asn, City, LookUp } from '../../config/geo-file.ts';
import { Recent } from '../../config/recent.ts';
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

/** Two generations of so many addresses are 8 MB. */
const MOST_REMEMBERED = 16_384;
const LONGEST_ADDRESS = 45;
const MAPPED = /^::ffff:(?=\d+\.)/i;

/** Looks addresses up, and remembers those that were asked for of late. */
export class Geo {
  private readonly city: KeptFile<LookUp<City>> | undefined;
  private readonly asn: KeptFile<LookUp<Asn>> | undefined;
  private readonly known = new Recent<string, Place>(MOST_REMEMBERED);

  constructor(city: KeptFile<LookUp<City>> | undefined, asn: KeptFile<LookUp<Asn>> | undefined) {
    this.city = city;
    this.asn = asn;
  }

  /** Number of addresses that are remembered. */
  get remembered(): number {
    return this.known.size;
  }

  /** What is known of a value that may be an address. Never throws: what cannot be read is not known. */
  placeOf(value: unknown): Place {
    // Of these a network has many more than others: they must not drive the others out of memory.
    if (typeof value !== 'string' || value.length > LONGEST_ADDRESS || NOT_PUBLIC(value)) return NOWHERE;
    return this.known.get(value) ?? this.find(value);
  }

  /** To be called when a file was read again. */
  forget(): void {
    this.known.clear();
  }

  private find(value: string): Place {
    const address = value.replace(MAPPED, '');
    if (addressKind(address) === 'name') return NOWHERE;
    const found: City & Asn = { ...ask(this.city, address), ...ask(this.asn, address) };
    const place = PLACE_PARTS.map((part) => found[part]);
    // A copy: the text may be a view of a whole chunk, which it would keep in memory.
    this.known.set(Buffer.from(value, 'latin1').toString('latin1'), place);
    return place;
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
