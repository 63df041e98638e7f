import type { LookupFile } from '../formats/enrichment.ts';
import type { EnrichmentSettings } from './config.ts';
import type { Names } from './schema.ts';

const left = { default: null } as const;

/** Files in which values are looked up. */
export const enrichmentSection = {
  accounts_file: {
    doc: 'Names and organizational units of AWS accounts. A .csv file has the columns account, name and ou by its first line, a .yaml file `"111122223333": {name: payments, ou: Workloads/Prod}`. Read again when it changes.',
    format: 'accounts-file',
    ...left,
    example: '/etc/trailferry/accounts.csv',
  },
  geoip: {
    city_file: {
      doc: 'MaxMind database of cities or countries: country, city, latitude and longitude of source and destination. Read again when it changes.',
      format: 'city-file',
      ...left,
      example: '/var/lib/GeoIP/GeoLite2-City.mmdb',
    },
    asn_file: {
      doc: 'MaxMind database of autonomous systems: number and organization of the networks of source and destination. Read again when it changes.',
      format: 'asn-file',
      ...left,
      example: '/var/lib/GeoIP/GeoLite2-ASN.mmdb',
    },
  },
} satisfies Names<EnrichmentSettings>;

/** What was written of it, as far as it was good. */
export interface DraftEnrichment {
  readonly accounts_file?: string | null;
  readonly geoip?: { readonly city_file?: string | null; readonly asn_file?: string | null };
}

/** The files that are named. */
export function lookupFiles({ accounts_file, geoip = {} }: DraftEnrichment): ReadonlySet<LookupFile> {
  const all = { accounts_file, city_file: geoip.city_file, asn_file: geoip.asn_file };
  const named = Object.entries(all).filter(([, path]) => path !== undefined && path !== null);
  return new Set(named.map(([name]) => name as LookupFile));
}
