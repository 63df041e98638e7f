import { absent, type Computed, describe, type Expression } from '../expression.ts';
import { choose, computed, text, textOf } from '../functions.ts';

/** Words of programs for how bad it is, in lower case, to severity. */
const SEVERITIES = new Map(
  Object.entries({
    ...{ emerg: 10, emergency: 10, alert: 9, panic: 8, crit: 7, critical: 7, fatal: 7 },
    ...{ err: 4, error: 4, severe: 4, warn: 3, warning: 3, notice: 2 },
  }),
);

/** Severity by the level of a message; what is no fault is 1. */
export function levelSeverity(level: Expression): Computed {
  return computed(`by ${describe(level)}`, [level], (value) => severityOf(textOf(value)));
}

export function severityOf(level: string): number {
  return SEVERITIES.get(level.toLowerCase()) ?? 1;
}

/** Whether a message of this level tells of a failure. */
export function isFault(level: string): boolean {
  return severityOf(level) >= 4;
}

/** `failure` for a level that tells of one; nothing else is known. */
export function levelOutcome(level: Expression): Computed {
  return text(level, `failure from the level ${describe(level)}`, (value) => (isFault(value) ? 'failure' : undefined));
}

/** A name with `Success` or `Failure` behind it where an outcome is known. */
export function categoryBy(name: string, outcome: Expression): Computed {
  return computed(`${name} and Success or Failure`, [outcome], (value) => {
    if (absent(value)) return name;
    return `${name} ${value === 'failure' ? 'Failure' : 'Success'}`;
  });
}

/** What a web server's message is, by its level. */
export const webErrorLabel = choose(
  'level',
  {
    ...{ emerg: 'Web server emergency', alert: 'Web server alert', crit: 'Web server critical error' },
    ...{ error: 'Web server error', warn: 'Web server warning', notice: 'Web server notice' },
  },
  'Web server message',
);
