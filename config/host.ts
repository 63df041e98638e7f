import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LookupFile } from '../formats/enrichment.ts';
import type { SecretRef } from '../transports/transport.ts';
import type { Config } from './config.ts';
import { configSection } from './config-schema.ts';
import { readSecret, SecretError } from './credentials.ts';
import type { Loaded } from './load.ts';
import { OPENERS, troublesOf } from './lookup-files.ts';
import { type Registries, registries } from './registries.ts';
import type { Report } from './report.ts';
import { settingsIn } from './schema.ts';

type Look = (value: unknown, path: string, report: Report) => void;

/**
 * Holds a good configuration against this host: files that must be readable, secrets, the state directory. Faults and
 * warnings go to its report. Nothing is written and nothing is sent.
 */
export function checkHost({ config, report }: Loaded, known: Registries = registries): void {
  for (const [path, format, value] of lookedAt(config, known)) LOOKS.get(format)?.(value, path, report);
}

function* lookedAt(config: Config, known: Registries): Generator<[path: string, format: unknown, value: unknown]> {
  const { destinations, ...section } = configSection(known);
  for (const [path, { format }, value] of settingsIn(section, config, '')) yield [path, format, value];
  for (const [index, destination] of config.destinations.entries()) {
    const { type, settings } = destination;
    const schema = known.transports.find((transport) => transport.type === type)?.schema ?? {};
    const path = `destinations[${index}]`;
    for (const [at, { format }, value] of settingsIn(destinations.shared, destination, path)) yield [at, format, value];
    for (const [at, { format }, value] of settingsIn(schema, settings, path)) yield [at, format, value];
  }
}

/** A file in which values are looked up, with its own faults. */
const lookupFile =
  (name: LookupFile): Look =>
  (value, path, report) => {
    try {
      OPENERS[name](readFileSync(String(value)), String(value));
    } catch (error) {
      for (const message of troublesOf(String(value), error)) report.fault(path, message);
    }
  };

const file: Look = (value, path, report) => {
  try {
    accessSync(String(value), constants.R_OK);
    if (!statSync(String(value)).isFile()) report.fault(path, `${value} is not a file`);
  } catch (error) {
    report.fault(path, `${value} cannot be read by this user (${codeOf(error)})`);
  }
};

const secret: Look = (value, path, report) => {
  try {
    readSecret(value as SecretRef);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    // By hand there are no credentials: systemd hands them to the unit only.
    if (error.code === 'TF-SECRET-DIRECTORY') report.warn(path, `could not be checked here: ${error.message}`);
    else report.fault(path, error.message);
  }
};

const textOrSecret: Look = (value, path, report) => {
  if (typeof value !== 'string') secret(value, path, report);
};

/** Writable, or to be made in the nearest directory above that there is. */
const directory: Look = (value, path, report) => {
  let nearest = String(value);
  while (!existsSync(nearest)) nearest = dirname(nearest);
  if (!statSync(nearest).isDirectory()) return report.fault(path, `${nearest} is not a directory`);
  try {
    accessSync(nearest, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    report.fault(path, `this user cannot write in ${nearest} (${codeOf(error)}), and the agent must`);
  }
};

const LOOKS: ReadonlyMap<unknown, Look> = new Map([
  ['file', file],
  ['accounts-file', lookupFile('accounts_file')],
  ['city-file', lookupFile('city_file')],
  ['asn-file', lookupFile('asn_file')],
  ['secret', secret],
  ['text-or-secret', textOrSecret],
  ['directory', directory],
]);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
