import { type Loaded, readConfig } from '../../config/load.ts';
import { ConfigError, faultLine } from '../../config/report.ts';
import { known } from './known.ts';

export function read(text: string): Loaded {
  return readConfig(text, 'x.yaml', known);
}

/** Every fault of a text, a line each; empty when there is none. Any other error is thrown on. */
export function faultsOf(text: string): string[] {
  try {
    read(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(faultLine);
  }
}
