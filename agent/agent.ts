import type { Server } from 'node:net';
import type { Config, QueueSettings } from '../config/config.ts';
import { readSecret } from '../config/credentials.ts';
import { connectAws, type Source } from './aws/connect.ts';
import { createLeases } from './aws/leases.ts';
import type { QueueMessage } from './aws/queue.ts';
import { PRIORITIES, type Priority } from './delivery/inlet.ts';
import { Lanes } from './delivery/lanes.ts';
import { Ledger } from './delivery/ledger.ts';
import type { RejectFrame } from './delivery/outbox.ts';
import { Quarantine } from './delivery/quarantine.ts';
import { createDestination, type Destination } from './destination.ts';
import { Dispatcher } from './dispatcher.ts';
import { FilterWatch } from './filter-watch.ts';
import { firstLook } from './first-look.ts';
import { Gate } from './gate.ts';
import { lockStateDir } from './lock.ts';
import { messageHandler } from './message.ts';
import { Places } from './places.ts';
import { priorityOfMessage } from './priority.ts';
import type { Report } from './report.ts';
import { Enrichment } from './rules/enrichment.ts';
import { mappings } from './rules/mapping.ts';
import { type Chore, schedule } from './schedule.ts';

/** How long a stop waits for answers that are out. Milliseconds. */
const GRACE_MS = 10_000;
/** How often watermarks are written down. A crash repeats at most what was sent since. Milliseconds. */
const TICK_MS = 1000;
/** Quarantine is for records a person should look at; when so much has gathered, delivery waits for that person. */
const QUARANTINE_BYTES = 1024 ** 3;

interface RunningQueue {
  readonly settings: QueueSettings;
  readonly source: Source;
  readonly gate: Gate;
  readonly dispatcher: Dispatcher;
}

/** What must be opened before there is an agent. */
interface Opened {
  readonly enrichment: Enrichment;
  readonly lock: Server;
  readonly ledger: Ledger;
  readonly quarantine: Quarantine;
}

/** The running program: made of all its parts, from one configuration. */
export class Agent {
  readonly config: Config;
  readonly report: Report;
  readonly destinations: readonly Destination[];
  readonly ledger: Ledger;
  readonly quarantine: Quarantine;
  readonly filterWatch: FilterWatch;
  readonly enrichment: Enrichment;
  private readonly lock: Server;
  private readonly queues: readonly RunningQueue[];
  private readonly chores: { stop(): Promise<void> };
  private readonly ticker: NodeJS.Timeout;
  private readonly looking = new AbortController();
  private stopping: Promise<void> | undefined;

  /**
   * @throws {StateDirLocked} when another process has the state directory
   * @throws {LookupFileError}
   */
  static async open(config: Config, report: Report): Promise<Agent> {
    const enrichment = new Enrichment(config.enrichment);
    const lock = await lockStateDir(config.state_dir);
    const ledger = await Ledger.load(config.state_dir, report.stateDir);
    if (ledger.found === 'damaged')
      report.log('error', 'the ledger was damaged and put aside; duplicates are possible, loss is not');
    const quarantine = await Quarantine.open(config.state_dir, QUARANTINE_BYTES, report.stateDir);
    return new Agent(config, report, { enrichment, lock, ledger, quarantine });
  }

  private constructor(config: Config, report: Report, { enrichment, lock, ledger, quarantine }: Opened) {
    this.config = config;
    this.report = report;
    this.enrichment = enrichment;
    report.enrichment(enrichment.files);
    this.lock = lock;
    this.ledger = ledger;
    this.quarantine = quarantine;
    const windowBytes = Math.floor(config.limits.in_flight_bytes / config.destinations.length);
    this.destinations = config.destinations.map((settings) =>
      createDestination(settings, windowBytes, this.reject, report.destination(settings.name)),
    );
    this.filterWatch = new FilterWatch(this.destinations, report.keptAll);
    this.queues = this.createQueues();
    this.ticker = setInterval(() => void ledger.tick(), TICK_MS);
    this.chores = schedule(this.housekeeping(), (name, error) =>
      report.log('warning', `${name} failed: ${error.message}`),
    );
  }

  /** Keeps a frame that a destination refused for good. */
  private readonly reject: RejectFrame = (lane, ordinal, frame, error) => {
    this.report.metrics.quarantined.inc({ reason: error.code });
    const { object, destination } = lane;
    const entry = {
      object,
      ordinal,
      destination,
      logType: '',
      reason: error.code,
      message: error.message,
      at: Date.now(),
    };
    return this.quarantine.put({ kind: 'frame', ...entry }, frame);
  };

  private createQueues(): RunningQueue[] {
    const { config, report, ledger, quarantine } = this;
    const connect = connectAws(config.aws, readSecret);
    const lanes = new Lanes(ledger);
    const mappingFor = mappings(config.overrides, this.enrichment);
    return config.queues.map((settings) => {
      const source = connect(settings);
      // Each queue has places of its own: one whose destination is down must not hold those of a healthy one.
      const targets = this.destinations.filter(({ name }) => settings.destinations.includes(name));
      const priorities: readonly Priority[] = targets.some(({ outbox }) => outbox.limited) ? PRIORITIES : ['normal'];
      const places = new Places(config.limits.places, priorities);
      const openObjects = new Places(config.limits.open_objects, priorities);
      const gate = new Gate(targets.map(({ outbox }) => outbox));
      const { objects, queue } = source;
      const pipeline = {
        ...{ objects, targets, lanes, ledger, quarantine, openObjects, gate },
        queue: settings.name,
        overrides: settings.log_types,
        mapping: mappingFor(settings),
        observer: report.pipeline(),
      };
      const handle = messageHandler({ pipeline, buckets: settings.buckets, observer: report.objects(settings.name) });
      const leases = createLeases(queue, report.leases(settings.name));
      const observer = report.dispatcher(settings.name);
      const destinationsUp = (signal: AbortSignal): Promise<void> => gate.passable(signal);
      const priorityOf = ({ body }: QueueMessage): Priority => priorityOfMessage(body, pipeline);
      const dispatcher = new Dispatcher({ queue, leases, handle, places, priorityOf, destinationsUp, observer });
      return { settings, source, gate, dispatcher };
    });
  }

  private housekeeping(): Chore[] {
    const { metrics } = this.report;
    const depth = async (): Promise<void> => {
      for (const { settings, source } of this.queues) {
        const { visible, inFlight, delayed } = await source.queue.depth(AbortSignal.timeout(10_000));
        const { retentionSeconds } = await source.queue.policy(AbortSignal.timeout(10_000));
        metrics.queueRetention.set({ queue: settings.name }, retentionSeconds);
        metrics.queueMessages.set({ queue: settings.name, state: 'visible' }, visible);
        metrics.queueMessages.set({ queue: settings.name, state: 'in_flight' }, inFlight);
        metrics.queueMessages.set({ queue: settings.name, state: 'delayed' }, delayed);
      }
    };
    return [
      { name: 'reading queue depths', at: '* * * * *', run: depth },
      {
        name: 'looking at files of enrichment',
        at: '* * * * *',
        run: () => this.enrichment.look(this.report.lookedAt),
      },
      { name: 'looking at filters', at: '0 * * * *', run: async () => this.filterWatch.look() },
      { name: 'compacting the ledger', at: '17 * * * *', run: () => this.ledger.compact() },
    ];
  }

  /** Why the agent is not ready; empty when it is. */
  notReady(): string[] {
    const reasons = this.destinations.flatMap(({ name, outbox }) => {
      const { state, reason } = outbox.state;
      return state === 'up' ? [] : [`destination ${name} is ${state}: ${reason}`];
    });
    if (this.report.stateTrouble !== undefined) reasons.push(`state directory: ${this.report.stateTrouble}`);
    if (this.stopping !== undefined) reasons.push('stopping');
    return reasons;
  }

  /**
   * Runs until `stop`, or with `once` until every queue is drained and every record settled.
   * @returns how many messages were given back and are in their queues still
   * @throws {QueueError} with `once`, when a queue cannot be read
   */
  async run(once: boolean): Promise<number> {
    void firstLook(this.destinations, this.report.log, this.looking.signal);
    const givenBack = await Promise.all(this.queues.map(({ dispatcher }) => dispatcher.run(once)));
    return givenBack.reduce((sum, count) => sum + count, 0);
  }

  /** Stops receiving, settles what is out, gives the rest back, and closes everything. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async shutDown(): Promise<void> {
    this.looking.abort();
    const graceMs = this.destinations.some(({ outbox }) => outbox.state.state === 'up') ? GRACE_MS : 0;
    for (const { outbox } of this.destinations) outbox.flush();
    await Promise.all(this.queues.map(({ dispatcher }) => dispatcher.stop(graceMs)));
    await Promise.all(this.destinations.map(({ outbox }) => outbox.stop(0)));
    clearInterval(this.ticker);
    await this.chores.stop();
    await this.ledger.close();
    for (const { source, gate } of this.queues) {
      gate.close();
      source.close();
    }
    await new Promise<void>((resolve) => this.lock.close(() => resolve()));
  }
}
