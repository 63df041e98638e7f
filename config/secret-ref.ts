import { isAbsolute } from 'node:path';

/** Each way to keep a secret outside of the configuration, and what may name the place. */
const PLACES: Readonly<Record<string, (where: string) => boolean>> = {
  credential: isCredentialName,
  file: isAbsolute,
  env: (where) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(where),
};

/** Completes "must be ...". */
export const SECRET_REF = '{credential: NAME}, {file: /PATH} or {env: NAME}';

/** A reference in JSON Schema. */
export const SECRET_REF_JSON = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: Object.fromEntries(Object.keys(PLACES).map((key) => [key, { type: 'string' }])),
} as const;

/** Whether a plain value is a `SecretRef`: one place, well named. */
export function isSecretRef(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const [[key, where] = ['', undefined], ...more] = Object.entries(value);
  const names = Object.hasOwn(PLACES, key) ? PLACES[key] : undefined;
  return names !== undefined && more.length === 0 && typeof where === 'string' && names(where);
}

/** A name that cannot lead out of the directory of credentials (systemd.exec(5), LoadCredential=). */
export function isCredentialName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,254}$/.test(name);
}
