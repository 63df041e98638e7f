import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const PREFIX = 'trailferry_';
const LATENCY_BUCKETS = [1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400];

/**
 * Every metric of the agent, by the naming rules of https://prometheus.io/docs/practices/naming/. Labels are of bounded
 * sets: names from the configuration, log types, stable codes. Never an account, an ARN or a key.
 */
export function createMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, ...labelNames: T[]): Counter<T> =>
    new Counter<T>({ name: PREFIX + name, help, labelNames, registers });
  const gauge = <T extends string>(name: string, help: string, ...labelNames: T[]): Gauge<T> =>
    new Gauge<T>({ name: PREFIX + name, help, labelNames, registers });
  const seconds = <T extends string>(name: string, help: string, buckets: number[], ...labelNames: T[]): Histogram<T> =>
    new Histogram<T>({ name: PREFIX + name, help, buckets, labelNames, registers });
  return {
    buildInfo: gauge('build_info', 'Always 1; the labels say what runs.', 'version', 'node'),
    configReload: gauge('config_last_reload_success', 'Whether the last configuration read was taken: 1 or 0.'),
    queueMessages: gauge('queue_messages', 'Messages in the queue, by the count of SQS.', 'queue', 'state'),
    queueOldest: gauge('queue_oldest_message_age_seconds', 'Age of the oldest message of the last receive.', 'queue'),
    queueRetention: gauge('queue_retention_seconds', 'How long the queue keeps a message.', 'queue'),
    received: counter('queue_messages_received_total', 'Messages received.', 'queue'),
    deleted: counter(
      'queue_messages_deleted_total',
      'Messages deleted, all of their objects being settled.',
      'queue',
      'what',
    ),
    returned: counter('queue_messages_returned_total', 'Messages left in the queue, to come again.', 'queue', 'reason'),
    receiveErrors: counter('queue_receive_errors_total', 'Failed receives.', 'queue', 'reason'),
    leaseFailures: counter('queue_lease_failures_total', 'Failed or lost leases.', 'queue', 'reason'),
    objects: counter('objects_total', 'Objects that came to an end of work.', 'queue', 'result'),
    objectsInProgress: gauge('objects_in_progress', 'Objects being read or waiting for answers.'),
    objectBytes: counter('object_bytes_total', 'Bytes of objects.', 'kind'),
    objectDuration: seconds(
      'object_duration_seconds',
      'From opening an object to its last answer.',
      [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
    ),
    quarantined: counter('objects_quarantined_total', 'Records put into quarantine, per destination.', 'reason'),
    quarantineBytes: gauge('quarantine_bytes', 'Bytes in quarantine.'),
    eventsRead: counter('events_read_total', 'Records read.', 'source_type'),
    eventsFiltered: counter(
      'events_filtered_total',
      'Events that a filter of the configuration kept from a destination.',
      'destination',
      'filter',
    ),
    eventsTruncated: counter(
      'events_truncated_total',
      'Events longer than the message limit: they lost fields to it or, with oversize: send, went as they were.',
      'destination',
    ),
    valuesReplaced: counter(
      'values_replaced_total',
      'Values in which the format has no escape for a byte.',
      'destination',
    ),
    eventsDropped: counter('events_dropped_total', 'Events dropped. Nothing drops events: this stays 0.'),
    enrichmentFile: gauge(
      'enrichment_file_usable',
      'Whether a file of enrichment is good as it is: 1 or 0. If not, what was read of it before stays in force.',
      'file',
    ),
    enrichmentFileTime: gauge(
      'enrichment_file_modified_timestamp_seconds',
      'When the version in force of a file of enrichment was written.',
      'file',
    ),
    unknownAccounts: counter(
      'enrichment_unknown_accounts_total',
      'Events read in full whose account stands not in accounts_file.',
    ),
    acked: counter('destination_events_acked_total', 'Events the destination answered for.', 'destination'),
    bytes: counter('destination_bytes_total', 'Bytes the destination answered for.', 'destination'),
    volumeEvents: counter(
      'destination_log_type_events_total',
      'Events the destination answered for, by log type.',
      'destination',
      'source_type',
    ),
    volumeBytes: counter(
      'destination_log_type_bytes_total',
      'Bytes of frames the destination answered for, by log type.',
      'destination',
      'source_type',
    ),
    heldBack: counter(
      'destination_held_back_seconds_total',
      'Time in which events waited for the limit of the destination, and for nothing else.',
      'destination',
    ),
    backlog: gauge(
      'destination_backlog_seconds',
      'How long the limit of the destination holds back what is here, by priority.',
      'destination',
      'priority',
    ),
    retries: counter('destination_retries_total', 'Blocks that had to be sent again.', 'destination', 'reason'),
    resent: counter(
      'destination_events_resent_total',
      'Events that have to be sent again. Where the reason is a broken connection the receiver may hold them already: so many are duplicates at most.',
      'destination',
      'reason',
    ),
    confirmLevel: gauge(
      'destination_confirm_level',
      'Always 1; the label says how far a TLS syslog destination confirms: close-notify, window, none, or unknown.',
      'destination',
      'level',
    ),
    pendingBytes: gauge('destination_pending_bytes', 'Bytes of frames not yet answered for.', 'destination'),
    connected: gauge('destination_connected', 'Open connections.', 'destination'),
    up: gauge('destination_up', 'Whether the destination takes frames: 1 or 0.', 'destination'),
    hostUp: gauge(
      'destination_host_up',
      'Whether one of several hosts of the destination gets events: 1 or 0.',
      'destination',
      'host',
    ),
    lastSuccess: gauge('destination_last_success_timestamp_seconds', 'Time of the last answer.', 'destination'),
    sendDuration: seconds(
      'destination_send_duration_seconds',
      'From handing over a block to its answer.',
      [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 15, 60],
      'destination',
    ),
    certificate: gauge(
      'tls_certificate_not_after_timestamp_seconds',
      'End of validity of a certificate in use.',
      'destination',
      'role',
      'host',
    ),
    notificationLatency: seconds(
      's3_notification_latency_seconds',
      'From the sending of a notification to its receive.',
      LATENCY_BUCKETS,
      'queue',
    ),
    ledgerTrouble: gauge(
      'state_dir_trouble',
      'Whether the state directory refuses writes, which stops deletes: 1 or 0.',
    ),
    loopDelay: gauge(
      'event_loop_delay_p99_seconds',
      '99th percentile of the delay of the event loop since the last scrape.',
    ),
    memory: gauge('process_resident_memory_bytes', 'Resident memory.'),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
