import { Backoff } from '../backoff.ts';
import type { DeliveryError, FrameBlock, HostState, Transport } from '../transport.ts';

/** The first look at a host that failed comes after this, and later ones ever later. Milliseconds. */
const FIRST_LOOK_MS = 1_000;
const LAST_LOOK_MS = 60_000;
/** A host must let us in twice, this far apart, before it gets events again: one that comes and goes costs more than it gives. */
const STEADY_MS = 10_000;
/** Longest look. Milliseconds. */
const LOOK_MS = 30_000;

/** One host of a destination: its transport, and whether it gets events. One that failed is looked at until it is well. */
export class Host {
  readonly name: string;
  readonly transport: Transport;
  /** Bytes that have been handed to it and not been answered for. */
  pendingBytes = 0;
  /** When it last got a block, in the order of all hosts. */
  turn = 0;
  private readonly onState: (state: HostState, reason?: string) => void;
  private readonly backoff = new Backoff(FIRST_LOOK_MS, LAST_LOOK_MS);
  private readonly closing = new AbortController();
  private failure: DeliveryError | undefined;
  private looking: Promise<boolean> | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** @param onState told of each change */
  constructor(name: string, transport: Transport, onState: (state: HostState, reason?: string) => void) {
    this.name = name;
    this.transport = transport;
    this.onState = onState;
    onState('up');
  }

  /** Why it gets no events; undefined when it does. */
  get trouble(): DeliveryError | undefined {
    return this.failure;
  }

  /** Hands a block over. @throws what the transport throws; the host is left out when that is about the host */
  async send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    const bytes = block.ends[block.count - 1] ?? 0;
    this.pendingBytes += bytes;
    try {
      await this.transport.send(block, signal);
      this.backoff.reset();
    } finally {
      this.pendingBytes -= bytes;
    }
  }

  /** It took no block. */
  failed(error: DeliveryError): void {
    const { fault } = error;
    const known = this.failure?.message === error.message;
    const first = this.failure === undefined;
    this.failure = error;
    if (!known && fault.kind === 'blocked') this.onState('blocked', `${error.message}; ${fault.remedy}`);
    else if (!known) this.onState('down', error.message);
    if (first) this.lookIn(Math.max(this.backoff.next(), fault.kind === 'retry' ? (fault.afterMs ?? 0) : 0));
  }

  /** Looks whether it lets us in now. One look at a time. */
  look(): Promise<boolean> {
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(LOOK_MS)]);
    this.looking ??= this.transport
      .probe(signal)
      .then(
        ({ ok }) => ok,
        () => false,
      )
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }

  /** It gets events again. */
  recovered(): void {
    clearTimeout(this.timer);
    if (this.failure === undefined) return;
    this.failure = undefined;
    this.onState('up');
  }

  close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.timer);
    return this.transport.close();
  }

  private lookIn(ms: number, wellBefore = false): void {
    clearTimeout(this.timer);
    if (!this.closing.signal.aborted) this.timer = setTimeout(() => void this.lookAgain(wellBefore), ms);
  }

  private async lookAgain(wellBefore: boolean): Promise<void> {
    const well = await this.look();
    if (this.failure === undefined) return;
    if (well && wellBefore) this.recovered();
    else this.lookIn(well ? STEADY_MS : this.backoff.next(), well);
  }
}
