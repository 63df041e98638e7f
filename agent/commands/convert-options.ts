import type { Config, DestinationSettings, LogTypeOverride, QueueSettings } from '../../config/config.ts';
import { loadConfig } from '../../config/load.ts';
import { logTypeNames } from '../../formats/log-types/index.ts';
import { formatNames, formats } from '../../formats/wire/index.ts';
import type { Envelope } from '../../transports/transport.ts';
import { type CommandArgs, UsageError } from '../command.ts';
import { Dress } from '../convert.ts';
import { dressOf } from '../destination.ts';
import { Enrichment } from '../rules/enrichment.ts';
import { type Mapping, mappings, unchanged } from '../rules/mapping.ts';

/** What the command line of `convert` asks for. */
export interface Wanted {
  readonly dress: Dress;
  readonly overrides: readonly LogTypeOverride[];
  readonly mapping: Mapping;
  readonly key: string | undefined;
  readonly explain: boolean;
  readonly files: readonly string[];
}

/** A terminal and a file take lines of any length. */
const NO_LIMIT = 2 ** 30;

/**
 * One event a line: what a destination would get, without its envelope. Fields that the envelope would take do not show,
 * but are explained.
 */
const line = (takesFields: boolean): Envelope => ({
  takesFields,
  bind: () => ({
    room: NO_LIMIT,
    frame: (text) => `${text.replace(/[\r\n]+[ \t]*/g, ' ')}\n`,
  }),
});

/** @throws {UsageError} @throws {ConfigError} @throws {LookupFileError} when the configuration that is named cannot be used */
export function understand({ values, positionals }: CommandArgs): Wanted {
  const { type, key, explain = false, config: file, destination } = values;
  if (positionals.length === 0) throw new UsageError('convert needs a file; "-" reads standard input');
  if (type !== undefined && !logTypeNames.includes(String(type))) {
    throw new UsageError(`--type ${type} is none of ${logTypeNames.join(', ')}`);
  }
  if (destination !== undefined && file === undefined) throw new UsageError('--destination needs --config');
  const format = formatOf(values['format']);
  const config = file === undefined ? undefined : loadConfig(String(file)).config;
  const settings = config === undefined ? undefined : chosen(config, destination);
  return {
    dress: dressFor(settings, format),
    overrides:
      type === undefined
        ? queuesOf(config, settings).flatMap(({ log_types }) => log_types)
        : [{ key: '*', type: String(type) }],
    mapping: mappingFor(config, settings),
    key: key === undefined ? undefined : String(key),
    explain: explain === true,
    files: positionals,
  };
}

function formatOf(format: unknown): DestinationSettings['format'] | undefined {
  const name = formatNames.find((known) => known === format);
  if (format !== undefined && name === undefined)
    throw new UsageError(`--format ${format} is none of ${formatNames.join(', ')}`);
  return name;
}

function chosen({ destinations }: Config, name: unknown): DestinationSettings {
  const names = destinations.map((known) => known.name).join(', ');
  const found = name === undefined ? destinations : destinations.filter((known) => known.name === name);
  const [settings, ...more] = found;
  if (settings === undefined) throw new UsageError(`--destination ${name} is none of ${names}`);
  if (more.length > 0) throw new UsageError(`--destination must say which of ${names}`);
  return settings;
}

/** A format by itself, or all that a destination asks for; `--format` shows the same events in another. */
function dressFor(settings: DestinationSettings | undefined, format: DestinationSettings['format'] | undefined): Dress {
  if (settings === undefined) return new Dress(formats[format ?? 'leef'], line(false));
  const envelope = line(settings.settings['indexed_fields'] === true);
  return dressOf(format === undefined ? settings : { ...settings, format }, envelope);
}

/** The queues that send to a destination. */
function queuesOf(config: Config | undefined, settings: DestinationSettings | undefined): readonly QueueSettings[] {
  return config?.queues.filter(({ destinations }) => destinations.includes(settings?.name ?? '')) ?? [];
}

/** Labels are those of the first queue: a file on this host came by none. */
function mappingFor(config: Config | undefined, settings: DestinationSettings | undefined): Mapping {
  if (config === undefined) return unchanged;
  const [queue = { static_labels: {} }] = queuesOf(config, settings);
  return mappings(config.overrides, new Enrichment(config.enrichment))(queue);
}
