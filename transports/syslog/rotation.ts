import { setTimeout as sleep } from 'node:timers/promises';
import { type Delivery, deliver } from '../delivery.ts';
import { Gate, type Refusal } from '../gate.ts';
import type { Assurance, Envelope, FrameBlock, ProbeReport, Transport } from '../transport.ts';
import { CloseNotify } from './close-notify.ts';
import { codeOf, faultOf, trouble } from './faults.ts';
import { answersEnd, type Framed, probeTls } from './probe.ts';
import { Slice } from './slice.ts';
import { type Dialer, dialTls, type TlsTarget } from './tls-dial.ts';
import type { TlsSession } from './tls-session.ts';

/** A connection with nothing to send for this long is confirmed, so that a lone block need not wait ... */
const IDLE_MS = 100;
/** ... but not more often than this, so that a trickle of events does not become a stream of handshakes. */
const IDLE_GAP_MS = 1_000;
const GOODBYE_MS = 1_000;

export interface RotationSettings extends TlsTarget, Framed {
  readonly confirm: 'close-notify' | 'none';
  readonly connections: number;
  /** Bytes. */
  readonly confirmAfter: number;
  /** Milliseconds. */
  readonly confirmInterval: number;
}

/** A session and what it carries. Times are of `performance.now()`. */
interface Load {
  readonly session: TlsSession;
  readonly deliveries: Delivery[];
  firstWrite: number;
  lastWrite: number;
  endedAt: number | undefined;
}

/**
 * TLS syslog with confirmation, though the protocol has none. Blocks fill one connection, which is then ended; they are
 * delivered when the peer has answered the end and a connection made after that answer succeeded at its first try (a
 * peer that is being stopped answers too, but lets nobody in any more). Meanwhile the next connection is filled.
 */
export class Rotation implements Transport {
  readonly assurance: Assurance;
  readonly envelope: Envelope;
  readonly window: number;
  private readonly settings: RotationSettings;
  private readonly slice: Slice;
  private readonly gate = new Gate();
  private readonly closeNotify: CloseNotify;
  private readonly dialer: Dialer & { first?: string };
  private readonly closing = new AbortController();
  private readonly waiting: Delivery[] = [];
  private readonly open = new Set<Load>();
  private filling: Load | undefined;
  /** Connected and empty: filled next. */
  private next: Load | undefined;
  /** Answered by the peer; the next connection proves it. */
  private unproven: Load[] = [];
  private connecting = false;
  private lastEnd = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;

  constructor(settings: RotationSettings, envelope: Envelope) {
    this.settings = settings;
    this.envelope = envelope;
    this.assurance = settings.confirm === 'none' ? 'written' : 'confirmed';
    this.window = settings.connections * 2 * settings.confirmAfter;
    this.slice = new Slice(settings.confirmAfter, this.window / 2);
    this.closeNotify = new CloseNotify(() => answersEnd(settings, this.closing.signal));
    this.dialer = { signal: this.closing.signal, onDrain: () => this.pump() };
  }

  send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    return deliver(block, signal, {
      start: (delivery) => this.accept(delivery),
      abandon: (delivery) => this.abandon(delivery),
    });
  }

  probe(signal: AbortSignal): Promise<ProbeReport> {
    return probeTls(this.settings, this.assurance, signal);
  }

  async close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.timer);
    const loads = [...this.open];
    const stopping = trouble('TF-SYSLOG-GIVEN-UP');
    this.reject(
      [...this.waiting.splice(0), ...[...this.unproven, ...loads].flatMap((load) => load.deliveries)],
      stopping,
    );
    for (const { session } of loads) session.end();
    await Promise.race([Promise.all(loads.map(({ session }) => session.over)), sleep(GOODBYE_MS)]);
    for (const { session } of loads) session.fail(stopping);
  }

  private accept(delivery: Delivery): void {
    const stopping = { error: trouble('TF-SYSLOG-GIVEN-UP') };
    const refusal: Refusal | undefined = this.closing.signal.aborted ? stopping : this.gate.refusal();
    if (refusal !== undefined) this.reject([delivery], refusal.error, refusal.afterMs);
    else this.waiting.push(delivery);
    this.pump();
  }

  /** What was written cannot be called back, and its bytes may be overwritten now: the connection has to go. */
  private abandon(delivery: Delivery): void {
    const place = this.waiting.indexOf(delivery);
    if (place >= 0) this.waiting.splice(place, 1);
    for (const load of this.open)
      if (load.deliveries.includes(delivery)) load.session.fail(trouble('TF-SYSLOG-GIVEN-UP'));
  }

  /** Does all that can be done now. Called after everything that happens. */
  private pump(): void {
    for (let load = this.roomy(); load !== undefined; load = this.roomy()) {
      const delivery = this.waiting.shift();
      if (delivery === undefined) break;
      this.fill(load, delivery);
      this.turn();
    }
    this.turn();
    this.prove();
  }

  /** The connection to write the first waiting delivery to, if one has room for it at this moment. */
  private roomy(): Load | undefined {
    if (this.waiting.length === 0) return undefined;
    if (this.filling === undefined) [this.filling, this.next] = [this.next, undefined];
    if (this.filling === undefined) this.connect();
    const session = this.filling?.session;
    return session?.writable && session.bytes < this.mostBytes ? this.filling : undefined;
  }

  private get mostBytes(): number {
    return this.settings.confirm === 'none' ? Number.POSITIVE_INFINITY : this.slice.limit;
  }

  private fill(load: Load, delivery: Delivery): void {
    load.lastWrite = performance.now();
    if (load.deliveries.length === 0) load.firstWrite = load.lastWrite;
    load.deliveries.push(delivery);
    load.session.write(delivery.bytes, () => {
      if (this.settings.confirm === 'none') this.delivered(load.deliveries.splice(0, 1));
    });
  }

  /** Ends the connection being filled when it is time to have it confirmed, or sees to it that it can be. */
  private turn(): void {
    clearTimeout(this.timer);
    const load = this.filling;
    if (load === undefined || load.deliveries.length === 0 || this.settings.confirm === 'none') return;
    const now = performance.now();
    const idleAt = Math.max(load.lastWrite + IDLE_MS, this.lastEnd + IDLE_GAP_MS);
    const full = load.session.bytes >= Math.min(this.settings.confirmAfter, this.slice.limit);
    const dueAt = full ? now : load.firstWrite + this.settings.confirmInterval;
    const replaceable = this.next !== undefined || this.settings.connections === 1;
    if ((now >= idleAt && this.waiting.length === 0) || (now >= dueAt && replaceable)) this.end(load, now);
    else {
      if (now >= dueAt) this.connect();
      const later = [idleAt, dueAt].filter((at) => at > now);
      if (later.length > 0) this.timer = setTimeout(() => this.pump(), Math.min(...later) - now);
    }
  }

  private end(load: Load, now: number): void {
    this.filling = undefined;
    this.lastEnd = load.endedAt = now;
    load.session.end();
  }

  /** A connection made before the answer proves nothing, so one that stands by gives way to a fresh one. */
  private prove(): void {
    if (this.unproven.length === 0) return;
    this.next?.session.end();
    this.next = undefined;
    this.connect();
  }

  private connect(): void {
    const busy = this.connecting || this.open.size >= this.settings.connections;
    if (busy || this.closing.signal.aborted) return;
    this.connecting = true;
    const proving = this.unproven.splice(0);
    dialTls(this.settings, this.dialer).then(
      (session) => this.connected(session, proving),
      (error: Error) => this.unreachable(error, proving),
    );
  }

  private connected(session: TlsSession, proving: readonly Load[]): void {
    this.connecting = false;
    this.gate.entered();
    this.dialer.first = session.address;
    const load: Load = { session, deliveries: [], firstWrite: 0, lastWrite: 0, endedAt: undefined };
    this.open.add(load);
    this.settings.observer.connections(this.open.size);
    void session.over.then((failure) => this.over(load, failure));
    for (const { session: proved, deliveries } of proving) {
      if (proved.address === session.address) this.delivered(deliveries);
      else
        this.reject(
          deliveries,
          trouble('TF-SYSLOG-UNPROVEN', `connected to ${session.address} instead of ${proved.address}`),
        );
    }
    this.next = load;
    if (this.closing.signal.aborted) session.fail(trouble('TF-SYSLOG-GIVEN-UP'));
    this.pump();
  }

  private unreachable(error: Error, proving: readonly Load[]): void {
    this.connecting = false;
    const afterMs = this.gate.refused(error);
    const unproven = trouble('TF-SYSLOG-UNPROVEN', error.message, error);
    this.reject(
      proving.flatMap(({ deliveries }) => deliveries),
      unproven,
      afterMs,
    );
    this.reject(this.waiting.splice(0), error, afterMs);
    this.pump();
  }

  private over(load: Load, failure: Error | undefined): void {
    this.open.delete(load);
    this.settings.observer.connections(this.open.size);
    if (this.filling === load) this.filling = undefined;
    if (this.next === load) this.next = undefined;
    if (failure !== undefined) void this.lost(load, failure);
    else if (load.deliveries.length > 0) this.answered(load);
    this.pump();
  }

  private answered(load: Load): void {
    this.slice.answered(performance.now() - (load.endedAt ?? 0));
    this.closeNotify.answered();
    this.unproven.push(load);
  }

  private async lost({ deliveries, endedAt }: Load, failure: Error): Promise<void> {
    if (deliveries.length === 0) return;
    const unanswered = endedAt !== undefined && UNANSWERED.has(codeOf(failure));
    if (unanswered) this.slice.unanswered();
    this.reject(deliveries, unanswered ? await this.closeNotify.unanswered(failure) : failure, this.gate.broke());
  }

  private delivered(deliveries: readonly Delivery[]): void {
    this.gate.delivered();
    for (const delivery of deliveries) delivery.settle();
  }

  private reject(deliveries: readonly Delivery[], error: Error, afterMs?: number): void {
    const fault = faultOf(error, this.settings.where, afterMs);
    for (const delivery of deliveries) delivery.settle(fault);
  }
}

/** What an end without answer looks like: of a peer that died, of one too slow, and of one that never answers. */
const UNANSWERED: ReadonlySet<string> = new Set(['TF-SYSLOG-NOT-CONFIRMED', 'TF-SYSLOG-STALLED']);
