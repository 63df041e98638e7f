import { Registry } from 'prom-client';
import type { HostState, TransportObserver } from '../transports/transport.ts';
import type { QueueError } from './aws/errors.ts';
import type { LeaseObserver } from './aws/lease.ts';
import type { DayVolume } from './daily-volume.ts';
import type { OutboxObserver } from './delivery/outbox.ts';
import type { DispatcherObserver } from './dispatcher.ts';
import type { Log } from './health/log.ts';
import { createMetrics, type Metrics } from './health/metrics.ts';
import type { ObjectObserver } from './message.ts';
import type { PipelineObserver } from './pipeline.ts';
import type { KeptFile } from './rules/kept-file.ts';

/** One of several hosts of a destination. */
export interface HostStatus {
  readonly state: HostState;
  /** ISO 8601. */
  readonly since: string;
  readonly reason?: string;
}

/** All that the agent says of itself: the parts report here, and here alone it becomes metrics and log lines. */
export class Report {
  readonly registry = new Registry();
  readonly metrics: Metrics = createMetrics(this.registry);
  readonly log: Log;
  /** What keeps the state directory from taking writes; undefined when it takes them. */
  stateTrouble: string | undefined;
  private readonly fileTroubles = new Map<string, string | undefined>();

  constructor(log: Log) {
    this.log = log;
  }

  /** The state directory refused a write, or takes them again. Deletes wait meanwhile. */
  readonly stateDir = (obstacle: Error | undefined): void => {
    if (obstacle?.message === this.stateTrouble) return;
    this.stateTrouble = obstacle?.message;
    this.metrics.ledgerTrouble.set(obstacle === undefined ? 0 : 1);
    if (obstacle === undefined) this.log('notice', 'the state directory takes writes again');
    else
      this.log('error', 'the state directory refuses a write; no message is deleted until it takes it', {
        error: obstacle.message,
      });
  };

  dispatcher(queue: string): DispatcherObserver {
    const { metrics, log } = this;
    let failing: string | undefined;
    return {
      received: (messages) => {
        metrics.received.inc({ queue }, messages.length);
        let oldest = 0;
        for (const { receivedAtMs, sentAtMs, receiveCount } of messages) {
          const age = Math.max(0, receivedAtMs - sentAtMs) / 1000;
          oldest = Math.max(oldest, age);
          if (receiveCount === 1) metrics.notificationLatency.observe({ queue }, age);
        }
        metrics.queueOldest.set({ queue }, oldest);
      },
      ended: (verdict) => {
        if (verdict.kind !== 'return') metrics.deleted.inc({ queue, what: verdict.what });
        else {
          metrics.returned.inc({ queue, reason: verdict.code });
          if (verdict.code !== 'TF-AGENT-STOP')
            log('warning', `a message stays in the queue: ${verdict.message}`, { queue, code: verdict.code });
        }
      },
      receive: (error) => {
        if (error !== undefined) metrics.receiveErrors.inc({ queue, reason: error.code });
        if (error?.code !== failing) {
          if (error === undefined) log('notice', 'receiving works again', { queue });
          else log('error', `receiving failed: ${error.message}`, { queue });
        }
        failing = error?.code;
      },
    };
  }

  leases(queue: string): LeaseObserver {
    const note = (error: QueueError): void => this.metrics.leaseFailures.inc({ queue, reason: error.code });
    return {
      failed: (doing, error) => {
        note(error);
        this.log('warning', `could not ${doing} a message; it is tried again: ${error.message}`, { queue });
      },
      lost: (_message, error) => {
        note(error);
        this.log('warning', `lost a message to its queue; its watermark is kept: ${error.message}`, { queue });
      },
    };
  }

  objects(queue: string): ObjectObserver {
    const { metrics } = this;
    return {
      began: () => metrics.objectsInProgress.inc(),
      ended: (result, seconds) => {
        if (result !== 'skipped') {
          metrics.objectsInProgress.dec();
          metrics.objectDuration.observe(seconds);
        }
        metrics.objects.inc({ queue, result });
      },
    };
  }

  pipeline(): PipelineObserver {
    const { metrics } = this;
    return {
      opened: (object) => metrics.objectBytes.inc({ kind: 'compressed' }, object.size),
      read: (records, bytes) => {
        for (const [type, count] of records) metrics.eventsRead.inc({ source_type: type }, count);
        metrics.objectBytes.inc({ kind: 'raw' }, bytes);
      },
      quarantined: (reason) => metrics.quarantined.inc({ reason }),
    };
  }

  /** A filter kept back every event of the last hour. */
  readonly keptAll = (destination: string, filter: string, events: number): void => {
    const values = { destination, filter, events };
    this.log('warning', 'a filter kept back every event of the last hour; is it meant to?', values);
  };

  /** A day is over: what was delivered, a line for each destination and log type. */
  volume({ since, rows }: DayVolume): void {
    const from = new Date(since).toISOString();
    for (const { destination, logType, events, bytes } of rows)
      this.log('info', 'volume delivered', { destination, log_type: logType, events, bytes, since: from });
    if (rows.length === 0) this.log('info', 'volume delivered: none', { since: from });
  }

  /** The hosts of destinations that have several, by destination. */
  readonly hosts = new Map<string, Map<string, HostStatus>>();

  private host(destination: string, host: string, state: HostState, reason?: string): void {
    const hosts = this.hosts.get(destination) ?? new Map<string, HostStatus>();
    const before = hosts.get(host);
    const since = before?.state === state ? before.since : new Date().toISOString();
    this.hosts.set(destination, hosts.set(host, { state, since, ...(reason === undefined ? {} : { reason }) }));
    this.metrics.hostUp.set({ destination, host }, state === 'up' ? 1 : 0);
    if (before === undefined) return;
    if (state === 'up') this.log('notice', 'a host of the destination takes events again', { destination, host });
    else this.log('warning', `a host of the destination is ${state}: ${reason}`, { destination, host });
  }

  /** These are the files of enrichment from now on. */
  enrichment(files: readonly KeptFile<unknown>[]): void {
    this.metrics.enrichmentFile.reset();
    this.metrics.enrichmentFileTime.reset();
    for (const file of files) this.lookedAt(file, false);
  }

  /** A file of enrichment was looked at. */
  readonly lookedAt = (file: KeptFile<unknown>, isNew: boolean): void => {
    const { name, trouble, modifiedAt } = file;
    const values = { setting: name };
    this.metrics.enrichmentFile.set({ file: name }, trouble === undefined ? 1 : 0);
    this.metrics.enrichmentFileTime.set({ file: name }, modifiedAt.getTime() / 1000);
    if (isNew) this.log('notice', 'a new version of a file of enrichment is in force', values);
    if (trouble === this.fileTroubles.get(name)) return;
    this.fileTroubles.set(name, trouble);
    if (trouble !== undefined) this.log('error', `${trouble}; what was read of it before stays in force`, values);
    else if (!isNew) this.log('notice', 'a file of enrichment is good again', values);
  };

  destination(destination: string): OutboxObserver & TransportObserver {
    const { metrics, log } = this;
    metrics.up.set({ destination }, 1);
    return {
      delivered: (volumes, seconds) => {
        for (const [logType, { events, bytes }] of volumes) {
          const labels = { destination, source_type: logType };
          metrics.acked.inc({ destination }, events);
          metrics.bytes.inc({ destination }, bytes);
          metrics.volumeEvents.inc(labels, events);
          metrics.volumeBytes.inc(labels, bytes);
        }
        metrics.sendDuration.observe({ destination }, seconds);
        metrics.lastSuccess.setToCurrentTime({ destination });
      },
      heldBack: (seconds) => metrics.heldBack.inc({ destination }, seconds),
      retried: (reason, events) => {
        metrics.retries.inc({ destination, reason });
        metrics.resent.inc({ destination, reason }, events);
      },
      circuit: ({ state, reason }) => {
        metrics.up.set({ destination }, state === 'up' ? 1 : 0);
        if (state === 'up') log('notice', 'the destination takes events again', { destination });
        else log(state === 'down' ? 'warning' : 'error', `the destination is ${state}: ${reason}`, { destination });
      },
      connections: (count) => metrics.connected.set({ destination }, count),
      certificate: (role, notAfter, host = '') =>
        metrics.certificate.set({ destination, role, host }, notAfter.getTime() / 1000),
      host: (host, state, reason) => this.host(destination, host, state, reason),
      notice: (message) => log('warning', message, { destination }),
    };
  }
}
