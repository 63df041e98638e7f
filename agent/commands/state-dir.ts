import type { Config } from '../../config/config.ts';
import { CONFIG_FILE, loadConfig } from '../../config/load.ts';
import { ConfigError, faultLine } from '../../config/report.ts';
import { type CommandArgs, UsageError } from '../command.ts';

/** Options of every command that looks into the state directory. */
export const stateDirOptions = {
  config: { type: 'string', short: 'c' },
  output: { type: 'string', short: 'o' },
} as const;

/** The configuration a command was pointed to. @throws {UsageError} when it is bad: the command cannot know where to look */
export function configOf({ values }: CommandArgs): Config {
  const file = String(values['config'] ?? CONFIG_FILE);
  try {
    return loadConfig(file).config;
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.faults.map(faultLine).join('\n'));
    throw error;
  }
}

export function wantsJson({ values }: CommandArgs): boolean {
  const { output = 'text' } = values;
  if (output !== 'json' && output !== 'text') throw new UsageError('-o takes json or text');
  return output === 'json';
}
