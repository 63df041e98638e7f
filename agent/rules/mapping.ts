import type { OverrideSettings, SeverityRule } from '../../config/config.ts';
import type { Labels } from '../../formats/enrichment.ts';
import type { LogEvent } from '../../formats/event.ts';
import type { Decoder, LogType } from '../../formats/log-type.ts';
import { overridden } from '../../formats/override.ts';
import { type BindCondition, compileCondition, type Verdict } from './condition.ts';
import { DecoderAround } from './decoder-around.ts';
import type { Enrichment } from './enrichment.ts';

/** A log type as the admin wants it: the very same where nothing was said of it. */
export type Mapping = (type: LogType) => LogType;

/** Every log type as it comes. */
export const unchanged: Mapping = (type) => type;

/**
 * What the admin says of log types, laid out for queues: first come the fields that are added, so that an override may
 * rename or drop them, and severities may ask for them. A log type is compiled anew once for all queues of equal labels.
 */
export function mappings(
  overrides: readonly OverrideSettings[],
  enrichment: Enrichment,
): (queue: { readonly static_labels: Labels }) => Mapping {
  const byName = new Map(overrides.map((override) => [override.type, override]));
  const known = new Map<string, Mapping>();
  return ({ static_labels: labels }) => {
    const key = JSON.stringify(labels);
    const mapping = known.get(key) ?? once((type) => mapped(type, byName.get(type.name), labels, enrichment));
    known.set(key, mapping);
    return mapping;
  };
}

function once(make: Mapping): Mapping {
  const made = new Map<LogType, LogType>();
  return (type) => {
    const known = made.get(type) ?? make(type);
    made.set(type, known);
    return known;
  };
}

function mapped(
  type: LogType,
  override: OverrideSettings | undefined,
  labels: Labels,
  enrichment: Enrichment,
): LogType {
  const extended = enrichment.extended(type, labels);
  if (override === undefined) return enrichment.filling(extended);
  return withSeverity(enrichment.filling(overridden(extended, override).type), override.severity);
}

function withSeverity(type: LogType, rules: readonly SeverityRule[]): LogType {
  if (rules.length === 0) return type;
  const compiled = rules.map((rule) => ({ rule, bind: compileCondition(rule.when, type) }));
  return { ...type, open: (origin, options) => new SeverityDecoder(type.open(origin, options), compiled) };
}

/** A decoder whose events have the severity that the first rule says whose condition holds. */
export class SeverityDecoder extends DecoderAround {
  /** The rule that gave the last event its severity. */
  applied: SeverityRule | undefined;
  private readonly rules: readonly { readonly rule: SeverityRule; readonly verdict: Verdict }[];

  constructor(inner: Decoder, rules: readonly { readonly rule: SeverityRule; readonly bind: BindCondition }[]) {
    super(inner);
    this.rules = rules.map(({ rule, bind }) => ({ rule, verdict: bind(inner.origin) }));
  }

  protected change(event: LogEvent): void {
    this.applied = this.rules.find(({ verdict }) => (typeof verdict === 'boolean' ? verdict : verdict(event)))?.rule;
    if (this.applied !== undefined) (event as { severity: number }).severity = this.applied.then;
  }
}
