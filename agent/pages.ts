import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Assurance, Confirmation } from '../transports/transport.ts';
import type { Agent } from './agent.ts';
import type { VolumeRow } from './daily-volume.ts';
import type { Priority } from './delivery/inlet.ts';
import type { Page } from './health/server.ts';
import { heldBack } from './held-back.ts';
import type { HostStatus } from './report.ts';
import type { FilterCount } from './rules/filters.ts';

/** What `status` shows: the answer of `/api/v1/status`. */
export interface Status {
  readonly version: string;
  readonly startedAt: string;
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** What holds events back by the admin's own word. */
  readonly notes: readonly string[];
  readonly destinations: readonly {
    readonly name: string;
    readonly type: string;
    readonly format: string;
    readonly assurance: Assurance;
    /** Only where there is a choice of levels. */
    readonly confirm?: Confirmation;
    readonly state: string;
    readonly since: string;
    readonly reason?: string;
    readonly pendingBytes: number;
    /** How long its limit holds back what is here, by priority. */
    readonly backlogSeconds: Readonly<Partial<Record<Priority, number>>>;
    /** Only where there are several. */
    readonly hosts?: readonly (HostStatus & { readonly host: string })[];
    /** In their order. `keepsAll`: kept back every event of the last whole hour, and there were some. */
    readonly filters: readonly (FilterCount & { readonly keepsAll: boolean })[];
  }[];
  readonly queues: readonly { readonly name: string; readonly destinations: readonly string[] }[];
  /** Files of enrichment; `trouble`: why the file as it is cannot be used, and the version in force stays. */
  readonly enrichment: readonly { readonly setting: string; readonly modifiedAt: string; readonly trouble?: string }[];
  readonly quarantineBytes: number;
  /** What was delivered since the last report, most bytes first. */
  readonly volume: {
    readonly since: string;
    readonly rows: readonly VolumeRow[];
  };
}

const JSON_TYPE = 'application/json';

/**
 * The pages of the health endpoint. `/healthz` says only that this process answers: it must not depend on AWS or the
 * SIEM, or systemd would kill a healthy agent in an outage. `/readyz` says whether events flow, and why not.
 */
export function healthPages(agent: () => Agent, version: string): ReadonlyMap<string, Page> {
  const startedAt = new Date().toISOString();
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const metrics: Page = async () => {
    collect(agent(), delay.percentile(99) / 1e9);
    delay.reset();
    const { registry } = agent().report;
    return { status: 200, type: 'text/plain; version=0.0.4', body: await registry.metrics() };
  };
  const ready: Page = async () => {
    const reasons = agent().notReady();
    const notes = notesOf(agent());
    const hosts = hostsNotUp(agent());
    const confirm = confirmations(agent());
    return {
      status: reasons.length === 0 ? 200 : 503,
      type: JSON_TYPE,
      body: json({
        ready: reasons.length === 0,
        reasons,
        ...(notes.length > 0 && { notes }),
        ...(hosts.length > 0 && { hosts }),
        ...(confirm.length > 0 && { confirm }),
      }),
    };
  };
  const status: Page = async () => ({
    status: 200,
    type: JSON_TYPE,
    body: json(statusOf(agent(), version, startedAt)),
  });
  const health: Page = async () => ({ status: 200, type: JSON_TYPE, body: json({ ok: true }) });
  return new Map([
    ['/healthz', health],
    ['/readyz', ready],
    ['/metrics', metrics],
    ['/api/v1/status', status],
  ]);
}

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Figures that are read only when somebody asks. */
function collect(agent: Agent, loopDelaySeconds: number): void {
  const { metrics } = agent.report;
  metrics.eventsTruncated.reset();
  metrics.valuesReplaced.reset();
  metrics.eventsFiltered.reset();
  metrics.confirmLevel.reset();
  for (const { name, outbox, dress, transport } of agent.destinations) {
    metrics.pendingBytes.set({ destination: name }, outbox.pendingBytes);
    for (const [priority, seconds] of outbox.backlog) metrics.backlog.set({ destination: name, priority }, seconds);
    if (transport.confirmation !== undefined)
      metrics.confirmLevel.set({ destination: name, level: transport.confirmation.level }, 1);
    metrics.eventsTruncated.inc({ destination: name }, dress.tally.truncated);
    metrics.valuesReplaced.inc({ destination: name }, dress.tally.replaced);
    for (const filter of dress.rules.filters.counts)
      metrics.eventsFiltered.inc({ destination: name, filter: filter.name }, filter.dropped);
  }
  metrics.unknownAccounts.reset();
  metrics.unknownAccounts.inc(agent.enrichment.unknownAccounts);
  metrics.quarantineBytes.set(agent.quarantine.bytes);
  metrics.loopDelay.set(Number.isFinite(loopDelaySeconds) ? loopDelaySeconds : 0);
  metrics.memory.set(process.memoryUsage.rss());
}

function hostsOf({ report }: Agent, destination: string): Pick<Status['destinations'][number], 'hosts'> {
  const hosts = report.hosts.get(destination);
  return hosts === undefined ? {} : { hosts: Array.from(hosts, ([host, status]) => ({ host, ...status })) };
}

/** How far destinations confirm that have a choice of levels. */
function confirmations({ destinations }: Agent): object[] {
  return destinations.flatMap(({ name, transport: { confirmation } }) =>
    confirmation === undefined ? [] : [{ destination: name, ...confirmation }],
  );
}

/** Hosts that others stand in for: the agent is ready without them. */
function hostsNotUp({ report }: Agent): object[] {
  return Array.from(report.hosts, ([destination, hosts]) =>
    Array.from(hosts, ([host, status]) => ({ destination, host, ...status })),
  )
    .flat()
    .filter(({ state }) => state !== 'up');
}

/** What is no reason against being ready, but somebody should know. */
function notesOf({ destinations, enrichment }: Agent): readonly string[] {
  const troubles = enrichment.files.flatMap(({ name, trouble }) =>
    trouble === undefined ? [] : [`${name} of enrichment: ${trouble}; what was read of it before stays in force`],
  );
  return [...heldBack(destinations), ...troubles];
}

function statusOf(agent: Agent, version: string, startedAt: string): Status {
  const reasons = agent.notReady();
  const { since, rows } = agent.volume.soFar;
  return {
    version,
    startedAt,
    ready: reasons.length === 0,
    reasons,
    notes: notesOf(agent),
    destinations: agent.destinations.map(({ name, settings, transport, outbox, dress }) => {
      const { state, since, reason } = outbox.state;
      return {
        ...{ name, type: settings.type, format: settings.format, assurance: transport.assurance, state },
        since: new Date(since).toISOString(),
        ...(transport.confirmation === undefined ? {} : { confirm: transport.confirmation }),
        ...(reason === undefined ? {} : { reason }),
        pendingBytes: outbox.pendingBytes,
        backlogSeconds: Object.fromEntries(outbox.backlog),
        ...hostsOf(agent, name),
        filters: dress.rules.filters.counts.map((count) => ({
          ...count,
          keepsAll: agent.filterWatch.keepsAll(name, count.name),
        })),
      };
    }),
    queues: agent.config.queues.map(({ name, destinations }) => ({ name, destinations })),
    enrichment: agent.enrichment.files.map(({ name, modifiedAt, trouble }) => ({
      ...{ setting: name, modifiedAt: modifiedAt.toISOString() },
      ...(trouble === undefined ? {} : { trouble }),
    })),
    quarantineBytes: agent.quarantine.bytes,
    volume: { since: new Date(since).toISOString(), rows },
  };
}
