import { isAbsolute } from 'node:path';
import { validate } from 'node-cron';
import { FIELDS } from '../formats/event.ts';
import { logTypeNames } from '../formats/log-types/index.ts';
import { isCidr, isEndpoint, isHostname, isListen, isUrl } from './network-names.ts';
import { isSecretRef, SECRET_REF, SECRET_REF_JSON } from './secret-ref.ts';
import { asDuration, asSize, bytes, DURATION, LONGEST_MS, milliseconds, SIZE } from './units.ts';

/** What one value may look like: the formats of a `Setting`, known to convict by the same names. */
export interface ValueFormat {
  /** Completes the sentence "must be ...". */
  readonly expects: string;
  /** Whether a value, as YAML gave it, is one. Nothing is coerced: "no" is no boolean and "10s" no number. */
  accepts(value: unknown): boolean;
  /** Where a text stands for a number that the program wants: the number of an accepted text, and back. */
  readonly unit?: { readonly measure: (written: string) => number; readonly write: (value: number) => string };
  /** All that it may be, where that is a list: what a wrong word is likened to. */
  readonly words?: readonly string[];
  /** A wrong value may be a secret: faults never quote it. */
  readonly hidden?: true;
  /** The same in JSON Schema, as near as it can say it. */
  readonly json: Readonly<Record<string, unknown>>;
}

const LINE = /^[^\u0000-\u001f\u007f]+$/;
const isText = (value: unknown): value is string => typeof value === 'string';
const FIELD_NAMES = Object.keys(FIELDS);
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const isCron = (value: string) => value === 'off' || (value.trim().split(/ +/).length === 5 && validate(value));
const isTimer = (value: string) => milliseconds(value) <= LONGEST_MS;

function text(expects: string, pattern: RegExp, also: (value: string) => boolean = () => true): ValueFormat {
  const accepts = (value: unknown) => isText(value) && pattern.test(value) && also(value);
  return { expects, accepts, json: { type: 'string', pattern: pattern.source } };
}

function whole(expects: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): ValueFormat {
  const accepts = (value: unknown) => isWhole(value) && value >= minimum && value <= maximum;
  return { expects, accepts, json: { type: 'integer', minimum, maximum } };
}

/** Every format by its name. */
export const valueFormats: Readonly<Record<string, ValueFormat>> = {
  String: text('text on one line', LINE),
  Boolean: { expects: 'true or false', accepts: (value) => typeof value === 'boolean', json: { type: 'boolean' } },
  Number: { expects: 'a number', accepts: Number.isFinite, json: { type: 'number' } },
  nat: whole('a whole number, 0 or more', 0),
  count: whole('a whole number, 1 or more', 1),
  port: whole('a port number from 1 to 65535', 1, 65_535),
  version: whole('1, the only version that there is', 1, 1),
  duration: {
    ...text('a duration with its unit, like 500ms, 10s, 2m or 12h, at most 24d', DURATION, isTimer),
    unit: { measure: milliseconds, write: asDuration },
  },
  bytes: {
    expects: 'a size, like 65536 (bytes), 64KiB or 8MB',
    accepts: (value) => (isWhole(value) && value >= 0) || (isText(value) && SIZE.test(value)),
    unit: { measure: bytes, write: asSize },
    json: { type: ['integer', 'string'], minimum: 0, pattern: SIZE.source },
  },
  file: text('an absolute path', LINE, isAbsolute),
  directory: text('an absolute path', LINE, isAbsolute),
  endpoint: {
    ...text('a host name or an IP address, with a port behind a colon if it has its own', LINE, isEndpoint),
    hidden: true,
  },
  'accounts-file': text(
    'an absolute path of a .csv, .yaml or .yml file',
    /^[^\u0000-\u001f\u007f]+\.(csv|ya?ml)$/,
    isAbsolute,
  ),
  'city-file': text('an absolute path', LINE, isAbsolute),
  'asn-file': text('an absolute path', LINE, isAbsolute),
  hostname: { ...text('a host name or an IP address', LINE, isHostname), hidden: true },
  url: { ...text('an http:// or https:// URL without user name and password', LINE, isUrl), hidden: true },
  listen: text('host:port, like 127.0.0.1:9478, or off', LINE, isListen),
  cron: text('five fields as in crontab(5), like 0 0 * * * for every midnight, or off', LINE, isCron),
  secret: {
    expects: `${SECRET_REF}, never the secret itself`,
    accepts: isSecretRef,
    hidden: true,
    json: SECRET_REF_JSON,
  },
  'text-or-secret': {
    expects: `text, or ${SECRET_REF}`,
    accepts: (value) => (isText(value) ? LINE.test(value) : isSecretRef(value)),
    hidden: true,
    json: { anyOf: [{ type: 'string', pattern: LINE.source }, SECRET_REF_JSON] },
  },
  name: text('a name of small letters, digits and hyphens, at most 63', /^[a-z0-9][a-z0-9-]{0,62}$/),
  region: text('a region, like eu-west-1', /^[a-z]{2,8}(-[a-z]+)+-\d{1,2}$/),
  account: text('an account id of 12 digits, in quotes', /^\d{12}$/),
  'role-arn': text('the ARN of a role', /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/),
  severity: whole('a whole number from 0 to 10', 0, 10),
  scalar: {
    expects: 'a text, a number, true or false',
    accepts: (value) => (isText(value) ? LINE.test(value) : typeof value === 'boolean' || Number.isFinite(value)),
    json: { type: ['string', 'number', 'boolean'] },
  },
  cidr: text('an address, or a network like 10.0.0.0/8 or 2001:db8::/32', /^[0-9A-Fa-f:.]+(\/\d{1,3})?$/, isCidr),
  attribute: text('a name of letters, digits and _, at most 40', /^[A-Za-z][A-Za-z0-9_]{0,39}$/),
  label: text('a label of letters, digits, blanks, _, . and -, at most 63', /^[A-Za-z][A-Za-z0-9 _.-]{0,62}$/),
  'label-text': text('text on one line, at most 255 characters', /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,255}$/),
  member: text(
    'a path of names parted by dots, like requestParameters.password',
    /^[^\u0000-\u0020.\u007f]+(\.[^\u0000-\u0020.\u007f]+)*$/,
  ),
  field: { ...words(FIELD_NAMES), expects: 'a field of the common vocabulary' },
  'log-type': { ...words(logTypeNames), expects: 'the name of a log type' },
  bucket: text('a bucket name, or a pattern with * that says more than *', /^(?!\*+$)[a-z0-9*][a-z0-9.*-]{1,62}$/),
};

/** The format of a setting, which is one of the above or a list of words. */
export function formatOf(format: string | readonly string[]): ValueFormat {
  if (typeof format !== 'string') return words(format);
  const known = Object.hasOwn(valueFormats, format) ? valueFormats[format] : undefined;
  if (known === undefined) throw new TypeError(`no value format is called "${format}"`);
  return known;
}

/** An accepted value as the program uses it: milliseconds for "10s", bytes for "64KiB", anything else as it is. */
export function measured(format: string | readonly string[], value: unknown): unknown {
  const { unit } = formatOf(format);
  return unit !== undefined && isText(value) ? unit.measure(value) : value;
}

/** A value as an admin would write it: the inverse of `measured`. */
export function written(format: string | readonly string[], value: unknown): unknown {
  const { unit } = formatOf(format);
  return unit !== undefined && typeof value === 'number' ? unit.write(value) : value;
}

function words(list: readonly string[]): ValueFormat {
  return {
    expects: list.length === 1 ? String(list[0]) : `one of ${list.join(', ')}`,
    accepts: (value) => isText(value) && list.includes(value),
    words: list,
    json: { enum: list },
  };
}
