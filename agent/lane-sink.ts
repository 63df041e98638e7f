import { contextOf } from '../formats/envelopes/envelope.ts';
import type { FormatError, LogRecord } from '../formats/framing/record.ts';
import type { Decoder } from '../formats/log-type.ts';
import type { Dress, FrameSink } from './convert.ts';
import { unlessAborted } from './delivery/abort.ts';
import type { Inlet, Priority } from './delivery/inlet.ts';
import type { Lane } from './delivery/lane.ts';
import type { Outbox } from './delivery/outbox.ts';
import type { Quarantine } from './delivery/quarantine.ts';

/** One destination of a pipeline. */
export interface Target {
  readonly name: string;
  readonly outbox: Outbox;
  readonly dress: Dress;
  /** How urgent the objects of a log type, or of an envelope, are to it. */
  priorityOf(contents: string): Priority;
}

/** Where a record goes that no destination can get. */
export interface KeepParts {
  readonly quarantine: Quarantine;
  /** Name of the queue. */
  readonly queue: string;
  readonly observer: { quarantined(reason: string): void };
}

/** A lane as the converter sees it. */
export class LaneSink implements FrameSink {
  readonly target: Target;
  readonly lane: Lane;
  private readonly parts: KeepParts;
  private readonly signal: AbortSignal;
  private readonly from: number;
  /** One for all of the object, so that its events keep their order. */
  private inlet: Inlet;
  private keeping: Promise<void>[] = [];
  /** The run of passed records that is still to be handed over. */
  private firstPassed = 0;
  private passed = 0;

  constructor(lane: Lane, target: Target, parts: KeepParts, signal: AbortSignal) {
    this.lane = lane;
    this.target = target;
    this.parts = parts;
    this.signal = signal;
    this.from = lane.offered;
    this.inlet = target.outbox.inlet('normal');
  }

  get offered(): number {
    return this.from;
  }

  /** It is known what the object holds. */
  turnTo(contents: string): void {
    this.inlet = this.target.outbox.inlet(this.target.priorityOf(contents));
  }

  frame(ordinal: number, frame: string, logType: string): void {
    if (this.passed > 0) this.handPassed();
    this.inlet.put(this.lane, ordinal, frame, logType);
    this.lane.offered = ordinal + 1;
  }

  /** Runs of filtered records are settled at once: settling goes through tracker and ledger. */
  pass(ordinal: number): void {
    if (this.passed === 0) this.firstPassed = ordinal;
    this.passed += 1;
  }

  handPassed(): void {
    if (this.passed === 0) return;
    const last = this.firstPassed + this.passed - 1;
    this.passed = 0;
    this.inlet.pass(this.lane, this.firstPassed, last);
    this.lane.offered = last + 1;
  }

  refuse(ordinal: number, record: LogRecord, error: FormatError, decoder: Decoder): void {
    this.keep('record', ordinal, Buffer.from(record.text, 'latin1'), error, decoder);
  }

  /** Settles the record once it is durable in quarantine. */
  keep(kind: 'record' | 'rest', ordinal: number, bytes: Buffer, error: FormatError, decoder?: Decoder): void {
    const { lane, parts } = this;
    const { header = '' } = decoder ?? {};
    this.handPassed();
    lane.offered = ordinal + 1;
    parts.observer.quarantined(error.code);
    const entry = {
      kind,
      object: lane.object,
      ordinal,
      destination: lane.destination,
      queue: parts.queue,
      logType: decoder?.type.name ?? 'unknown',
      reason: error.code,
      message: error.message,
      at: Date.now(),
      ...(header === '' ? {} : { header }),
      ...(decoder?.origin.enveloped === true ? { context: contextOf(decoder.origin) } : {}),
    };
    const kept = parts.quarantine.put(entry, bytes);
    this.keeping.push(kept.then(() => lane.settled(ordinal, ordinal, { delivered: 0, filtered: 0, quarantined: 1 })));
  }

  /** Waits until quarantine has what it was given and the outbox has room. @throws the signal's reason */
  async room(): Promise<void> {
    this.handPassed();
    if (this.keeping.length > 0) await unlessAborted(Promise.all(this.keeping.splice(0)), this.signal);
    await this.inlet.room(this.signal);
  }
}
