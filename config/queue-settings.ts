import type { Setting } from '../transports/transport.ts';
import type { LogTypeOverride, QueueSettings } from './config.ts';
import type { Names } from './schema.ts';

/** The setting that names a queue or a destination. */
export const nameSetting = (what: string, example: string): Setting => ({
  doc: `Name of the ${what}, as it shows in metrics, logs and the ledger. Another name is another ${what}.`,
  format: 'name',
  default: null,
  required: true,
  example,
});

/** One item of `queues`; its overrides choose from the log types by name. */
export function queueSection(logTypes: readonly string[]): Names<QueueSettings> {
  return {
    name: nameSetting('queue', 'log-archive'),
    url: {
      doc: 'URL of the queue.',
      format: 'url',
      default: null,
      required: true,
      example: 'https://sqs.eu-west-1.amazonaws.com/111122223333/trailferry',
    },
    region: {
      doc: 'Region of the queue and its buckets. By default the one in the URL, else aws.region.',
      format: 'region',
      default: null,
      example: 'eu-west-1',
    },
    buckets: {
      doc: 'Buckets that its messages may name, exact or with *. Required: who can write to the queue could otherwise make trailferry read any bucket.',
      format: 'bucket',
      list: true,
      default: [],
      required: true,
      example: ['aws-controltower-logs-111122223333-eu-west-1'],
    },
    destinations: {
      doc: 'Destinations of its events, by name; every record goes to each.',
      format: 'name',
      list: true,
      default: [],
      required: true,
      example: ['siem'],
    },
    log_types: {
      group: 'list',
      doc: 'Log types of objects that neither their key nor their content tells. The first that matches holds.',
      required: false,
      of: logTypeSection(logTypes),
    },
    static_labels: {
      group: 'map',
      doc: 'Labels of all its events, by their names: `label_NAME` in leef and as indexed fields of hec, `TrailferryLabel_NAME` in cef, `labels.NAME` in ecs and under `unmapped` in ocsf.',
      keys: 'attribute',
      values: 'label-text',
      example: { environment: 'prod' },
    },
    visibility_timeout: {
      doc: 'How long a message stays hidden without a sign of life; trailferry extends it while it works. 2m leave room for several tries, and after a crash the message is back soon.',
      format: 'duration',
      default: '2m',
    },
    expected_bucket_owner: {
      doc: 'Account that must own the buckets: a bucket given up and taken by someone else is then refused.',
      format: 'account',
      default: null,
      example: '111122223333',
    },
  };
}

function logTypeSection(logTypes: readonly string[]): Names<LogTypeOverride> {
  return {
    key: {
      doc: 'Key of the object, * for any number of characters.',
      format: 'String',
      default: null,
      required: true,
      example: 'apps/nginx/*',
    },
    type: { doc: 'Name of a log type.', format: logTypes, default: null, required: true, example: logTypes[0] },
    columns: {
      doc: 'Names of the columns of lines without a header, for types whose fields people choose: a VPC flow log that comes through CloudWatch Logs, CloudFront real-time logs. Take the format as AWS shows it.',
      format: 'String',
      default: null,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as AWS writes it
      example: '${version} ${vpc-id} ${srcaddr} ${dstaddr} ${action}',
    },
  };
}
