import { FormatError } from '../record.ts';

/** What is said of a file that is not what its own words say. */
export function damaged(what: string, cause?: unknown): FormatError {
  return new FormatError('TF-PARQUET-DAMAGED', `the Parquet file is damaged: ${what}`, cause);
}
