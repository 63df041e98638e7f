import { unlessAborted } from './aborted.ts';
import type { KeptTls } from './kept-tls.ts';
import { addingUp } from './observers.ts';
import type { TlsFiles } from './tls-options.ts';
import type {
  Assurance,
  Confirmation,
  Envelope,
  FrameBlock,
  ProbeReport,
  Transport,
  TransportObserver,
} from './transport.ts';

/** How often the files are looked at. Milliseconds. */
const LOOK_MS = 10_000;

/**
 * A transport over TLS whose connections do not outlive the files that they were made with. When those change, a new
 * one takes its place: the old one gets no more blocks, and is closed when it has been answered for all it has. New
 * blocks wait for that, so that the order stays.
 */
export class Renewing implements Transport {
  private readonly kept: KeptTls;
  private readonly make: () => Transport;
  private readonly timer: NodeJS.Timeout;
  private current: Transport;
  private files: TlsFiles | undefined;
  /** Blocks that the current one has not been answered for. */
  private readonly pending = new Set<Promise<void>>();
  private retiring: Promise<void> | undefined;
  private closed = false;

  constructor(kept: KeptTls, observer: TransportObserver, make: (observer: TransportObserver) => Transport) {
    const part = addingUp(observer);
    this.kept = kept;
    this.make = () => make(part());
    this.current = this.make();
    this.files = this.read();
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  get assurance(): Assurance {
    return this.current.assurance;
  }

  get confirmation(): Confirmation | undefined {
    return this.current.confirmation;
  }

  get envelope(): Envelope {
    return this.current.envelope;
  }

  get window(): number {
    return this.current.window;
  }

  async send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    while (this.retiring !== undefined) await unlessAborted(this.retiring, signal);
    const sent = this.current.send(block, signal);
    this.pending.add(sent);
    try {
      await sent;
    } finally {
      this.pending.delete(sent);
    }
  }

  probe(signal: AbortSignal): Promise<ProbeReport> {
    return this.current.probe(signal);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.current.close();
    await this.retiring;
  }

  private look(): void {
    const files = this.read();
    const changed = files !== this.files && this.files !== undefined;
    this.files = files ?? this.files;
    if (changed && this.retiring === undefined)
      this.retiring = this.replace().finally(() => {
        this.retiring = undefined;
      });
  }

  private async replace(): Promise<void> {
    const old = this.current;
    await Promise.allSettled(this.pending);
    if (this.closed) return;
    this.current = this.make();
    await old.close();
  }

  private read(): TlsFiles | undefined {
    try {
      return this.kept.now();
    } catch {
      return undefined; // whoever connects meets the same error, and tells it
    }
  }
}
