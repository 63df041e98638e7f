import { hostname } from 'node:os';
import type { Config, DestinationSettings } from '../../config/config.ts';
import { readSecret } from '../../config/credentials.ts';
import { checkHost } from '../../config/host.ts';
import { CONFIG_FILE, type Loaded, loadConfig } from '../../config/load.ts';
import { registries } from '../../config/registries.ts';
import { ConfigError, type Fault, faultLine } from '../../config/report.ts';
import { SILENT } from '../../transports/transport.ts';
import { type Command, type CommandArgs, type CommandIo, EXIT, UsageError } from '../command.ts';
import { worthOf } from '../worth.ts';

/** What a check found. Without a configuration the faults say why there is none. */
interface Verdict {
  readonly ok: boolean;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly config?: Config;
}

/** Reads the configuration, holds it against this host, and says everything that is wrong with it. Sends nothing. */
export const check: Command = {
  name: 'check',
  summary: 'Check the configuration and the files it names, without contacting anything',
  usage: '[--config FILE] [--strict] [-o json]',
  options: {
    config: { type: 'string', short: 'c' },
    strict: { type: 'boolean' },
    output: { type: 'string', short: 'o' },
  },
  async run(args, io) {
    const { file, strict, json } = understand(args);
    const verdict = judge(file, strict);
    if (json) printJson(verdict, io);
    else await printText(verdict, file, io);
    return verdict.ok ? EXIT.fine : EXIT.config;
  },
};

function understand({ values, positionals }: CommandArgs) {
  const { config = CONFIG_FILE, strict = false, output = 'text' } = values;
  if (positionals.length > 0) throw new UsageError(`check takes no ${positionals[0]}; name the file with --config`);
  if (typeof config !== 'string') throw new UsageError('--config takes one file');
  if (output !== 'json' && output !== 'text') throw new UsageError('-o takes json or text');
  return { file: config, strict: strict === true, json: output === 'json' };
}

function judge(file: string, strict: boolean): Verdict {
  const loaded = load(file);
  if (loaded instanceof ConfigError) return { ok: false, faults: loaded.faults, warnings: [] };
  checkHost(loaded);
  const { faults, warnings } = loaded.report;
  const ok = faults.length === 0 && (warnings.length === 0 || !strict);
  return { ok, faults, warnings, config: loaded.config };
}

function load(file: string): Loaded | ConfigError {
  try {
    return loadConfig(file);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function printJson({ ok, faults, warnings }: Verdict, io: CommandIo): void {
  io.out(`${JSON.stringify({ ok, faults, warnings }, null, 2)}\n`);
}

async function printText({ ok, faults, warnings, config }: Verdict, file: string, io: CommandIo): Promise<void> {
  for (const fault of faults) io.err(`${faultLine(fault)}\n`);
  for (const warning of warnings) io.err(`${faultLine(warning)} (warning)\n`);
  if (ok && config !== undefined) io.out(`${file}: OK\n${await summary(config)}`);
  else io.err(`${file}: not usable: ${counted(faults, 'fault')}, ${counted(warnings, 'warning')}\n`);
}

function counted(found: readonly Fault[], word: string): string {
  return `${found.length} ${word}${found.length === 1 ? '' : 's'}`;
}

async function summary({ queues, destinations }: Config): Promise<string> {
  const from = queues.map(({ name, url, destinations }) => `  queue ${name} (${url}) -> ${destinations.join(', ')}\n`);
  const to = destinations.map(async (destination) => {
    const { name, type, format } = destination;
    return `  destination ${name}: ${format} by ${type}, delivery ${await assuranceOf(destination)}\n`;
  });
  return [...from, ...(await Promise.all(to))].join('');
}

/** What a delivery will be worth. Only the transport itself can tell; it connects when there is something to send. */
async function assuranceOf({ name, type, settings }: DestinationSettings): Promise<string> {
  const context = { name, hostname: hostname(), secret: readSecret, observer: SILENT };
  const transport = registries.transports.find((known) => known.type === type)?.create(settings as never, context);
  await transport?.close();
  return transport === undefined ? 'unknown' : worthOf(transport);
}
