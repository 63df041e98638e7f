import type { Accounts } from '../../config/accounts-file.ts';
import type { EnrichmentSettings } from '../../config/config.ts';
import { OPENERS, type Tables } from '../../config/lookup-files.ts';
import { type Labels, type LookupFile, withAdded } from '../../formats/enrichment.ts';
import type { FieldName, LogEvent, ObjectOrigin } from '../../formats/event.ts';
import { absent } from '../../formats/expression.ts';
import { textOf } from '../../formats/functions.ts';
import type { Decoder, LogType } from '../../formats/log-type.ts';
import { DecoderAround } from './decoder-around.ts';
import { Geo, PLACE_PARTS } from './geo.ts';
import { KeptFile } from './kept-file.ts';

/** Fills looked-up values into those of an event. */
type Fill = (values: unknown[], origin: ObjectOrigin) => void;

/** What the admin knows beyond the records: log types get fields for it, and their events the values. */
export class Enrichment {
  readonly files: readonly KeptFile<unknown>[];
  /** Events of accounts that the file does not know. */
  unknownAccounts = 0;
  private readonly names: ReadonlySet<LookupFile>;
  private readonly accounts: KeptFile<Accounts> | undefined;
  private readonly geo: Geo;

  /** @throws {LookupFileError} */
  constructor({ accounts_file: accounts, geoip }: EnrichmentSettings) {
    this.accounts = kept('accounts_file', accounts);
    const city = kept('city_file', geoip.city_file);
    const asn = kept('asn_file', geoip.asn_file);
    this.geo = new Geo(city, asn);
    this.files = [this.accounts, city, asn].filter((file) => file !== undefined);
    this.names = new Set(this.files.map(({ name }) => name as LookupFile));
  }

  /** The log type with fields for all that may be added; the very same when that is nothing. */
  extended(type: LogType, labels: Labels): LogType {
    return withAdded(type, this.names, labels);
  }

  /** The log type with decoders that look up what it has fields for. */
  filling(type: LogType): LogType {
    const fills = [this.ofAccount(type), this.ofAddress(type, 'source'), this.ofAddress(type, 'destination')];
    const needed = fills.filter((fill) => fill !== undefined);
    if (needed.length === 0) return type;
    return { ...type, open: (origin, options) => new FillingDecoder(type.open(origin, options), needed) };
  }

  /** Reads files again that have changed, and tells of each that was looked at whether it has. */
  async look(tell: (file: KeptFile<unknown>, isNew: boolean) => void): Promise<void> {
    for (const file of this.files) {
      const isNew = await file.look();
      if (isNew) this.geo.forget();
      tell(file, isNew);
    }
  }

  private ofAccount(type: LogType): Fill | undefined {
    const file = this.accounts;
    const [name, ou] = [placeIn(type, 'cloud.account_name'), placeIn(type, 'cloud.organizational_unit')];
    if (file === undefined || (name < 0 && ou < 0)) return undefined;
    const by = placeIn(type, 'cloud.account');
    return (values, origin) => {
      const id = absent(values[by]) ? (origin.account ?? '') : textOf(values[by]);
      const account = file.table.get(id);
      if (account === undefined && id !== '') this.unknownAccounts += 1;
      if (name >= 0) values[name] = account?.name;
      if (ou >= 0) values[ou] = account?.ou;
    };
  }

  private ofAddress(type: LogType, side: 'source' | 'destination'): Fill | undefined {
    const parts = PLACE_PARTS.map((part, at) => ({ at, to: placeIn(type, `${side}.${part}`) }));
    const wanted = parts.filter(({ to }) => to >= 0);
    const by = placeIn(type, `${side}.address`);
    if (wanted.length === 0 || by < 0) return undefined;
    const { geo } = this;
    return (values) => {
      const place = geo.placeOf(values[by]);
      for (const { at, to } of wanted) values[to] = place[at];
    };
  }
}

function kept<Name extends LookupFile>(name: Name, path: string | undefined): KeptFile<Tables[Name]> | undefined {
  return path === undefined ? undefined : new KeptFile<Tables[Name]>(name, path, OPENERS[name]);
}

function placeIn({ fieldNames }: LogType, field: FieldName): number {
  return fieldNames.indexOf(field);
}

class FillingDecoder extends DecoderAround {
  private readonly fills: readonly Fill[];

  constructor(inner: Decoder, fills: readonly Fill[]) {
    super(inner);
    this.fills = fills;
  }

  protected change({ values }: LogEvent): void {
    for (const fill of this.fills) fill(values as unknown[], this.origin);
  }
}
