import { type MappingOverride, type OverrideFault, overridden } from '../formats/override.ts';
import { type Additions, checkCondition, type DraftCondition } from './condition-rules.ts';
import type { Report } from './report.ts';
import { join, type Values } from './schema.ts';
import { didYouMean } from './suggestion.ts';

/** An override as it was read: whole when nothing in it is at fault. */
export interface DraftOverride extends Values {
  readonly type?: string;
  readonly severity?: readonly ({ readonly when?: DraftCondition } | undefined)[];
}

/** Tries an override on the log types that it is for, and reports what of it cannot be. */
export function checkOverride(override: DraftOverride, path: string, report: Report, additions: Additions): void {
  const { type = '', severity = [] } = override;
  const scope = { types: [type], ...additions };
  for (const [index, rule] of severity.entries())
    checkCondition(rule?.when, `${path}.severity[${index}].when`, report, scope);
  if (!report.isClean(path)) return;
  const settings = override as unknown as MappingOverride;
  const types = additions.known.mappingsOf(type);
  const told = new Set<string>();
  for (const fault of types.flatMap((one) => overridden(one, settings).faults)) {
    const at = placeOf(fault, settings, path);
    const fields = types.flatMap(({ fieldNames }) => fieldNames);
    if (!told.has(at)) report.fault(at, fault[2] + (fault[0] === 'drop_fields' ? didYouMean(fault[1], fields) : ''));
    told.add(at);
  }
}

function placeOf([part, name]: OverrideFault, { drop_fields }: MappingOverride, path: string): string {
  return part === 'drop_fields' ? join(`${path}.${part}`, drop_fields.indexOf(name)) : `${path}.${part}.${name}`;
}
