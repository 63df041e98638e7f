import type { StubAnswer } from './hec-answers.ts';

export type StubKind = 'event' | 'ack' | 'health';

/** What is to happen to the next requests of a kind. */
export interface StubFault {
  /** `event` unless given. */
  readonly on?: StubKind;
  /** How many requests; 1 unless given, 0 means all. */
  readonly times?: number;
  /** Only requests whose body holds this text. */
  readonly containing?: string;
  /** Answer so, and take nothing. */
  readonly answer?: StubAnswer;
  /** Give that answer before the body of the request has been read. */
  readonly early?: boolean;
  /** Reset the connection before or after the events are taken. */
  readonly reset?: 'before' | 'after';
  /** Never answer, before or after the events are taken. */
  readonly stall?: 'before' | 'after';
  /** Take the events and send half of the answer. */
  readonly half?: boolean;
  /** Answer 200 and give an id, but lose the events: the id stays false. */
  readonly lose?: boolean;
  /** Take the events, but say this code (24, 25), or give another id or none. */
  readonly code?: number;
  readonly ackId?: number | null;
  readonly delayMs?: number;
}

/** The faults to come, used up in the order they were given. */
export class Script {
  private faults: StubFault[] = [];

  add(fault: StubFault): void {
    this.faults.push(fault);
  }

  clear(faults: readonly StubFault[] = []): void {
    this.faults = [...faults];
  }

  /** The fault for a request whose body has not been read yet, if any. */
  early(kind: StubKind): StubFault | undefined {
    return this.take((fault) => fault.early === true && (fault.on ?? 'event') === kind);
  }

  next(kind: StubKind, body: Buffer): StubFault | undefined {
    return this.take((fault) => (fault.on ?? 'event') === kind && body.includes(fault.containing ?? ''));
  }

  private take(fits: (fault: StubFault) => boolean): StubFault | undefined {
    const at = this.faults.findIndex(fits);
    const fault = this.faults[at];
    if (fault === undefined || fault.times === 0) return fault;
    const times = (fault.times ?? 1) - 1;
    this.faults.splice(at, 1, ...(times === 0 ? [] : [{ ...fault, times }]));
    return fault;
  }
}
