import type { Origin } from '../transport.ts';

/** STRUCTURED-DATA of one lane (RFC 5424 6.3): all but the event id, which stands between the two. */
export interface StructuredData {
  readonly before: string;
  readonly after: string;
}

/** Length of an event id. */
export const EVENT_ID_LENGTH = 32;

/** One element with event id, and account and region where they are known. @param enterprise a private enterprise number */
export function structuredData({ account, region }: Origin, enterprise: number): StructuredData {
  return {
    before: `[trailferry@${enterprise} event_id="`,
    after: `"${parameter('account', account)}${parameter('region', region)}]`,
  };
}

function parameter(name: string, value: string | undefined): string {
  return value === undefined || value === '' ? '' : ` ${name}="${escaped(value)}"`;
}

/** RFC 5424 6.3.3, and no control characters. */
function escaped(value: string): string {
  return value.replace(/[\x00-\x1f\x7f]/g, '_').replace(/["\\\]]/g, '\\$&');
}
