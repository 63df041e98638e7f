import type { Setting } from '../transports/transport.ts';
import { awsSection } from './aws-settings.ts';
import { type ConditionMaker, conditions } from './condition-settings.ts';
import type { Config, DestinationSettings, Limits } from './config.ts';
import { enrichmentSection } from './enrichment-settings.ts';
import { filterList } from './filter-settings.ts';
import { overrideList } from './override-settings.ts';
import { prioritySection } from './priority-settings.ts';
import { nameSetting, queueSection } from './queue-settings.ts';
import { redactList } from './redact-settings.ts';
import type { Registries } from './registries.ts';
import type { Names, SectionList, VariantList } from './schema.ts';

type ConfigSection = Names<Config> & { readonly queues: SectionList; readonly destinations: VariantList };

/** The whole configuration, with the settings of each transport as variants of a destination. */
export function configSection(registries: Registries): ConfigSection {
  const condition = conditions(registries.logTypes);
  return {
    version: {
      doc: 'Version of this file. A later one may change what a setting means, so it has no default.',
      format: 'version',
      default: null,
      required: true,
      example: 1,
    },
    aws: awsSection,
    queues: {
      group: 'list',
      doc: 'SQS queues to drain.',
      required: true,
      of: queueSection(registries.logTypes),
    },
    destinations: destinationList(registries, condition),
    overrides: overrideList(condition, registries.logTypes),
    enrichment: enrichmentSection,
    state_dir: {
      doc: 'Directory for ledger and quarantine, written by one process only. By default the StateDirectory= of the systemd unit.',
      format: 'directory',
      default: '/var/lib/trailferry',
    },
    metrics: {
      listen: {
        doc: 'Address of metrics, health and status page, or off. They have no password, hence this host only by default.',
        format: 'listen',
        default: '127.0.0.1:9478',
      },
    },
    limits: limitsSection,
    volume_report: {
      doc: 'When the log says what was delivered since the last time, by destination and log type: minute, hour, day, month and weekday as in crontab(5), in local time, or off. Every midnight by default.',
      format: 'cron',
      default: '0 0 * * *',
    },
  };
}

const limitsSection = {
  places: {
    doc: 'Messages of one queue in work at a time. 64 keep S3 busy while many of them wait for a slow destination.',
    format: 'count',
    default: 64,
  },
  open_objects: {
    doc: 'Objects of one queue being read at a time. 8 fill one thread; each more costs 1 to 4 MB and gains nothing.',
    format: 'count',
    default: 8,
  },
  in_flight_bytes: {
    doc: 'Bytes of frames on their way, over all destinations. 64 MiB cover a second of network at 500 Mbit/s.',
    format: 'bytes',
    default: '64MiB',
  },
} satisfies Names<Limits>;

function destinationList({ transports, logTypes }: Registries, condition: ConditionMaker): VariantList {
  const shared = destinationSection(
    transports.map(({ type }) => type),
    condition,
    logTypes,
  );
  for (const { type, schema } of transports) {
    const taken = Object.keys(schema).find((name) => Object.hasOwn(shared, name));
    if (taken !== undefined)
      throw new TypeError(`transport ${type}: "${taken}" is the name of a setting of every destination`);
  }
  const variants = new Map(transports.map(({ type, schema }) => [type, schema]));
  return { group: 'variants', doc: 'Where events go.', required: true, shared, variants };
}

function destinationSection(
  types: readonly string[],
  condition: ConditionMaker,
  logTypes: readonly string[],
): Names<Omit<DestinationSettings, 'settings'>> & { readonly type: Setting } {
  const shared = {
    name: nameSetting('destination', 'siem'),
    type: { doc: 'Name of a transport.', format: types, default: null, required: true },
    format: {
      doc: 'What an event looks like: leef for QRadar, cef, json, raw as AWS wrote it, splunk as raw but in the shapes that the Splunk Add-on for AWS reads, ocsf or ecs for a data lake. SIEMs differ, so it has no default.',
      format: ['leef', 'cef', 'json', 'raw', 'splunk', 'ocsf', 'ecs'],
      default: null,
      required: true,
      example: 'json',
    },
    oversize: {
      doc: 'What becomes of an event that is longer than the longest message (`max_message_bytes`, for hec `max_content_bytes`). `shorten`: what is long in it is left out, and the event says so; leef, cef, ocsf and ecs leave out long fields, json, raw and splunk whole members of a JSON record or the end of a line. `quarantine`: it is kept and not sent. `send`: it is sent whole, and the receiver may cut it. What is shortened or sent whole is counted (`trailferry_events_truncated_total`). By default leef, cef, ocsf and ecs shorten, and json, raw and splunk quarantine.',
      format: ['shorten', 'quarantine', 'send'],
      default: null,
      example: 'shorten',
    },
    filters: filterList(condition),
    redact: redactList(logTypes),
    redact_key: {
      doc: 'Where the key of the hashes is kept: any long random text. The same key makes the same hashes of the same values.',
      format: 'secret',
      default: null,
      example: { credential: 'redact-key' },
    },
    redact_defaults: {
      doc: 'Mask what AWS logs are known to hold of secrets: signatures of presigned URLs, and cookies and credentials among HTTP headers.',
      format: 'Boolean',
      default: true,
    },
    max_events_per_second: {
      doc: 'Most events per second that it is given, as for a licence. What is more waits in the queue; nothing is dropped. Any one second may be 15 % above it.',
      format: 'count',
      default: null,
      example: 5000,
    },
    max_bytes_per_second: {
      doc: 'Most bytes of frames per second that it is given, as for a thin line. With both limits the scarcer one counts.',
      format: 'bytes',
      default: null,
      example: '2MB',
    },
    priority: prioritySection(logTypes),
  };
  return shared;
}
