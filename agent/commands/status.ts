import { CONFIG_FILE, loadConfig } from '../../config/load.ts';
import { ConfigError, faultLine } from '../../config/report.ts';
import { type Command, EXIT, UsageError } from '../command.ts';
import type { Status } from '../pages.ts';
import { worthOf } from '../worth.ts';

/** What the running agent says of itself, over its health endpoint. */
export const status: Command = {
  name: 'status',
  summary: 'Show what the running agent is doing; exit 1 when it is not ready or not there',
  usage: '[--config FILE] [-o json]',
  options: { config: { type: 'string', short: 'c' }, output: { type: 'string', short: 'o' } },
  async run({ values }, io) {
    const { config: file = CONFIG_FILE, output = 'text' } = values;
    if (output !== 'json' && output !== 'text') throw new UsageError('-o takes json or text');
    const address = endpoint(String(file), (text) => io.err(text));
    if (typeof address === 'number') return address;
    const answer = await ask(address);
    if (answer instanceof Error) {
      io.err(`no agent answers at ${address}: ${answer.message}; is the service running?\n`);
      return EXIT.no;
    }
    io.out(output === 'json' ? `${JSON.stringify(answer)}\n` : page(answer));
    return answer.ready ? EXIT.fine : EXIT.no;
  },
};

function endpoint(file: string, complain: (text: string) => void): string | number {
  try {
    const { listen } = loadConfig(file).config.metrics;
    if (listen !== 'off')
      return `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}/api/v1/status`;
    complain('metrics.listen is off in the configuration, so a running agent cannot be asked\n');
    return EXIT.no;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) complain(`${faultLine(fault)}\n`);
    return EXIT.config;
  }
}

async function ask(address: string): Promise<Status | Error> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(5000) });
    return (await response.json()) as Status;
  } catch (error) {
    return error as Error;
  }
}

function filterLine({ name, seen, dropped, keepsAll }: Status['destinations'][number]['filters'][number]): string {
  const alarm = keepsAll ? '; ALL of the last hour' : '';
  return `  filter ${name} kept back ${dropped} of ${seen} events${alarm}\n`;
}

function hostLine({
  host,
  state,
  since,
  reason,
}: NonNullable<Status['destinations'][number]['hosts']>[number]): string {
  return `  host ${host}: ${state} since ${since}${reason === undefined ? '' : `: ${reason}`}\n`;
}

function volumeLines({ volume }: Status): string {
  const rows = volume.rows.map(
    ({ destination, logType, events, bytes }) => `  ${destination} ${logType}: ${events} events, ${bytes} bytes\n`,
  );
  return `delivered since ${volume.since}:${rows.length === 0 ? ' nothing' : ''}\n${rows.join('')}`;
}

function page(status: Status): string {
  const head = `trailferry ${status.version}, running since ${status.startedAt}: ${status.ready ? 'ready' : 'NOT READY'}\n`;
  const reasons = [...status.reasons, ...status.notes].map((reason) => `  ${reason}\n`);
  const destinations = status.destinations.map(
    ({ name, type, format, assurance, confirm, state, since, pendingBytes, hosts = [], filters }) =>
      `destination ${name}: ${type}, ${format}, ${worthOf({ assurance, confirmation: confirm })}, ${state} since ${since}, ${pendingBytes} bytes pending\n${hosts.map(hostLine).join('')}${filters.map(filterLine).join('')}`,
  );
  const queues = status.queues.map(({ name, destinations: names }) => `queue ${name} -> ${names.join(', ')}\n`);
  const files = status.enrichment.map(
    ({ setting, modifiedAt, trouble }) =>
      `enrichment ${setting} of ${modifiedAt}${trouble === undefined ? '' : ', but not as the file is now'}\n`,
  );
  return `${head}${reasons.join('')}${destinations.join('')}${queues.join('')}${files.join('')}quarantine: ${status.quarantineBytes} bytes\n${volumeLines(status)}`;
}
