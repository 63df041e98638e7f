import { parseArgs } from 'node:util';
import { type Command, type CommandIo, EXIT, UsageError } from './command.ts';
import { commands } from './commands/index.ts';
import { VERSION } from './version.ts';

const io: CommandIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

function help(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `trailferry ${VERSION}: ferries AWS security logs to the SIEM\n\nUsage: trailferry COMMAND [OPTIONS]\n\n${lines.join('')}\n"trailferry COMMAND --help" says more.\n`;
}

function usage({ name, usage: text, summary }: Command): string {
  return `${summary}\n\nUsage: trailferry ${name} ${text}\n`;
}

/** Runs one command line. @returns the exit code */
async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-V') return say(`${VERSION}\n`);
  if (name === '--help' || name === '-h' || name === 'help') return say(help());
  const command = commands.find((known) => known.name === name);
  if (command === undefined) {
    io.err(`${name === undefined ? 'no command was given' : `there is no command "${name}"`}\n\n${help()}`);
    return EXIT.usage;
  }
  if (rest.includes('--help') || rest.includes('-h')) return say(usage(command));
  return execute(command, rest);
}

function say(text: string): number {
  io.out(text);
  return EXIT.fine;
}

async function execute(command: Command, args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: command.options, allowPositionals: true });
    return await command.run({ values, positionals }, io);
  } catch (error) {
    const wrong =
      error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
    if (!wrong) throw error;
    io.err(`${(error as Error).message}\n\n${usage(command)}`);
    return EXIT.usage;
  }
}

// A reader that goes away, like `head`, ends the command without complaint.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.fine);
  throw error;
});

const code = await main(process.argv.slice(2));
// Answers that are still in the pipe's buffer must get out before the process ends.
process.stdout.write('', () => process.exit(code));
