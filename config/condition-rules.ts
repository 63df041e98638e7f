import { type LookupFile, lookupOf } from '../formats/enrichment.ts';
import type { Registries } from './registries.ts';
import type { Report } from './report.ts';
import { join, type Values } from './schema.ts';

/** A condition as it was read: what is not there is null, an empty list, or missing. */
export interface DraftCondition extends Values {
  readonly log_type?: readonly (string | undefined)[];
  readonly severity?: { readonly below?: number | null; readonly at_least?: number | null } | null;
  readonly field?: Values | null;
  readonly all?: readonly (DraftCondition | undefined)[];
  readonly any?: readonly (DraftCondition | undefined)[];
  readonly not?: DraftCondition | null;
}

/** What there is besides the records: log types with fields for it, and the files in which it is looked up. */
export interface Additions {
  readonly known: Registries;
  readonly files: ReadonlySet<LookupFile>;
}

/** What is known around a condition: the log types that it is asked of, as far as the configuration says. */
export interface Scope extends Additions {
  readonly types: readonly string[];
}

const WAYS = ['equals', 'in', 'matches', 'cidr'];

/** Holds a condition, and those in it, against what no single setting shows. */
export function checkCondition(
  condition: DraftCondition | null | undefined,
  path: string,
  report: Report,
  outer: Scope,
): void {
  if (condition === undefined || condition === null) return;
  const own = condition.log_type ?? [];
  const scope = own.length === 0 ? outer : { ...outer, types: own.flatMap((name) => name ?? []) };
  if (report.isClean(path) && !Object.values(condition).some(given)) {
    report.fault(path, 'says nothing, so every event would match');
  }
  checkField(condition.field, join(path, 'field'), report, scope);
  checkSeverity(condition.severity, join(path, 'severity'), report);
  checkCondition(condition.not, join(path, 'not'), report, scope);
  for (const name of ['all', 'any'] as const) {
    const list = join(path, name);
    for (const [index, inner] of (condition[name] ?? []).entries())
      checkCondition(inner, join(list, index), report, scope);
  }
}

function given(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

function checkField(
  field: Values | null | undefined,
  path: string,
  report: Report,
  { types, known, files }: Scope,
): void {
  if (!given(field) || !report.isClean(path)) return;
  const ways = WAYS.filter((way) => given(field?.[way]));
  if (ways.length !== 1) report.fault(path, `must have one of ${WAYS.join(', ')}; has ${ways.join(', ') || 'none'}`);
  const mappings = types.flatMap(known.mappingsOf);
  const file = lookupOf(String(field?.['name']))?.file;
  if (file !== undefined && !files.has(file))
    report.warn(join(path, 'name'), `is looked up in ${file} of enrichment, which is not given, so this never holds`);
  else if (
    mappings.length > 0 &&
    !mappings.some(({ fieldNames }) => fieldNames.some((name) => name === field?.['name']))
  )
    report.warn(join(path, 'name'), `is no field of ${types.join(' or ')}, so this never holds`);
}

function checkSeverity(severity: DraftCondition['severity'], path: string, report: Report): void {
  if (!given(severity) || !report.isClean(path)) return;
  const { below, at_least: least } = severity ?? {};
  if (!given(below) && !given(least)) report.fault(path, 'must have below, at_least or both');
  if (typeof below === 'number' && typeof least === 'number' && below <= least)
    report.fault(path, `nothing is below ${below} and at least ${least}`);
}
