import { DeliveryError, type Transport } from '../../transports/transport.ts';
import { unlessAborted } from './abort.ts';
import { BLOCK_BYTES, Block } from './block.ts';
import { Circuit, type CircuitState } from './circuit.ts';
import type { Lane } from './lane.ts';

/** What the agent wants to know of a destination's deliveries. */
export interface OutboxObserver {
  /** A block was answered for. */
  delivered(frames: number, bytes: number, seconds: number): void;
  /** A block has to be sent again. `code` is of a bounded set. */
  retried(code: string, frames: number): void;
  /** The destination's circuit changed. */
  circuit(state: CircuitState): void;
}

/** Puts a refused frame aside; resolves when that is durable. */
export type RejectFrame = (lane: Lane, ordinal: number, frame: Buffer, error: DeliveryError) => Promise<void>;

export interface OutboxOptions {
  readonly transport: Transport;
  /** Bytes of closed blocks, waiting or out, at which lanes are held back. */
  readonly windowBytes: number;
  /** How long a block that is not full waits for more. Milliseconds. */
  readonly lingerMs: number;
  readonly reject: RejectFrame;
  readonly observer: OutboxObserver;
}

/**
 * In front of one destination: its one open block, which all lanes fill, and the closed ones that wait or are out.
 * Because the open block is shared, small objects fill blocks together and a bounded pool cannot deadlock.
 */
export class Outbox {
  private readonly options: OutboxOptions;
  private readonly circuit = new Circuit();
  private readonly stopped = new AbortController();
  private block = new Block();
  /** Blocks to use again: a window full, since a buffer thrown away lingers until the collector looks at it. */
  private readonly pool: Block[] = [];
  /** Closed blocks that wait, by sequence. */
  private readonly queue: Block[] = [];
  private sequence = 0;
  private heldBytes = 0;
  private outBytes = 0;
  private out = 0;
  /** The block that finds out whether a failed destination takes frames again. */
  private trial: Block | undefined;
  private linger: NodeJS.Timeout | undefined;
  private readonly roomWaiters: (() => void)[] = [];
  private readonly idleWaiters: (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.options = options;
  }

  get state(): CircuitState {
    return this.circuit.state;
  }

  /** Bytes of closed blocks that have not been answered for. */
  get pendingBytes(): number {
    return this.heldBytes;
  }

  /** Adds a frame to the open block. Never waits; `room` is what holds a lane back. */
  put(lane: Lane, ordinal: number, frame: string): void {
    if (!this.block.takes(frame.length)) this.flush();
    this.block.append(lane, ordinal, frame);
    this.linger ??= setTimeout(() => this.flush(), this.options.lingerMs);
  }

  /** Records that make no frames: they settle with the frame before them, or at once. */
  pass(lane: Lane, first: number, last = first): void {
    if (this.block.join(lane, first, last)) return;
    lane.settled(first, last, { delivered: 0, filtered: last - first + 1, quarantined: 0 });
  }

  /**
   * Undefined when there is room; else resolves when there is. Call between chunks, not between records.
   * @throws the signal's reason when it aborts first
   */
  room(signal: AbortSignal): Promise<void> | undefined {
    if (this.heldBytes < this.options.windowBytes) return undefined;
    return unlessAborted(new Promise((resolve) => this.roomWaiters.push(resolve)), signal);
  }

  /** Closes the open block and sends what may be sent. */
  flush(): void {
    clearTimeout(this.linger);
    this.linger = undefined;
    if (this.block.count === 0) return;
    this.block.sequence = this.sequence++;
    this.heldBytes += this.block.length;
    this.queue.push(this.block);
    this.block = this.pool.pop() ?? new Block();
    this.pump();
  }

  /** Hands over blocks while the transport's window is open. A destination that failed is tried with one block first. */
  private pump(): void {
    const { window } = this.options.transport;
    while (!this.circuit.waiting && !this.stopped.signal.aborted) {
      const next = this.queue[0];
      const careful = this.circuit.state.state !== 'up';
      // Blocks that were out before the failure may wait for their answers for long: they must not hold up the trial.
      if (next === undefined || (careful && this.trial !== undefined)) return;
      if (this.out > 0 && this.outBytes + next.length > window) return;
      if (careful) this.trial = next;
      this.queue.shift();
      void this.send(next);
    }
  }

  private async send(block: Block): Promise<void> {
    this.out += 1;
    this.outBytes += block.length;
    if (block.tries > 0) block.settle((span) => span.lane.resent(span.frames));
    block.tries += 1;
    const started = performance.now();
    const sent = this.options.transport.send(block, this.stopped.signal);
    const error = await sent.then(
      () => undefined,
      (thrown: unknown) => asDeliveryError(thrown, block.count),
    );
    this.out -= 1;
    this.outBytes -= block.length;
    if (this.trial === block) this.trial = undefined;
    const refused = error?.fault.kind === 'rejected' ? new Set(error.fault.frames) : NONE;
    if (error === undefined || error.fault.kind === 'rejected') {
      this.answered(block, refused.size, started);
      await this.settle(block, refused, error);
      this.recycle(block);
    } else this.failed(block, error);
    this.pump();
  }

  private answered(block: Block, refused: number, started: number): void {
    this.trial = undefined;
    this.change(() => this.circuit.succeeded());
    this.options.observer.delivered(block.count - refused, block.length, (performance.now() - started) / 1000);
  }

  private failed(block: Block, error: DeliveryError): void {
    this.requeue(block);
    if (this.stopped.signal.aborted) return;
    this.options.observer.retried(error.code, block.count);
    this.change(() => this.circuit.failed(error, () => this.pump()));
  }

  private requeue(block: Block): void {
    const at = this.queue.findIndex((other) => other.sequence > block.sequence);
    this.queue.splice(at < 0 ? this.queue.length : at, 0, block);
  }

  /** All frames but the refused ones are delivered; those are settled once they are durable in quarantine. */
  private async settle(block: Block, refused: ReadonlySet<number>, error: DeliveryError | undefined): Promise<void> {
    const ordinals = new Map<Lane, number[]>();
    for (const frame of refused) {
      const owner = block.owner(frame);
      if (owner === undefined || error === undefined) continue;
      await this.options.reject(owner.lane, owner.ordinal, owner.text, error);
      ordinals.set(owner.lane, [...(ordinals.get(owner.lane) ?? []), owner.ordinal]);
    }
    block.settle(({ lane, first, last, frames }) => {
      const quarantined = ordinals.get(lane)?.filter((ordinal) => ordinal >= first && ordinal <= last).length ?? 0;
      lane.settled(first, last, { delivered: frames - quarantined, filtered: last - first + 1 - frames, quarantined });
    });
  }

  private recycle(block: Block): void {
    this.heldBytes -= block.length;
    block.reset();
    if (this.pool.length * BLOCK_BYTES < this.options.windowBytes) this.pool.push(block);
    if (this.heldBytes < this.options.windowBytes) for (const resume of this.roomWaiters.splice(0)) resume();
    if (this.heldBytes === 0) for (const resume of this.idleWaiters.splice(0)) resume();
  }

  private change(act: () => void): void {
    const before = this.circuit.state;
    act();
    if (this.circuit.state !== before) this.options.observer.circuit(this.circuit.state);
  }

  /** Sends what is here and waits for the answers, `graceMs` at most; then lets go. What was not answered is not settled. */
  async stop(graceMs: number): Promise<void> {
    this.flush();
    await this.idle(graceMs);
    this.stopped.abort(new Error('the agent is stopping'));
    this.circuit.close();
    clearTimeout(this.linger);
    await this.options.transport.close();
  }

  private async idle(graceMs: number): Promise<void> {
    if (this.heldBytes === 0 || this.circuit.state.state !== 'up') return;
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([grace, new Promise<void>((resolve) => this.idleWaiters.push(resolve))]);
    clearTimeout(timer);
  }
}

const NONE: ReadonlySet<number> = new Set();

/** Anything but a sound DeliveryError is a fault of the program, retried so that nothing is lost. */
function asDeliveryError(error: unknown, frames: number): DeliveryError {
  if (!(error instanceof DeliveryError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new DeliveryError('TF-TRANSPORT-FAULT', `sending failed: ${message}`, { kind: 'retry' }, error);
  }
  const { fault } = error;
  const sound =
    fault.kind !== 'rejected' || fault.frames.every((frame) => Number.isInteger(frame) && frame >= 0 && frame < frames);
  if (sound) return error;
  return new DeliveryError(
    'TF-TRANSPORT-FAULT',
    'the transport refused frames it was not given',
    { kind: 'retry' },
    error,
  );
}
