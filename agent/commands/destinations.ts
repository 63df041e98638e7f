import type { Config, DestinationSettings } from '../../config/config.ts';
import { CONFIG_FILE, loadConfig } from '../../config/load.ts';
import { ConfigError, faultLine } from '../../config/report.ts';
import { type CommandArgs, type CommandIo, UsageError } from '../command.ts';

/** Options of every command that talks to destinations. */
export const destinationOptions = {
  config: { type: 'string', short: 'c' },
  destination: { type: 'string', short: 'd' },
} as const;

/** The configuration, or undefined when every fault of it has been told. @throws {UsageError} for a stray argument */
export function configOrTell({ values, positionals }: CommandArgs, io: CommandIo): Config | undefined {
  if (positionals.length > 0) throw new UsageError(`there is no place for "${positionals[0]}"`);
  try {
    return loadConfig(String(values['config'] ?? CONFIG_FILE)).config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) io.err(`${faultLine(fault)}\n`);
    return undefined;
  }
}

/** The destination that was named; undefined when none was. @throws {UsageError} when there is none of this name */
export function namedDestination({ values }: CommandArgs, { destinations }: Config): DestinationSettings | undefined {
  const { destination } = values;
  if (destination === undefined) return undefined;
  const found = destinations.find(({ name }) => name === destination);
  const names = destinations.map(({ name }) => name).join(', ');
  if (found === undefined) throw new UsageError(`--destination ${destination} is none of ${names}`);
  return found;
}
