import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isLabel, LOOKUPS, withAdded } from '../../formats/enrichment.ts';
import { FIELDS, type FieldName } from '../../formats/event.ts';
import { isFresh } from '../../formats/expression.ts';
import { allLogTypes, logTypeNamed, logTypeNames } from '../../formats/log-types/index.ts';
import { CEF_KEYS } from '../../formats/wire/cef-keys.ts';
import { DROP_ORDER } from '../../formats/wire/drop-order.ts';
import { ECS_NAMES } from '../../formats/wire/ecs-names.ts';
import { LEEF_KEYS } from '../../formats/wire/leef-keys.ts';
import { casesFile, NO_SAMPLES } from '../samples.ts';

const fields = Object.keys(FIELDS) as FieldName[];

/** Keys a field may become in CEF: its own, its label's, and where an address that is no IPv4 address goes. */
function cefKeys(field: FieldName): string[] {
  if (field === 'source.address') return ['src', 'c6a2', 'c6a2Label', 'shost'];
  // A host name in the place of the address goes to dhost only where no host field says something.
  if (field === 'destination.address') return ['dst', 'c6a3', 'c6a3Label'];
  const entry = CEF_KEYS[field];
  if (entry === undefined) return [];
  return entry.label === undefined ? [entry.key] : [entry.key, `${entry.key}Label`];
}

function leefKeys(field: FieldName): string[] {
  if (field === 'source.address') return ['src', 'srcHost'];
  if (field === 'destination.address') return ['dst'];
  const entry = LEEF_KEYS[field];
  return entry === undefined ? [] : [entry.key];
}

const FILES = new Set(['accounts_file', 'city_file', 'asn_file'] as const);

const CEF_ALWAYS = ['rt', 'cat', 'TrailferryEventId'];
const LEEF_ALWAYS = ['cat', 'devTime', 'sev', 'trailferryEventId', 'truncated'];

const once = (keys: readonly string[]): void => expect([...keys].sort()).toEqual([...new Set(keys)].sort());

describe.each(allLogTypes.map((type) => [`${type.name} (${type.spec.layout.kind})`, type] as const))(
  'log type %s',
  (_, type) => {
    it('says what it is, and where AWS says it', () => {
      expect(type.spec.title.length).toBeGreaterThan(10);
      expect(type.spec.reference).toMatch(
        type.spec.vendor === undefined ? /^https:\/\/docs\.aws\.amazon\.com\/\S+\.html$/ : /^https:\/\/\S+$/,
      );
      expect(type.spec.splunk.sourcetype).toMatch(/^[A-Za-z][A-Za-z0-9_:]+$/);
      expect(type.spec.qradar).not.toBe('');
      expect(logTypeNames).toContain(type.name);
      expect(logTypeNamed(type.name, type.spec.layout.kind === 'json' ? '{' : 'a')).toBe(type);
    });

    it('looks at every byte that can get into an event', () => {
      const { version, time, signature, scope, label, category, severity } = type.spec;
      const header = [version, time, signature, scope, label, category, severity].filter((one) => one !== undefined);
      expect(header.some(isFresh)).toBe(false);
    });

    it('has golden cases', () => {
      const folder = fileURLToPath(new URL(`log-types/${type.name}`, import.meta.url));
      expect(readdirSync(folder).filter((file) => file.endsWith('.in')).length).toBeGreaterThan(1);
    });

    it('writes no CEF or LEEF key twice, whatever the values are', () => {
      const { fieldNames, spec } = withAdded(type, FILES, { environment: 'prod' });
      const labels = [spec.ownKeys?.cef, spec.ownKeys?.leef].map(
        (keys) => keys?.['labels.environment' as FieldName]?.key,
      );
      expect(labels).toEqual(['TrailferryLabel_environment', 'label_environment']);
      const named = fieldNames.filter((name) => !isLabel(name));
      once([...CEF_ALWAYS, ...named.flatMap(cefKeys)]);
      once([...LEEF_ALWAYS, ...named.flatMap(leefKeys)]);
    });

    it('leaves room for a host name in the place of the address', () => {
      const named = type.fieldNames.filter((field) => field !== 'destination.host');
      once(['dhost', ...named.flatMap(cefKeys)]);
      once(['dstHost', ...named.flatMap(leefKeys)]);
    });
  },
);

describe('keys', () => {
  it('stand for the same fields in both formats', () => {
    for (const keys of [CEF_KEYS, LEEF_KEYS]) expect(Object.keys(keys).sort()).toEqual([...fields].sort());
    expect(DROP_ORDER.every((field) => fields.includes(field))).toBe(true);
  });

  it('of every field are used by a format, and every field by a log type or looked up', () => {
    const used = new Set(allLogTypes.flatMap((type) => type.fieldNames));
    expect(fields.filter((field) => !used.has(field))).toEqual(Object.keys(LOOKUPS));
    const names = (field: FieldName): number => ECS_NAMES[field]?.length ?? 0;
    expect(fields.filter((field) => cefKeys(field).length + leefKeys(field).length + names(field) === 0)).toEqual([]);
  });

  it('of LEEF are one word; of CEF a key of the standard, or named for us', () => {
    for (const field of fields) {
      for (const key of leefKeys(field)) expect(key).toMatch(/^[A-Za-z0-9]+$/);
    }
  });

  it('of CEF stand in its dictionary, with its lengths, and none is for consumers only', (context) => {
    const dictionary = casesFile('cef-dictionary.json') as Dictionary | undefined;
    if (dictionary === undefined) return context.skip(NO_SAMPLES);
    const known = new Map(dictionary.map((entry) => [entry.key, entry]));
    // Implementations have it, the table of the standard forgot it.
    const extra = new Set(['c6a2', 'c6a2Label']);
    for (const key of [...CEF_ALWAYS, ...fields.flatMap(cefKeys)].filter((name) => !extra.has(name))) {
      if (/^Trailferry[A-Z]/.test(key)) expect(known.has(key)).toBe(false);
      else expect(known.get(key)?.aud, key).toMatch(/^(?:producer|both)$/);
    }
    for (const entry of Object.values(CEF_KEYS)) {
      if (entry === undefined) continue;
      const { len, type } = known.get(entry.key) ?? { len: '', type: '' };
      if (type === 'string') expect(entry.most, entry.key).toBeLessThanOrEqual(Number(len));
      if (entry.label !== undefined) {
        expect(entry.label).toMatch(/^[A-Za-z0-9]+$/);
        expect(entry.label.length).toBeLessThanOrEqual(Number(known.get(`${entry.key}Label`)?.len));
      }
    }
  });

  it('of LEEF that IBM predefines keep within its limits and are none of the reserved ones', (context) => {
    const list = casesFile('leef-attributes.json') as { readonly attributes: LeefAttribute[] } | undefined;
    if (list === undefined) return context.skip(NO_SAMPLES);
    for (const { key, limits, reserved } of list.attributes) {
      const entry = Object.values(LEEF_KEYS).find((one) => one?.key === key);
      if (entry === undefined) continue;
      expect(reserved, key).toBe(false);
      const most = /^\d+$/.exec(String(limits))?.[0];
      if (most !== undefined) expect(entry.most, key).toBeLessThanOrEqual(Number(most));
    }
  });
});

type Dictionary = readonly {
  readonly key: string;
  readonly type: string;
  readonly len: string | number;
  readonly aud: string;
}[];
interface LeefAttribute {
  readonly key: string;
  readonly limits: string | number | null;
  readonly reserved: boolean;
}
