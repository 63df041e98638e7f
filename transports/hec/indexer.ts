import { Gate } from '../gate.ts';
import { DeliveryError, type FrameBlock, type TransportContext } from '../transport.ts';
import { Client } from './client.ts';
import { Connection } from './connection.ts';
import { deliver } from './delivery.ts';
import { rejectedFault } from './faults.ts';
import { Receipt } from './receipt.ts';
import type { HecSettings } from './settings.ts';

/** Where one indexer is, and what error messages call it. */
export interface Endpoint {
  readonly url: string;
  readonly place: string;
}

/**
 * One HEC endpoint with its connections, each with its own channel: acknowledgements are asked for where the events went.
 * After a failure it is left in peace for a while, ever longer; then one block tries it.
 */
export class Indexer {
  private readonly settings: HecSettings;
  private readonly place: string;
  private readonly notice: (message: string) => void;
  private readonly connections: readonly Connection[];
  private readonly gate = new Gate();
  private readonly underWay = new Set<Receipt>();
  private failed = false;
  private tried = false;

  constructor(
    settings: HecSettings,
    endpoint: Endpoint,
    context: TransportContext,
    onSocket: (change: 1 | -1) => void,
  ) {
    this.settings = settings;
    this.place = endpoint.place;
    this.notice = (message) => context.observer.notice(message);
    this.connections = Array.from({ length: settings.connections }, () => {
      const client = new Client(settings, endpoint, context, onSocket);
      return new Connection(settings, client, endpoint.place, this.gate, this.notice);
    });
  }

  /** Blocks that are sent and not yet answered for. */
  get load(): number {
    return this.underWay.size;
  }

  /** Whether a block may go here: its time to be left in peace is over, and no other block tries it. */
  get isOpen(): boolean {
    return this.gate.refusal() === undefined && !this.tried;
  }

  /**
   * Sends a block, and waits for its acknowledgements where there are some.
   * @param aborted what is thrown when `signal` fires
   * @throws {DeliveryError}
   */
  async send(block: FrameBlock, signal: AbortSignal, aborted: DeliveryError): Promise<void> {
    const receipt = new Receipt();
    const abort = (): void => receipt.fail(aborted);
    signal.addEventListener('abort', abort, { once: true });
    this.underWay.add(receipt);
    const trial = this.failed;
    if (trial) this.tried = true;
    try {
      await this.deliver(block, receipt);
      this.gate.delivered();
    } catch (error) {
      if (error instanceof DeliveryError && !signal.aborted) this.learn(error);
      throw error;
    } finally {
      if (trial) this.tried = false;
      this.underWay.delete(receipt);
      signal.removeEventListener('abort', abort);
    }
  }

  close(fault: DeliveryError): void {
    for (const receipt of this.underWay) receipt.fail(fault);
    for (const connection of this.connections) connection.close(fault);
  }

  private async deliver(block: FrameBlock, receipt: Receipt): Promise<void> {
    const { place, settings } = this;
    const connection = leastLoaded(this.connections);
    const rules = {
      place,
      mostBytes: settings.max_content_bytes,
      trustPrefix: !settings.ack,
      signal: receipt.signal,
    };
    const requests = deliver(block, (events) => connection.post(events, receipt), rules);
    receipt.expect();
    requests.then(
      () => {
        this.takes();
        receipt.settle();
      },
      (fault: DeliveryError) => receipt.fail(fault),
    );
    await receipt.done;
    const refused = await requests;
    if (refused.size > 0) throw rejectedFault(place, refused);
  }

  /** It answers for events; whether it indexes them shows later. */
  private takes(): void {
    if (this.failed && this.hasOthers) this.notice(`${this.place} takes events again`);
    this.failed = false;
    this.tried = false;
    this.gate.entered();
  }

  private learn(error: DeliveryError): void {
    if (error.fault.kind === 'rejected') return;
    this.gate.refused(error, error.fault.kind === 'retry' ? error.fault.afterMs : undefined);
    if (!this.failed && this.hasOthers) this.notice(`${error.message}; until it is back, the others take its events`);
    this.failed = true;
  }

  private get hasOthers(): boolean {
    return this.settings.url.length > 1;
  }
}

/** The first one that is free, so that a single connection does all while it can, in order. */
function leastLoaded(connections: readonly Connection[]): Connection {
  return connections.reduce((least, next) => (next.load < least.load ? next : least));
}
