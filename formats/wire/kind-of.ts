import type { FieldName } from '../event.ts';
import { CEF_KEYS } from './cef-keys.ts';
import { LEEF_KEYS } from './leef-keys.ts';
import type { ValueKind } from './value-kind.ts';

/** How a field's value is written in formats that have no table of their own for it. */
export function kindOf(field: FieldName): ValueKind {
  return LEEF_KEYS[field]?.kind ?? CEF_KEYS[field]?.kind ?? 'text';
}
