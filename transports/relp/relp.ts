import { type Delivery, deliver } from '../delivery.ts';
import { Gate, type Refusal } from '../gate.ts';
import { DeliveryError, type Envelope, type FrameBlock, type ProbeReport, type Transport } from '../transport.ts';
import { Batch } from './batch.ts';
import { dialRelp, type RelpTarget } from './connect.ts';
import { faultOf, trouble } from './faults.ts';
import { probeRelp } from './probe.ts';
import type { RelpSession } from './session.ts';

/** What the caller holds ready besides what is out, so that the way need not run dry between two blocks. Bytes. */
const READY_BYTES = 512 * 1024;

/**
 * Events over one RELP session: frames go out back to back, as far as the window reaches, and a block is delivered when
 * each of its frames has been answered. What a lost session leaves without answer has to be sent again.
 */
export class Relp implements Transport {
  readonly assurance = 'accepted';
  readonly envelope: Envelope;
  readonly window: number;
  private readonly target: RelpTarget;
  private readonly gate = new Gate();
  private readonly closing = new AbortController();
  /** Not written wholly, in order; only the first may have begun. */
  private readonly waiting: Batch[] = [];
  private session: RelpSession | undefined;
  private connecting = false;

  constructor(target: RelpTarget, envelope: Envelope) {
    this.target = target;
    this.envelope = envelope;
    this.window = target.window + READY_BYTES;
  }

  send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    return deliver(block, signal, {
      start: (delivery) => this.accept(new Batch(block, delivery)),
      abandon: (delivery) => this.abandon(delivery),
    });
  }

  probe(signal: AbortSignal): Promise<ProbeReport> {
    return probeRelp(this.target, signal);
  }

  async close(): Promise<void> {
    this.closing.abort();
    const { session } = this;
    this.reject([...(session?.unanswered ?? []), ...this.waiting.splice(0)], trouble('TF-RELP-GIVEN-UP'));
    await session?.close();
  }

  private accept(batch: Batch): void {
    const stopping = { error: trouble('TF-RELP-GIVEN-UP') };
    const refusal: Refusal | undefined = this.closing.signal.aborted ? stopping : this.gate.refusal();
    if (refusal !== undefined) this.reject([batch], refusal.error, refusal.afterMs);
    else this.waiting.push(batch);
    this.pump();
  }

  /** What was written will be answered, but its block may be overwritten now: the session has to go. */
  private abandon(delivery: Delivery): void {
    const place = this.waiting.findIndex((batch) => batch.delivery === delivery && !batch.begun);
    if (place >= 0) this.waiting.splice(place, 1);
    else if (this.session?.unanswered.some((batch) => batch.delivery === delivery))
      this.session.fail(trouble('TF-RELP-GIVEN-UP'));
  }

  /** Writes all that can be written now. Called after everything that happens. */
  private pump(): void {
    if (this.session === undefined) this.connect();
    for (let [batch] = this.waiting; batch !== undefined && this.session?.write(batch); [batch] = this.waiting)
      if (batch.whole) this.waiting.shift();
  }

  private connect(): void {
    if (this.connecting || this.waiting.length === 0 || this.closing.signal.aborted) return;
    this.connecting = true;
    const events = { room: () => this.pump(), done: (batch: Batch) => this.done(batch) };
    dialRelp(this.target, events, this.closing.signal).then(
      (session) => this.connected(session),
      (error: Error) => this.unreachable(error),
    );
  }

  private connected(session: RelpSession): void {
    this.connecting = false;
    this.session = session;
    this.gate.entered();
    this.target.observer.connections(1);
    void session.over.then((failure) => this.lost(session, failure));
    if (this.closing.signal.aborted) void session.close();
    this.pump();
  }

  private unreachable(error: Error): void {
    this.connecting = false;
    this.reject(this.waiting.splice(0), error, this.gate.refused(error));
  }

  private lost({ unanswered }: RelpSession, failure: Error): void {
    this.session = undefined;
    this.target.observer.connections(0);
    if (this.waiting[0]?.begun) this.waiting.shift();
    if (unanswered.length > 0) this.reject(unanswered, failure, this.gate.broke());
    this.pump();
  }

  private done({ delivery, refused, refusal }: Batch): void {
    this.gate.delivered();
    delivery.settle(refused.length === 0 ? undefined : this.rejection(refused, refusal));
  }

  private rejection(refused: readonly number[], words: string): DeliveryError {
    const message = `${this.target.where}: the destination refused ${refused.length} events of this block: ${words}`;
    return new DeliveryError('TF-RELP-REJECTED', message, { kind: 'rejected', frames: refused });
  }

  private reject(batches: readonly Batch[], error: Error, afterMs?: number): void {
    const fault = faultOf(error, this.target.where, afterMs);
    for (const { delivery } of batches) delivery.settle(fault);
  }
}
