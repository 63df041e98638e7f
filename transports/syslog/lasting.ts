import { setTimeout as sleep } from 'node:timers/promises';
import { type Delivery, deliver } from '../delivery.ts';
import type { Confirmation, Envelope, FrameBlock, ProbeReport, Transport } from '../transport.ts';
import { trouble } from './faults.ts';
import { Intake } from './intake.ts';
import { COULD_CONFIRM, INVISIBLE, UNANSWERED } from './levels.ts';
import { probeTls } from './probe.ts';
import { ResendWindow } from './resend-window.ts';
import type { ConfirmSettings } from './rotation.ts';
import { Sessions } from './sessions.ts';
import type { TlsSession } from './tls-session.ts';

/** So many looks in vain, one after another, mean that the kernel does not show the connection. */
const VAIN_LOOKS = 10;
const VAIN_LOOK_MS = 100;

/** A session, and what would have to be sent again if it broke. */
interface Load {
  readonly session: TlsSession;
  readonly window: ResendWindow;
  /** The kernel has shown it once. */
  seen: boolean;
  looking: boolean;
}

/**
 * TLS syslog over one session that lasts. With `window` a block is delivered when the peer's kernel has acknowledged it
 * and it is past the resend window; with `none` when our own kernel took it. Where the kernel does not show what the peer
 * has acknowledged, the resend window begins when our own kernel took it, and the level is called `none`.
 */
export class Lasting implements Transport {
  readonly assurance = 'written';
  readonly envelope: Envelope;
  readonly window: number;
  private readonly settings: ConfirmSettings;
  private readonly wanted: 'window' | 'none';
  private readonly intake: Intake;
  private readonly sessions: Sessions;
  private load: Load | undefined;
  /** Whether the kernel shows what the peer has acknowledged; undefined until it was looked at. */
  private visible: boolean | undefined;
  /** Whether the peer answers close_notify; undefined until it was asked. */
  private answers: boolean | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(settings: ConfirmSettings, wanted: 'window' | 'none', envelope: Envelope) {
    this.settings = settings;
    this.wanted = wanted;
    this.envelope = envelope;
    this.window = 2 * settings.confirmAfter;
    this.intake = new Intake(settings.where);
    this.sessions = new Sessions(settings, 1, () => this.pump());
  }

  get confirmation(): Confirmation {
    if (this.level !== this.wanted) return { level: 'none', why: INVISIBLE };
    const asked = this.answers ? COULD_CONFIRM : UNANSWERED;
    return { level: this.wanted, why: this.answers === undefined ? 'the configuration says so' : asked };
  }

  private get level(): 'window' | 'none' {
    return this.visible === false ? 'none' : this.wanted;
  }

  send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    return deliver(block, signal, {
      start: (delivery) => this.accept(delivery),
      abandon: (delivery) => this.abandon(delivery),
    });
  }

  probe(signal: AbortSignal): Promise<ProbeReport> {
    return probeTls(this.settings, this.wanted, signal, (answers, visible) => {
      this.answers = answers;
      this.visible ??= visible;
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.intake.close();
    this.intake.reject(this.load?.window.deliveries ?? [], trouble('TF-SYSLOG-GIVEN-UP'));
    await this.sessions.close();
  }

  private accept(delivery: Delivery): void {
    this.intake.accept(delivery);
    this.pump();
  }

  /** What was written cannot be called back, and its bytes may be overwritten now: the connection has to go. */
  private abandon(delivery: Delivery): void {
    this.intake.withdraw(delivery);
    if (this.load?.window.deliveries.includes(delivery)) this.load.session.fail(trouble('TF-SYSLOG-GIVEN-UP'));
  }

  private pump(): void {
    if (this.intake.empty) return;
    if (this.load === undefined) this.connect();
    for (let { next } = this.intake; next !== undefined; { next } = this.intake) {
      const { load } = this;
      if (!load?.session.writable || !load.window.hasRoom(next)) return;
      this.intake.shift();
      this.fill(load, next);
    }
  }

  private fill(load: Load, delivery: Delivery): void {
    const taken = load.window.add(delivery);
    load.session.write(delivery.bytes, (wireEnd) => {
      taken(wireEnd);
      if (this.level === 'window') void this.look(load);
      else this.acknowledged(load, wireEnd);
    });
  }

  private connect(): void {
    if (!this.sessions.free) return;
    this.sessions.connect().then(
      (session) => this.connected(session),
      (error: Error) => {
        this.intake.refuse(error, this.intake.gate.refused(error));
      },
    );
  }

  private connected(session: TlsSession): void {
    this.intake.gate.entered();
    const { confirmAfter, confirmInterval } = this.settings;
    const window =
      this.wanted === 'window'
        ? new ResendWindow(confirmAfter, confirmInterval)
        : new ResendWindow(Number.POSITIVE_INFINITY, 0);
    const load: Load = { session, window, seen: false, looking: false };
    this.load = load;
    void session.over.then((failure) => this.over(load, failure));
    this.pump();
  }

  /** Looks at what the peer's kernel acknowledges while that is not everything. */
  private async look(load: Load): Promise<void> {
    if (load.looking) return;
    load.looking = true;
    for (let vain = 0; this.load === load && load.window.unacknowledged && this.level === 'window'; ) {
      const wireBytes = await load.session.acknowledged();
      if (wireBytes === undefined) {
        vain += 1;
        await this.lookedInVain(load, vain);
      } else {
        vain = 0;
        load.seen = this.visible = true;
        this.acknowledged(load, wireBytes);
      }
    }
    load.looking = false;
  }

  /** The kernel's table may miss a connection while others come and go, but not time and again. */
  private async lookedInVain(load: Load, vain: number): Promise<void> {
    if (vain < VAIN_LOOKS) await sleep(VAIN_LOOK_MS);
    else if (load.seen) load.session.fail(trouble('TF-SYSLOG-UNSEEN'));
    else this.loseSight(load);
  }

  private loseSight(load: Load): void {
    this.visible = false;
    this.settings.observer.notice(`confirm level is none: ${INVISIBLE}; make /proc/self/net/tcp readable`);
    this.acknowledged(load, Number.POSITIVE_INFINITY);
  }

  private acknowledged(load: Load, wireBytes: number): void {
    if (this.load !== load) return;
    load.window.acknowledged(wireBytes, performance.now());
    this.settle(load);
  }

  private settle(load: Load): void {
    clearTimeout(this.timer);
    if (this.load !== load) return;
    const now = performance.now();
    this.intake.settle(load.window.settled(now));
    const { nextAt } = load.window;
    if (nextAt < Number.POSITIVE_INFINITY) this.timer = setTimeout(() => this.settle(load), nextAt - now + 1);
    this.pump();
  }

  private over(load: Load, failure: Error = trouble('TF-SYSLOG-CLOSED-EARLY')): void {
    clearTimeout(this.timer);
    if (this.load === load) this.load = undefined;
    const { deliveries } = load.window;
    if (deliveries.length > 0) this.intake.reject(deliveries, failure, this.intake.gate.broke());
    this.pump();
  }
}
