import { type Delivery, deliver } from '../delivery.ts';
import type { Confirmation, Envelope, FrameBlock, ProbeReport, Transport } from '../transport.ts';
import { CloseNotify } from './close-notify.ts';
import { codeOf, trouble } from './faults.ts';
import { Intake } from './intake.ts';
import { answersEnd, type Framed, probeTls } from './probe.ts';
import { type Attempt, Proof } from './proof.ts';
import { Sessions } from './sessions.ts';
import { Slice } from './slice.ts';
import type { TlsTarget } from './tls-dial.ts';
import type { TlsSession } from './tls-session.ts';

/** A connection with nothing to send for this long is confirmed, so that a lone block need not wait ... */
const IDLE_MS = 100;
/** ... but not more often than this, so that a trickle of events does not become a stream of handshakes. */
const IDLE_GAP_MS = 1_000;
/** One that carries much, and gets no more: the agent holds as much as it may, and waits for the confirmation. */
const STARVED_MS = 20;

export interface ConfirmSettings extends TlsTarget, Framed {
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
 * delivered when the peer has answered the end and a connection made after that answer proves it (see `Proof`). Meanwhile
 * the next connection is filled.
 */
export class Rotation implements Transport {
  readonly assurance = 'confirmed';
  readonly envelope: Envelope;
  readonly window: number;
  private readonly settings: ConfirmSettings;
  private readonly slice: Slice;
  private readonly intake: Intake;
  private readonly sessions: Sessions;
  private readonly closeNotify: CloseNotify;
  private readonly open = new Set<Load>();
  private filling: Load | undefined;
  /** Connected and empty: filled next. */
  private next: Load | undefined;
  /** What the peer has answered for; the next connection proves it. */
  private readonly proof: Proof;
  private lastEnd = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private lookingAt = Number.POSITIVE_INFINITY;

  constructor(settings: ConfirmSettings, envelope: Envelope) {
    this.settings = settings;
    this.envelope = envelope;
    this.window = settings.connections * 2 * settings.confirmAfter;
    this.slice = new Slice(settings.confirmAfter, this.window / 2);
    this.intake = new Intake(settings.where);
    this.proof = new Proof(this.intake, () => this.pump());
    this.sessions = new Sessions(settings, settings.connections, () => this.pump());
    this.closeNotify = new CloseNotify(() => answersEnd(settings, this.sessions.signal));
  }

  get confirmation(): Confirmation {
    return { level: 'close-notify', why: this.closeNotify.missing ? 'the receiver does not answer it' : '' };
  }

  send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    return deliver(block, signal, {
      start: (delivery) => this.accept(delivery),
      abandon: (delivery) => this.abandon(delivery),
    });
  }

  probe(signal: AbortSignal): Promise<ProbeReport> {
    return probeTls(this.settings, 'close-notify', signal, (answers) => this.closeNotify.seen(answers));
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.intake.close();
    const sent = [...this.open].flatMap(({ deliveries }) => deliveries);
    this.intake.reject([...this.proof.deliveries, ...sent], trouble('TF-SYSLOG-GIVEN-UP'));
    await this.sessions.close();
  }

  private accept(delivery: Delivery): void {
    this.intake.accept(delivery);
    this.pump();
  }

  /** What was written cannot be called back, and its bytes may be overwritten now: the connection has to go. */
  private abandon(delivery: Delivery): void {
    this.intake.withdraw(delivery);
    for (const { session, deliveries } of this.open)
      if (deliveries.includes(delivery)) session.fail(trouble('TF-SYSLOG-GIVEN-UP'));
  }

  /** Does all that can be done now. Called after everything that happens. */
  private pump(): void {
    if (this.sessions.signal.aborted) return;
    for (let load = this.roomy(); load !== undefined; load = this.roomy()) {
      const delivery = this.intake.shift();
      if (delivery === undefined) break;
      this.fill(load, delivery);
      this.turn();
    }
    this.turn();
    this.prove();
  }

  /** The connection to write the first waiting delivery to, if one has room for it at this moment. */
  private roomy(): Load | undefined {
    if (this.intake.empty) return undefined;
    if (this.filling === undefined) [this.filling, this.next] = [this.next, undefined];
    if (this.filling === undefined) this.connect();
    const session = this.filling?.session;
    return session?.writable && session.bytes < this.slice.limit ? this.filling : undefined;
  }

  private fill(load: Load, delivery: Delivery): void {
    load.lastWrite = performance.now();
    if (load.deliveries.length === 0) load.firstWrite = load.lastWrite;
    load.deliveries.push(delivery);
    load.session.write(delivery.bytes);
  }

  /** Ends the connection being filled when it is time to have it confirmed, or sees to it that it can be. */
  private turn(): void {
    const load = this.filling;
    if (load === undefined || load.deliveries.length === 0 || this.proof.restsOn(load.session)) return;
    const now = performance.now();
    const starved = load.session.bytes >= this.settings.confirmAfter;
    const idleAt = starved
      ? load.lastWrite + STARVED_MS
      : Math.max(load.lastWrite + IDLE_MS, this.lastEnd + IDLE_GAP_MS);
    const full = load.session.bytes >= this.slice.limit;
    const dueAt = full ? now : load.firstWrite + this.settings.confirmInterval;
    const replaceable = this.next !== undefined || this.settings.connections === 1;
    if ((now >= idleAt && this.intake.empty) || (now >= dueAt && replaceable)) this.end(load, now);
    else {
      if (now >= dueAt) this.connect();
      this.lookAgain(Math.min(...[idleAt, dueAt].filter((at) => at > now)), now);
    }
  }

  /** One timer does for many blocks, each of which puts its time off: it comes too early then, and looks again. */
  private lookAgain(at: number, now: number): void {
    if (at === Number.POSITIVE_INFINITY || this.lookingAt <= at) return;
    clearTimeout(this.timer);
    this.lookingAt = at;
    this.timer = setTimeout(() => {
      this.lookingAt = Number.POSITIVE_INFINITY;
      this.pump();
    }, at - now);
  }

  private end(load: Load, now: number): void {
    this.filling = undefined;
    this.lastEnd = load.endedAt = now;
    load.session.end();
  }

  /** A connection made before the answer proves nothing, so one that stands by gives way to a fresh one. */
  private prove(): void {
    if (!this.proof.isWanted || (this.next !== undefined && this.proof.restsOn(this.next.session))) return;
    this.next?.session.end();
    this.next = undefined;
    this.connect();
  }

  private connect(): void {
    if (!this.sessions.free) return;
    const attempt = this.proof.attempt();
    this.sessions.connect().then(
      (session) => this.connected(session, attempt),
      (error: Error) => this.unreachable(error, attempt),
    );
  }

  private connected(session: TlsSession, attempt: Attempt): void {
    this.intake.gate.entered();
    const load: Load = { session, deliveries: [], firstWrite: 0, lastWrite: 0, endedAt: undefined };
    this.open.add(load);
    void session.over.then((failure) => this.over(load, failure));
    // One that reached another receiver gives way to the next try.
    if (attempt.connected(session) && !this.proof.restsOn(session)) session.end();
    else this.next = load;
    this.pump();
  }

  private unreachable(error: Error, attempt: Attempt): void {
    const afterMs = this.intake.gate.refused(error);
    attempt.failed(error, afterMs);
    this.intake.refuse(error, afterMs);
    this.pump();
  }

  private over(load: Load, failure: Error | undefined): void {
    this.open.delete(load);
    if (this.filling === load) this.filling = undefined;
    if (this.next === load) this.next = undefined;
    if (failure !== undefined) void this.lost(load, failure);
    else if (load.deliveries.length > 0) this.answered(load);
    this.pump();
  }

  private answered(load: Load): void {
    this.slice.answered(performance.now() - (load.endedAt ?? 0));
    this.closeNotify.seen(true);
    this.proof.answered(load.session, load.deliveries);
  }

  private async lost({ deliveries, endedAt }: Load, failure: Error): Promise<void> {
    if (deliveries.length === 0) return;
    const unanswered = endedAt !== undefined && UNANSWERED.has(codeOf(failure));
    if (unanswered) this.slice.unanswered();
    const error = unanswered ? await this.closeNotify.unanswered(failure) : failure;
    this.intake.reject(deliveries, error, this.intake.gate.broke());
  }
}

/** What an end without answer looks like: of a peer that died, of one too slow, and of one that never answers. */
const UNANSWERED: ReadonlySet<string> = new Set(['TF-SYSLOG-NOT-CONFIRMED', 'TF-SYSLOG-STALLED']);
