import type { DestinationSettings } from '../../config/config.ts';
import { readSecret } from '../../config/credentials.ts';
import { Filters } from './filters.ts';
import { Redaction } from './redaction.ts';

/** What the admin asks for beyond a format: which events a destination gets, and what of them. One instance a destination. */
export interface Rules {
  readonly filters: Filters;
  readonly redaction: Redaction;
}

/** What of a destination's settings makes its rules. */
export type RuleSettings = Pick<DestinationSettings, 'filters' | 'redact' | 'redact_key' | 'redact_defaults'>;

/** @throws {SecretError} when the key of hashes cannot be read */
export function rulesOf({ filters, redact, redact_key, redact_defaults }: RuleSettings): Rules {
  const key = redact_key === undefined ? undefined : readSecret(redact_key);
  return { filters: new Filters(filters), redaction: new Redaction(redact, redact_defaults, key) };
}

/** The rules of a destination that asks for nothing. */
export function noRules(): Rules {
  return rulesOf({ filters: [], redact: [], redact_defaults: true });
}
