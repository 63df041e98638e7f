import { cloudWatchLogs } from './cloudwatch-logs.ts';
import type { Envelope } from './envelope.ts';
import { eventBridge } from './eventbridge.ts';
import { fireLens } from './firelens.ts';
import { sns } from './sns.ts';

/** All layers that can stand around records, in any nesting. */
export const envelopes: readonly Envelope[] = [cloudWatchLogs, eventBridge, sns, fireLens];

/** The envelope that has these members, or undefined. */
export function envelopeOf(members: ReadonlySet<string>): Envelope | undefined {
  return envelopes.find((envelope) => envelope.members.every((name) => members.has(name)));
}
