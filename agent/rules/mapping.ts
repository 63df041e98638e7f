import type { OverrideSettings, SeverityRule } from '../../config/config.ts';
import type { LogEvent, ObjectOrigin } from '../../formats/event.ts';
import type { Framing, LogRecord } from '../../formats/framing/record.ts';
import type { Decoder, LogType } from '../../formats/log-type.ts';
import { overridden } from '../../formats/override.ts';
import { type BindCondition, compileCondition, type Verdict } from './condition.ts';

/** A log type as the admin wants it: the very same where nothing was said of it. */
export type Mapping = (type: LogType) => LogType;

/** Every log type as it comes. */
export const unchanged: Mapping = (type) => type;

/** Lays the overrides out; a log type is compiled anew once. */
export function mappingOf(overrides: readonly OverrideSettings[]): Mapping {
  if (overrides.length === 0) return unchanged;
  const byName = new Map(overrides.map((override) => [override.type, override]));
  const made = new Map<LogType, LogType>();
  return (type) => {
    const override = byName.get(type.name);
    if (override === undefined) return type;
    const known = made.get(type) ?? withSeverity(overridden(type, override).type, override.severity);
    made.set(type, known);
    return known;
  };
}

function withSeverity(type: LogType, rules: readonly SeverityRule[]): LogType {
  if (rules.length === 0) return type;
  const compiled = rules.map((rule) => ({ rule, bind: compileCondition(rule.when, type) }));
  return { ...type, open: (origin, options) => new SeverityDecoder(type.open(origin, options), compiled) };
}

/** A decoder whose events have the severity that the first rule says whose condition holds. */
export class SeverityDecoder implements Decoder {
  /** The rule that gave the last event its severity. */
  applied: SeverityRule | undefined;
  private readonly inner: Decoder;
  private readonly rules: readonly { readonly rule: SeverityRule; readonly verdict: Verdict }[];

  constructor(inner: Decoder, rules: readonly { readonly rule: SeverityRule; readonly bind: BindCondition }[]) {
    this.inner = inner;
    this.rules = rules.map(({ rule, bind }) => ({ rule, verdict: bind(inner.origin) }));
  }

  get type(): LogType {
    return this.inner.type;
  }

  get origin(): ObjectOrigin {
    return this.inner.origin;
  }

  get framing(): Framing {
    return this.inner.framing;
  }

  get header(): string {
    return this.inner.header;
  }

  time(record: LogRecord): number {
    return this.inner.time(record);
  }

  event(record: LogRecord, id: string): LogEvent {
    const event = this.inner.event(record, id);
    this.applied = this.rules.find(({ verdict }) => (typeof verdict === 'boolean' ? verdict : verdict(event)))?.rule;
    // Events are used again, and everybody sees the one: it is the decoder's to fill.
    if (this.applied !== undefined) (event as { severity: number }).severity = this.applied.then;
    return event;
  }
}
