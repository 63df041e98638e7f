import { type AsnResponse, type CityResponse, Reader, type Response } from 'mmdb-lib';
import { cleanText } from './clean-text.ts';
import { Recent } from './recent.ts';

/** Where an address is. Texts are byte strings; a coordinate comes with a country only. */
export interface City {
  readonly country?: string;
  readonly city?: string;
  readonly latitude?: number;
  readonly longitude?: number;
}

/** Whose network an address is in. */
export interface Asn {
  readonly as_number?: number;
  readonly as_organization?: string;
}

/**
 * What a database says of an IPv4 or IPv6 address, written as RFC 5952 has it or without its gap; undefined when it says
 * nothing. @throws any error, where the file is damaged
 */
export type LookUp<Found> = (address: string) => Found | undefined;

/** A database of cities or countries (https://maxmind.github.io/MaxMind-DB/). @throws what is wrong with the file */
export function openCityFile(bytes: Buffer): LookUp<City> {
  return open<CityResponse, City>(bytes, /asn|isp|domain|connection/i, ({ country, city, location }) => {
    const code = text(country?.iso_code);
    const [latitude, longitude] = [number(location?.latitude), number(location?.longitude)];
    const isPlace = code !== undefined && latitude !== undefined && longitude !== undefined;
    return known({ country: code, city: text(city?.names?.en), ...(isPlace ? { latitude, longitude } : {}) });
  });
}

/** A database of autonomous systems. @throws what is wrong with the file */
export function openAsnFile(bytes: Buffer): LookUp<Asn> {
  return open<AsnResponse, Asn>(bytes, /city|country|domain|connection/i, (found) =>
    known({
      as_number: number(found.autonomous_system_number),
      as_organization: text(found.autonomous_system_organization),
    }),
  );
}

function open<Wire extends Response, Found>(
  bytes: Buffer,
  others: RegExp,
  read: (found: Wire) => Found,
): LookUp<Found> {
  const reader = readerOf<Wire>(bytes);
  const { ipVersion, databaseType } = reader.metadata;
  if (others.test(String(databaseType))) throw new Error(`is a database of another kind: ${cleanText(databaseType)}`);
  const lookUp: LookUp<Found> = (address) => {
    // The reader would follow the bits of an IPv6 address through a tree of IPv4.
    if (ipVersion !== 6 && address.includes(':')) return undefined;
    const found = reader.get(address);
    return typeof found === 'object' && found !== null ? read(found) : undefined;
  };
  probe(lookUp);
  return lookUp;
}

/** Parts of records that are kept decoded; two generations of them are some 4 MB. */
const MOST_DECODED = 4096;

function readerOf<Wire extends Response>(bytes: Buffer): Reader<Wire> {
  try {
    // Its records point to what they have in common: most of a record was decoded before.
    const reader = new Reader<Wire>(bytes, { cache: new Recent(MOST_DECODED) });
    const { binaryFormatMajorVersion: version, searchTreeSize, nodeCount, ipVersion } = reader.metadata;
    if (version !== 2) throw new Error(`version ${version} of the format; 2 is read`);
    if (ipVersion !== 4 && ipVersion !== 6) throw new Error('no version of IP');
    if (!(nodeCount > 0 && searchTreeSize < bytes.length)) throw new Error('its tree is not all there');
    return reader;
  } catch (cause) {
    throw new Error(`is no MaxMind database, or damaged: ${(cause as Error).message}`, { cause });
  }
}

const PROBES = 1024;

/** Looks addresses up all over IPv4, so that damage is mostly found at once. */
function probe(lookUp: LookUp<unknown>): void {
  try {
    for (let at = 0; at < PROBES; at += 1) lookUp(`${at >> 2}.${(at & 3) << 6}.${(at * 7) & 255}.${(at * 13) & 255}`);
  } catch (cause) {
    throw new Error(`is damaged: ${(cause as Error).message}`, { cause });
  }
}

/** A database is a stranger's: what it promises to hold is looked at. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? cleanText(value) : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

type Given<T> = { readonly [Name in keyof T]: Exclude<T[Name], undefined> };

function known<T extends object>(values: T): Partial<Given<T>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Given<T>>;
}
