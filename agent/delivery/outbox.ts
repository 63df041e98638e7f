import type { DeliveryError, Transport } from '../../transports/transport.ts';
import { type Block, type Volume, WHOLE_BLOCK } from './block.ts';
import { Circuit, type CircuitState } from './circuit.ts';
import { Governor, type RateLimit } from './governor.ts';
import { Inlet, PRIORITIES, type Priority, SHARES } from './inlet.ts';
import type { Lane } from './lane.ts';
import { asDeliveryError } from './sound-error.ts';

/** What the agent wants to know of a destination's deliveries. */
export interface OutboxObserver {
  /** A block was answered for: what it held, by log type, without what was refused. */
  delivered(volumes: ReadonlyMap<string, Volume>, seconds: number): void;
  /** A block has to be sent again. `code` is of a bounded set. */
  retried(code: string, frames: number): void;
  /** The destination's circuit changed. */
  circuit(state: CircuitState): void;
  /** Blocks waited for the destination's limit, and for nothing else. */
  heldBack(seconds: number): void;
}

/** Puts a refused frame aside; resolves when that is durable. */
export type RejectFrame = (lane: Lane, ordinal: number, frame: Buffer, error: DeliveryError) => Promise<void>;

export interface OutboxOptions {
  readonly transport: Transport;
  /** Bytes of closed blocks, waiting or out, at which lanes are held back. */
  readonly windowBytes: number;
  /** How long a block that is not full waits for more. Milliseconds. */
  readonly lingerMs: number;
  /** Without one the destination takes what it can, and all events are alike. */
  readonly limit?: RateLimit | undefined;
  readonly reject: RejectFrame;
  readonly observer: OutboxObserver;
}

/** What is out since the start or the last failure. After a failure the first answer is waited for, then ever more go. */
interface Wave {
  out: number;
  most: number;
}

/**
 * In front of one destination: its inlets, which lanes fill, and the blocks that are out. Where the destination has a
 * limit, each priority has an inlet of its own, and they share what the governor gives; else there is only one.
 */
export class Outbox {
  private readonly options: OutboxOptions;
  private readonly circuit = new Circuit();
  private readonly stopped = new AbortController();
  private readonly governor: Governor | undefined;
  private readonly inlets: readonly Inlet[];
  /** What the shares of the inlets are held against: one that had nothing to send saves nothing up. */
  private clock = 0;
  private outBytes = 0;
  private out = 0;
  private wave: Wave = { out: 0, most: Number.POSITIVE_INFINITY };
  private pause: NodeJS.Timeout | undefined;
  private readonly idleWaiters: (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.options = options;
    const { limit, windowBytes, lingerMs } = options;
    this.governor = limit === undefined ? undefined : new Governor(limit);
    const { frames, bytes } = this.governor?.slice ?? WHOLE_BLOCK;
    const blockSize = { frames: Math.min(frames, WHOLE_BLOCK.frames), bytes: Math.min(bytes, WHOLE_BLOCK.bytes) };
    const priorities: readonly Priority[] = limit === undefined ? ['normal'] : PRIORITIES;
    const share = windowBytes / priorities.length;
    const ready = (): void => this.pump();
    const full = (): boolean => this.pendingBytes >= windowBytes;
    this.inlets = priorities.map(
      (priority) => new Inlet({ priority, windowBytes: share, lingerMs, blockSize, full, ready }),
    );
  }

  get state(): CircuitState {
    return this.circuit.state;
  }

  /** Whether there is a limit, and so priorities count. */
  get limited(): boolean {
    return this.governor !== undefined;
  }

  /** Bytes of closed blocks that have not been answered for. */
  get pendingBytes(): number {
    return this.inlets.reduce((sum, inlet) => sum + inlet.pendingBytes, 0);
  }

  /** How long the limit holds back what is here by priority, were there nothing else: seconds. 0 without a limit. */
  get backlog(): ReadonlyMap<Priority, number> {
    const { governor } = this;
    const seconds = ({ waiting }: Inlet): number =>
      waiting.reduce((sum, { count, length }) => sum + (governor?.cost(count, length) ?? 0), 0) / 1000;
    return new Map(this.inlets.map((inlet) => [inlet.priority, seconds(inlet)]));
  }

  /** Where the lanes of a priority put their frames. */
  inlet(priority: Priority): Inlet {
    return this.inlets.find((inlet) => inlet.priority === priority) ?? (this.inlets[0] as Inlet);
  }

  /** Closes the open blocks and sends what may be sent. */
  flush(): void {
    for (const inlet of this.inlets) inlet.flush();
  }

  /** Hands over blocks while the transport's window and the limit allow it; after a failure one, then ever more. */
  private pump(): void {
    while (!this.circuit.waiting && !this.stopped.signal.aborted && this.wave.out < this.wave.most) {
      const inlet = this.nextInlet();
      const next = inlet?.next;
      if (inlet === undefined || next === undefined) return;
      if (this.out > 0 && this.outBytes + next.length > this.options.transport.window) return;
      if (this.mustPause()) return;
      this.account(inlet, next);
      inlet.shift();
      void this.send(inlet, next);
    }
  }

  /** Start-time fair queueing: of the inlets with a block to send, the one that has had least of its share. */
  private nextInlet(): Inlet | undefined {
    let first: Inlet | undefined;
    for (const inlet of this.inlets)
      if (inlet.next !== undefined && (first === undefined || this.turnOf(inlet) < this.turnOf(first))) first = inlet;
    return first;
  }

  private turnOf(inlet: Inlet): number {
    return Math.max(inlet.served, this.clock);
  }

  private account(inlet: Inlet, { count, length }: Block): void {
    if (this.governor === undefined) return;
    this.governor.spend(count, length);
    this.clock = this.turnOf(inlet);
    inlet.served = this.clock + this.governor.cost(count, length) / SHARES[inlet.priority];
  }

  /** Whether the limit says to wait; then the pump comes back by itself. */
  private mustPause(): boolean {
    const ms = Math.ceil(this.governor?.wait() ?? 0);
    if (ms === 0 || this.pause !== undefined) return ms > 0;
    const since = performance.now();
    this.pause = setTimeout(() => {
      this.pause = undefined;
      this.options.observer.heldBack((performance.now() - since) / 1000);
      this.pump();
    }, ms);
    return true;
  }

  private async send(inlet: Inlet, block: Block): Promise<void> {
    const { wave } = this;
    this.out += 1;
    wave.out += 1;
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
    wave.out -= 1;
    this.outBytes -= block.length;
    const refused = error?.fault.kind === 'rejected' ? new Set(error.fault.frames) : NONE;
    if (error === undefined || error.fault.kind === 'rejected') {
      wave.most += 1;
      this.change(() => this.circuit.succeeded());
      this.options.observer.delivered(block.volumes(refused), (performance.now() - started) / 1000);
      await this.settle(block, refused, error);
      this.recycle(inlet, block);
    } else {
      inlet.putBack(block);
      this.failed(block, error, wave);
    }
    this.pump();
  }

  private failed(block: Block, error: DeliveryError, wave: Wave): void {
    if (this.stopped.signal.aborted) return;
    this.options.observer.retried(error.code, block.count);
    if (error.fault.kind === 'retry' && error.fault.elsewhere) return;
    // Blocks that were out together fail together. What is still out then may wait for its answer for long.
    if (wave === this.wave) this.wave = { out: 0, most: 1 };
    this.change(() => this.circuit.failed(error, () => this.pump()));
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

  private recycle(inlet: Inlet, block: Block): void {
    inlet.recycle(block);
    for (const each of this.inlets) each.wake();
    if (this.pendingBytes === 0) for (const resume of this.idleWaiters.splice(0)) resume();
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
    clearTimeout(this.pause);
    this.pause = undefined;
    for (const inlet of this.inlets) inlet.rest();
    await this.options.transport.close();
  }

  private async idle(graceMs: number): Promise<void> {
    if (this.pendingBytes === 0 || this.circuit.state.state !== 'up') return;
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([grace, new Promise<void>((resolve) => this.idleWaiters.push(resolve))]);
    clearTimeout(timer);
  }
}

const NONE: ReadonlySet<number> = new Set();
