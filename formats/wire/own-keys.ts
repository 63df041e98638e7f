import type { FieldName } from '../event.ts';
import { CEF_KEYS, type CefKey } from './cef-keys.ts';
import { LEEF_KEYS, type LeefKey } from './leef-keys.ts';

/** Keys for fields of one log type, where those of the vocabulary are not what somebody wants. */
export interface OwnKeys {
  readonly cef: Readonly<Partial<Record<FieldName, CefKey>>>;
  readonly leef: Readonly<Partial<Record<FieldName, LeefKey>>>;
}

/** The CEF key of a field; undefined when CEF does not carry it. */
export function cefKeyOf(field: FieldName, own?: OwnKeys): CefKey | undefined {
  return own?.cef[field] ?? CEF_KEYS[field];
}

/** The LEEF key of a field; undefined when LEEF does not carry it. */
export function leefKeyOf(field: FieldName, own?: OwnKeys): LeefKey | undefined {
  return own?.leef[field] ?? LEEF_KEYS[field];
}
