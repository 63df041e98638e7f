import type { LookupFile } from '../formats/enrichment.ts';
import { type Accounts, readAccounts } from './accounts-file.ts';
import { type Asn, type City, type LookUp, openAsnFile, openCityFile } from './geo-file.ts';

import { ConfigError, faultLine } from './report.ts';

/** What each file becomes in memory. */
export interface Tables {
  readonly accounts_file: Accounts;
  readonly city_file: LookUp<City>;
  readonly asn_file: LookUp<Asn>;
}

/** Makes a table of a file's bytes. @throws {ConfigError} with faults by line, or an Error that says what the file is */
export const OPENERS: { readonly [Name in LookupFile]: (bytes: Buffer, path: string) => Tables[Name] } = {
  accounts_file: readAccounts,
  city_file: openCityFile,
  asn_file: openAsnFile,
};

/** A file of `enrichment` that cannot be used. */
export class LookupFileError extends Error {
  override readonly name = 'LookupFileError';
  readonly code = 'TF-LOOKUP-FILE';

  constructor(path: string, cause: unknown) {
    super(`${troublesOf(path, cause).join('\n')} [TF-LOOKUP-FILE]`, { cause });
  }
}

const MOST_TOLD = 20;

/** What is wrong with a file, by its lines where it has some, as far as a person reads on. */
export function troublesOf(path: string, error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.faults.slice(0, MOST_TOLD).map(faultLine);
  if (error instanceof Error && 'code' in error) return [`${path} cannot be read by this user (${error.code})`];
  return [`${path} ${error instanceof Error ? error.message : error}`];
}
