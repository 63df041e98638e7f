import { Gate } from '../gate.ts';
import { addingUp } from '../observers.ts';
import {
  type Assurance,
  type Confirmation,
  DeliveryError,
  type Envelope,
  type FrameBlock,
  type ProbeReport,
  type Transport,
  type TransportObserver,
} from '../transport.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { faultOf, trouble } from './faults.ts';
import { Lasting } from './lasting.ts';
import { UNANSWERED } from './levels.ts';
import { answersEnd, probeTls } from './probe.ts';
import { type ConfirmSettings, Rotation } from './rotation.ts';

/** A receiver that did not answer close-notify is asked again after this time, or when a connection broke. */
const ASK_AGAIN_MS = 600_000;

const UNASKED: Confirmation = { level: 'unknown', why: 'the receiver has not been asked yet' };

/** A way to send, and the sends on it that have no answer yet. */
interface Way {
  readonly level: 'close-notify' | 'window';
  readonly transport: Transport;
  pending: number;
}

/**
 * TLS syslog at the strongest level that the receiver answers: it is asked before the first block, and again after each
 * failure. When the answer has changed, a notice says so and the next blocks go at the other level; those that are out
 * are answered for by the level at which they went.
 */
export class AutoConfirm implements Transport {
  readonly envelope: Envelope;
  readonly window: number;
  private readonly settings: ConfirmSettings;
  private readonly gate = new Gate();
  private readonly closing = new AbortController();
  /** The observer of one way. */
  private readonly part: () => TransportObserver;
  private readonly left = new Set<Way>();
  private way: Way | undefined;
  private asking: Promise<void> | undefined;
  private askedAt = 0;
  /** A connection broke since the receiver was asked: it may be another one now. */
  private doubt = false;

  constructor(settings: ConfirmSettings, envelope: Envelope) {
    this.settings = settings;
    this.envelope = envelope;
    this.part = addingUp(settings.observer);
    this.window = 4 * settings.confirmAfter;
  }

  get assurance(): Assurance {
    return this.way?.transport.assurance ?? 'written';
  }

  get confirmation(): Confirmation {
    const { level, why } = this.way?.transport.confirmation ?? UNASKED;
    if (level === 'none') return { level, why: `${UNANSWERED}, and ${why}` };
    return { level, why: level === 'window' ? UNANSWERED : why };
  }

  async send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const way = this.way ?? (await this.firstWay(signal));
    // What goes wrong there closes the gate for a while: then it is asked again. This block goes the known way.
    if (this.shouldAsk(way)) void this.ask().catch(() => undefined);
    way.pending += 1;
    try {
      await way.transport.send(block, signal);
    } catch (error) {
      throw this.failed(error);
    } finally {
      way.pending -= 1;
      this.tidy(way);
    }
  }

  async probe(signal: AbortSignal): Promise<ProbeReport> {
    const report = await probeTls(this.settings, 'auto', signal, (answers) => {
      if (answers || this.way === undefined) this.decide(answers);
      else this.doubt ||= this.way.level === 'close-notify';
    });
    return { ...report, assurance: this.assurance };
  }

  async close(): Promise<void> {
    this.closing.abort();
    const ways = [...this.left, ...(this.way === undefined ? [] : [this.way])];
    await Promise.all(ways.map(({ transport }) => transport.close()));
  }

  private async firstWay(signal: AbortSignal): Promise<Way> {
    const refusal = this.gate.refusal();
    if (refusal !== undefined) throw faultOf(refusal.error, this.settings.where, refusal.afterMs);
    await unlessAborted(this.ask(), signal);
    if (this.way === undefined) throw faultOf(trouble('TF-SYSLOG-GIVEN-UP'), this.settings.where);
    return this.way;
  }

  private shouldAsk({ level }: Way): boolean {
    const old = level === 'window' && performance.now() - this.askedAt > ASK_AGAIN_MS;
    return (this.doubt || old) && this.gate.refusal() === undefined;
  }

  /** Asks the receiver, and acts on its answer. @throws {DeliveryError} when it cannot be asked */
  private ask(): Promise<void> {
    this.asking ??= this.question().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async question(): Promise<void> {
    const { settings, gate, closing } = this;
    const ask = () => answersEnd(settings, closing.signal);
    try {
      // A receiver that dies while it is asked seems not to answer either: so that is believed the second time only.
      this.decide((await ask()) || (await ask()));
    } catch (error) {
      throw faultOf(error, settings.where, gate.refused(error as Error));
    }
  }

  private decide(answers: boolean): void {
    if (this.closing.signal.aborted) return;
    this.gate.entered();
    this.gate.delivered();
    this.doubt = false;
    this.askedAt = performance.now();
    const level = answers ? 'close-notify' : 'window';
    const before = this.way;
    if (level === before?.level) return;
    this.way = { level, transport: this.transportAt(level), pending: 0 };
    if (before === undefined) return;
    const why = answers ? 'the receiver answers close-notify now' : `${UNANSWERED} any longer`;
    this.settings.observer.notice(`confirm level is ${level} from now on: ${why}; see whether this is meant to be so`);
    this.left.add(before);
    this.tidy(before);
  }

  private transportAt(level: Way['level']): Transport {
    const settings = { ...this.settings, observer: this.part() };
    return level === 'window' ? new Lasting(settings, level, this.envelope) : new Rotation(settings, this.envelope);
  }

  /** What a failure means here: where the level itself fails there is another one, so nobody has to act. */
  private failed(error: unknown): unknown {
    if (error instanceof DeliveryError && error.fault.kind !== 'rejected') this.doubt = true;
    if (!(error instanceof DeliveryError) || error.code !== 'TF-SYSLOG-NO-CLOSE-NOTIFY') return error;
    return faultOf(trouble('TF-SYSLOG-LEVEL-DOUBT'), this.settings.where);
  }

  /** Closes a way that has been left once nothing is out on it. */
  private tidy(way: Way): void {
    if (way.pending === 0 && this.left.delete(way)) void way.transport.close();
  }
}
