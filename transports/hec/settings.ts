import { type TlsSettings, tlsSchema } from '../tls-options.ts';
import type { SecretRef, SettingsSchema } from '../transport.ts';

/** What Splunk keeps beside the text of an event; `null` means not given. */
export interface Metadata {
  readonly index: string | null;
  readonly source: string | null;
  readonly sourcetype: string | null;
  readonly host: string | null;
}

/** A `hec` destination as the configuration gives it; `null` means not given. Durations in milliseconds. */
export interface HecSettings extends Metadata {
  /** One for each indexer. */
  readonly url: readonly string[];
  readonly token: SecretRef;
  readonly ack: boolean;
  readonly endpoint: 'event' | 'raw';
  readonly log_types: readonly ({ readonly type: readonly string[] } & Metadata)[];
  readonly indexed_fields: boolean;
  readonly max_content_bytes: number;
  readonly max_events_per_request: number | null;
  readonly gzip_level: number;
  readonly connections: number;
  readonly ack_poll_interval: number;
  readonly ack_timeout: number;
  readonly request_timeout: number;
  readonly stall_timeout: number;
  readonly tls: TlsSettings;
}

export const hecSchema: SettingsSchema = {
  url: {
    doc: 'Base of the HTTP Event Collector: scheme, host and port. `/services/collector/...` is added to it. Of several indexers name each: blocks are spread over them, and one that fails is left out until it is well.',
    format: 'url',
    list: 'or-one',
    default: null,
    required: true,
    example: 'https://splunk.corp.example:8088',
  },
  token: {
    doc: 'Where the HEC token is to be read: at each connection, and again when Splunk refuses it. Never the token itself.',
    format: 'secret',
    default: null,
    required: true,
    example: { credential: 'hec-token' },
  },
  ack: {
    doc: 'Wait until Splunk says that the events are indexed. Needs "Enable indexer acknowledgement" on the token. Splunk Cloud has no acknowledgement for such clients: set false there, and "accepted" is the most it can say.',
    format: 'Boolean',
    default: true,
  },
  endpoint: {
    doc: '`event` says of each event what Splunk is to know of it. `raw` sends lines that Splunk breaks and dates itself, by the props.conf of the sourcetype: without event id and indexed fields, so that a resend cannot be told.',
    format: ['event', 'raw'],
    default: 'event',
  },
  index: {
    doc: 'Index of the events; else the default index of the token.',
    format: 'String',
    default: null,
    example: 'aws',
  },
  source: {
    doc: "Splunk's `source` of all events; else `s3://bucket/key` of the object, so that each event leads back to its log file.",
    format: 'String',
    default: null,
  },
  sourcetype: {
    doc: 'Sourcetype of all events; else the one that the Splunk Add-on for AWS uses for the log type, or, for what it cannot read, `leef`, `cef`, `aws:asl` (ocsf) and `ecs:json`.',
    format: 'String',
    default: null,
  },
  host: {
    doc: "Splunk's `host` of all events; else the name of this host.",
    format: 'hostname',
    default: null,
  },
  log_types: {
    group: 'list',
    doc: 'What is different for single log types. What an item does not say is as for all.',
    required: false,
    of: {
      type: {
        doc: 'Names of log types.',
        format: 'log-type',
        list: 'or-one',
        default: null,
        required: true,
        example: 'vpc-flow',
      },
      index: { doc: 'Their index.', format: 'String', default: null, example: 'aws_flow' },
      source: { doc: 'Their `source`.', format: 'String', default: null },
      sourcetype: { doc: 'Their sourcetype.', format: 'String', default: null },
      host: { doc: 'Their `host`.', format: 'hostname', default: null },
    },
  },
  indexed_fields: {
    doc: 'Add account, region and log type to the indexed fields; with the formats json, raw and splunk, labels and what is looked up, too. The event id is always there, so that a resend can be recognised.',
    format: 'Boolean',
    default: true,
  },
  max_content_bytes: {
    doc: "Most bytes of one request before compression. The default keeps below Splunk Cloud's 1 MB; Splunk Enterprise takes more (limits.conf, max_content_length).",
    format: 'bytes',
    default: 900_000,
  },
  max_events_per_request: {
    doc: 'Most events of one request, for a receiver or proxy that counts them. By default only bytes count: a block of about 256 KiB, or what came within 100 ms.',
    format: 'count',
    default: null,
    example: 1000,
  },
  gzip_level: {
    doc: 'Compression of requests, 1 (fast) to 9; 0 is off. It costs 6 to 10 times the CPU of sending plainly: worth it on a thin link, not in a LAN.',
    format: 'nat',
    default: 0,
  },
  connections: {
    doc: 'Connections to each indexer, each with its own channel. With more than one, requests may overtake each other; Splunk orders events by time.',
    format: 'nat',
    default: 2,
  },
  ack_poll_interval: {
    doc: 'Longest time between two questions for acknowledgements on a connection. While they come, trailferry asks ten times a second, with one small request.',
    format: 'duration',
    default: 1_000,
  },
  ack_timeout: {
    doc: 'Time without acknowledgement after which events are sent again, on a new channel.',
    format: 'duration',
    default: 300_000,
  },
  request_timeout: {
    doc: 'Time that Splunk may take to answer a request once it has it; a busy indexer takes long.',
    format: 'duration',
    default: 30_000,
  },
  stall_timeout: {
    doc: 'A connection on which no byte moves for this long, while it is made or a request goes out, is given up, and what was on it is sent again.',
    format: 'duration',
    default: 8_000,
  },
  tls: tlsSchema,
};
