import { isIPv6 } from 'node:net';
import type { Origin } from '../transport.ts';

/** Everything a header template can name: constant for one object. */
const FIELDS = ['host', 'account', 'region', 'log_type', 'bucket'] as const;
type Field = (typeof FIELDS)[number];

const PLACEHOLDER = /\{([^{}]*)\}/g;
/** What stands for a field that the object does not tell. */
const UNKNOWN = 'unknown';

/** The fields, as documentation lists them. */
export const TEMPLATE_FIELDS = FIELDS.map((field) => `\`{${field}}\``).join(', ');

/** A template with its fields in place. @param hostname this host's name */
export function filled(template: string, { account, region, logType, source }: Origin, hostname: string): string {
  const bucket = /^s3:\/\/([^/]+)/.exec(source)?.[1];
  const values: Readonly<Record<Field, string | undefined>> = {
    host: hostname,
    account,
    region,
    log_type: logType,
    bucket,
  };
  return template.replace(PLACEHOLDER, (_, field: Field) => values[field] || UNKNOWN);
}

/** What is wrong with a template; undefined when nothing is. */
export function templateFault(template: string): string | undefined {
  const unknown = Array.from(template.matchAll(PLACEHOLDER), ([, field = '']) => field).find(
    (field) => !(FIELDS as readonly string[]).includes(field),
  );
  if (unknown !== undefined) return `knows no {${unknown}}, only ${FIELDS.map((field) => `{${field}}`).join(', ')}`;
  const literal = template.replace(PLACEHOLDER, '');
  if (/[{}]/.test(literal)) return 'has a { or } without its partner';
  if (!/^[!-~]*$/.test(literal)) return 'must be printable ASCII without blanks';
  return undefined;
}

/** Whether a host name is an IPv6 address, in brackets or not: QRadar cannot route by one. */
export function isIPv6Name(name: string): boolean {
  return isIPv6(name.replace(/^\[(.*)\]$/, '$1'));
}
