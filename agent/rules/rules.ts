import type { DestinationSettings } from '../../config/config.ts';
import { Filters } from './filters.ts';

/** What the admin asks for beyond a format: which events a destination gets, and what of them. One instance a destination. */
export interface Rules {
  readonly filters: Filters;
}

export function rulesOf({ filters }: Pick<DestinationSettings, 'filters'>): Rules {
  return { filters: new Filters(filters) };
}

/** Every event goes, as it is. */
export function noRules(): Rules {
  return { filters: new Filters([]) };
}
