import { checkTls, type TlsSettings, tlsSchema } from '../tls-options.ts';
import type { SecretRef, SettingsSchema } from '../transport.ts';

/** A `hec` destination as the configuration gives it; `null` means not given. Durations in milliseconds. */
export interface HecSettings {
  /** One for each indexer. */
  readonly url: readonly string[];
  readonly token: SecretRef;
  readonly ack: boolean;
  readonly index: string | null;
  readonly source: string | null;
  readonly sourcetype: string | null;
  readonly host: string | null;
  readonly indexed_fields: boolean;
  readonly max_content_bytes: number;
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
  indexed_fields: {
    doc: 'Add account, region and log type to the indexed fields. The event id is always there, so that a resend can be recognised.',
    format: 'Boolean',
    default: true,
  },
  max_content_bytes: {
    doc: "Most bytes of one request before compression. The default keeps below Splunk Cloud's 1 MB; Splunk Enterprise takes more (limits.conf, max_content_length).",
    format: 'bytes',
    default: 900_000,
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
    doc: "Time between two questions for acknowledgements on a connection. Splunk's guide says about 10 s; but up to 16 MiB a connection wait for the answer, so 10 s would cap it at 1.6 MB/s. One small request a second is no load.",
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

/** Faults that no single setting shows, as `[path, message]`. */
export function checkHec(settings: HecSettings): (readonly [path: string, message: string])[] {
  return [
    ...settings.url.flatMap((url) => checkUrl(url, settings)),
    ...checkTwice(settings),
    ...checkNumbers(settings),
    ...checkTls(settings.tls),
  ];
}

function checkUrl(url: string, { tls }: HecSettings): [string, string][] {
  const { protocol, pathname, search, hash } = new URL(url);
  const faults: [string, string][] = [];
  if (search !== '' || hash !== '') faults.push(['url', 'must not hold a query or a fragment']);
  if (pathname.includes('/services/collector')) faults.push(['url', 'must end before /services/collector']);
  const asksForTls = Object.entries(tls).some(([name, value]) => name !== 'min_version' && value !== null);
  if (protocol === 'http:' && asksForTls) faults.push(['tls', 'needs an https:// url']);
  return faults;
}

function checkTwice({ url }: HecSettings): [string, string][] {
  const names = url.map((one) => new URL(one).host);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  return twice < 0 ? [] : [[`url[${twice}]`, `is ${names[twice]} once more: each indexer once`]];
}

function checkNumbers(settings: HecSettings): [string, string][] {
  const faults: [string, string][] = [];
  if (settings.gzip_level > 9) faults.push(['gzip_level', 'must be 0 to 9']);
  if (settings.connections < 1) faults.push(['connections', 'must be at least 1']);
  if (settings.max_content_bytes < 4096) faults.push(['max_content_bytes', 'must be at least 4096']);
  if (settings.stall_timeout < 1_000) {
    faults.push(['stall_timeout', 'must be at least 1s, or a busy receiver would be taken for a dead one']);
  }
  if (settings.ack_timeout <= settings.ack_poll_interval) {
    faults.push(['ack_timeout', 'must be longer than ack_poll_interval']);
  }
  return faults;
}
