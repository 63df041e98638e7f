import type { ParseArgsConfig } from 'node:util';

/** Exit codes of every command: fine, the answer is no, wrong usage, bad configuration (EX_CONFIG of sysexits.h). */
export const EXIT = { fine: 0, no: 1, usage: 2, config: 78 } as const;

/** Where a command writes: answers to `out`, diagnostics to `err`. */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
}

/** What the command line said after the command's name, parsed by `node:util` parseArgs. */
export interface CommandArgs {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

/** One command; one file each in `agent/commands/`. Only `cli.ts` may end the process: a command returns its exit code. */
export interface Command {
  readonly name: string;
  /** One line for `trailferry --help`. */
  readonly summary: string;
  /** The arguments in usage notation, e.g. `[--config FILE] [--once]`. */
  readonly usage: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  run(args: CommandArgs, io: CommandIo): Promise<number>;
}

/** A command line that cannot be followed: the message says what is wrong; the CLI adds the usage and exits 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
