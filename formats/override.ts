import type { FieldName } from './event.ts';
import { defineLogType, type LogType } from './log-type.ts';
import type { CefKey } from './wire/cef-keys.ts';
import type { LeefKey } from './wire/leef-keys.ts';
import { cefKeyOf, leefKeyOf, type OwnKeys } from './wire/own-keys.ts';

/** What is to be otherwise in the mapping of a log type. */
export interface MappingOverride {
  readonly drop_fields: readonly string[];
  /** Paths, or columns, by the LEEF attribute that they make. */
  readonly add_fields: Readonly<Record<string, string>>;
  /** Labels by the custom slot of CEF that they are for. */
  readonly labels: Readonly<Record<string, string>>;
  /** New LEEF attributes by those that the mapping has. */
  readonly leef_keys: Readonly<Record<string, string>>;
}

/** What cannot be done, by the part of the override that asks for it. */
export type OverrideFault = readonly [part: keyof MappingOverride, name: string, message: string];

/** Keys that every event has, or may get. */
const LEEF_HEAD = ['cat', 'devTime', 'devTimeFormat', 'sev', 'trailferryEventId', 'truncated'];
const CEF_HEAD = ['rt', 'cat', 'TrailferryEventId'];
/** The writers of addresses choose among these by the kind of address. */
const LEEF_ADDRESSES: Readonly<Partial<Record<FieldName, readonly string[]>>> = {
  'source.address': ['src', 'srcHost'],
  'destination.address': ['dst', 'dstHost'],
};
const CEF_ADDRESSES: Readonly<Partial<Record<FieldName, readonly string[]>>> = {
  'source.address': ['src', 'c6a2', 'shost'],
  'destination.address': ['dst', 'c6a3', 'dhost'],
};

/** The log type with its mapping changed, and what of the override cannot be done. */
export function overridden(type: LogType, override: MappingOverride): { type: LogType; faults: OverrideFault[] } {
  const faults: OverrideFault[] = [];
  const fields: Record<string, unknown> = { ...type.spec.fields };
  for (const name of override.drop_fields) {
    if (!Object.hasOwn(fields, name)) faults.push(['drop_fields', name, `${type.name} has no such field`]);
    delete fields[name];
  }
  const keys = new KeyBoard(Object.keys(fields) as FieldName[], type.spec.ownKeys);
  for (const [slot, label] of Object.entries(override.labels)) keys.label(slot, label, faults);
  for (const [from, to] of Object.entries(override.leef_keys)) keys.rename(from, to, faults);
  for (const [name, path] of Object.entries(override.add_fields)) {
    fields[name] = path;
    keys.add(name as FieldName, faults);
  }
  return { type: defineLogType({ ...type.spec, fields, ownKeys: keys.own }), faults };
}

/** The keys of one log type: which field has which, and what is free. */
class KeyBoard {
  private readonly cef = new Map<string, FieldName | undefined>(CEF_HEAD.map((key) => [key, undefined]));
  private readonly leef = new Map<string, FieldName | undefined>(LEEF_HEAD.map((key) => [key, undefined]));
  private readonly ownCef: Partial<Record<FieldName, CefKey>>;
  private readonly ownLeef: Partial<Record<FieldName, LeefKey>>;

  constructor(fields: readonly FieldName[], own?: OwnKeys) {
    this.ownCef = { ...own?.cef };
    this.ownLeef = { ...own?.leef };
    for (const field of fields) {
      for (const key of CEF_ADDRESSES[field] ?? [cefKeyOf(field, own)?.key ?? '']) this.cef.set(key, field);
      for (const key of LEEF_ADDRESSES[field] ?? [leefKeyOf(field, own)?.key ?? '']) this.leef.set(key, field);
    }
  }

  get own(): OwnKeys {
    return { cef: this.ownCef, leef: this.ownLeef };
  }

  label(slot: string, label: string, faults: OverrideFault[]): void {
    const field = this.cef.get(slot);
    const key = field === undefined ? undefined : cefKeyOf(field, this.own);
    if (field === undefined || key?.label === undefined) {
      const known = [...this.cef].filter(
        ([, name]) => name !== undefined && cefKeyOf(name, this.own)?.label !== undefined,
      );
      faults.push([
        'labels',
        slot,
        `is no labelled slot of this log type; those are ${known.map(([name]) => name).join(', ')}`,
      ]);
    } else this.ownCef[field] = { ...key, label };
  }

  rename(from: string, to: string, faults: OverrideFault[]): void {
    const field = this.leef.get(from);
    const key = field === undefined ? undefined : leefKeyOf(field, this.own);
    if (field === undefined) faults.push(['leef_keys', from, 'is no attribute of this log type']);
    else if (key === undefined || LEEF_ADDRESSES[field] !== undefined)
      faults.push(['leef_keys', from, 'is read by QRadar itself and keeps its name']);
    else if (this.leef.has(to)) faults.push(['leef_keys', from, `there is ${to} in this log type already`]);
    else {
      this.leef.delete(from);
      this.leef.set(to, field);
      this.ownLeef[field] = { ...key, key: to };
    }
  }

  /** In CEF a new field has a slot for free text as long as there is one, then a key of its own. */
  add(field: FieldName, faults: OverrideFault[]): void {
    const slot = ['flexString1', 'flexString2'].find((key) => !this.cef.has(key));
    const taken = this.leef.has(field) || (slot === undefined && this.cef.has(field));
    if (taken) {
      faults.push(['add_fields', field, 'is the name of an attribute of this log type already']);
      return;
    }
    this.leef.set(field, field);
    this.ownLeef[field] = { key: field, most: 4000, kind: 'text' };
    this.cef.set(slot ?? field, field);
    this.ownCef[field] = {
      key: slot ?? field,
      most: 1023,
      kind: 'text',
      ...(slot === undefined ? {} : { label: field }),
    };
  }
}
