import type {
  Assurance,
  DeliveryError,
  Envelope,
  FrameBlock,
  ProbeReport,
  Transport,
  TransportContext,
} from '../transport.ts';
import { Client, type Endpoint } from './client.ts';
import { Connection, type Verdict } from './connection.ts';
import { deliver } from './delivery.ts';
import { abortedFault, answerFault, closedFault, rejectedFault } from './faults.ts';
import { probeHec } from './probe.ts';
import { sameRequest } from './raw.ts';
import { Receipt } from './receipt.ts';
import type { HecSettings } from './settings.ts';

/**
 * Bytes in flight a connection. With acknowledgements a block is out for as long as Splunk takes to index it, seconds or
 * more, so throughput is what may be out by that time: as much as the agent's own limit of memory allows. Without them
 * one block is on the wire and a few stand ready behind it.
 */
const ackWindow = 64 * 1024 * 1024;
const plainWindow = 1024 * 1024;

/**
 * One HEC endpoint and the connections to it, each with its own channel: acknowledgements are asked for where the events
 * went.
 */
export class Indexer implements Transport {
  readonly assurance: Assurance;
  readonly envelope: Envelope;
  readonly window: number;
  private readonly settings: HecSettings;
  private readonly place: string;
  private readonly client: () => Client;
  private readonly probed: (signal: AbortSignal) => Promise<ProbeReport>;
  private readonly connections: readonly Connection[];
  private readonly underWay = new Set<Receipt>();
  /** A frame that was refused for its index. Until it is taken no other is sent: those before it in a block would come again and again. */
  private canary: Buffer | undefined;
  private closed = false;

  constructor(
    { url, files }: Omit<Endpoint, 'place'>,
    settings: HecSettings,
    envelope: Envelope,
    context: TransportContext,
  ) {
    const { observer } = context;
    this.assurance = settings.ack ? 'indexed' : 'accepted';
    this.envelope = envelope;
    this.window = settings.connections * (settings.ack ? ackWindow : plainWindow);
    this.settings = settings;
    this.place = `destination ${context.name} (${url})`;
    if (isExposed(url))
      observer.notice(`${this.place}: token and events travel unencrypted; turn on SSL for HEC and use https://`);
    let open = 0;
    this.client = () =>
      new Client(settings, { url, files, place: this.place }, context, (change) => {
        open += change;
        observer.connections(open);
      });
    this.probed = (signal) => probeHec(settings, url, this.client(), observer, signal);
    this.connections = Array.from(
      { length: settings.connections },
      () => new Connection(settings, this.client(), this.place, (message) => observer.notice(message)),
    );
  }

  async send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    if (this.closed) throw closedFault(this.place);
    if (signal.aborted) throw abortedFault(this.place);
    const receipt = new Receipt();
    const abort = (): void => receipt.fail(abortedFault(this.place));
    signal.addEventListener('abort', abort, { once: true });
    this.underWay.add(receipt);
    try {
      await this.sendOn(leastLoaded(this.connections), block, receipt);
    } finally {
      this.underWay.delete(receipt);
      signal.removeEventListener('abort', abort);
    }
  }

  probe(signal: AbortSignal): Promise<ProbeReport> {
    return this.probed(signal);
  }

  async close(): Promise<void> {
    this.closed = true;
    const fault = closedFault(this.place);
    for (const receipt of this.underWay) receipt.fail(fault);
    for (const connection of this.connections) connection.close(fault);
  }

  private async sendOn(connection: Connection, block: FrameBlock, receipt: Receipt): Promise<void> {
    const requests = this.post(connection, block, receipt);
    receipt.expect();
    requests.then(
      () => receipt.settle(),
      (fault: DeliveryError) => receipt.fail(fault),
    );
    await receipt.done;
    const refused = await requests;
    if (refused.size > 0) throw rejectedFault(this.place, refused);
  }

  private async post(
    connection: Connection,
    block: FrameBlock,
    receipt: Receipt,
  ): Promise<ReadonlyMap<number, Verdict>> {
    const { place, settings } = this;
    if (this.canary !== undefined) {
      const { answer, meaning } = await connection.post(this.canary, receipt);
      if (meaning.configured) throw answerFault(place, answer, meaning);
      this.canary = undefined;
    }
    const rules = {
      place,
      mostBytes: settings.max_content_bytes,
      mostFrames: settings.max_events_per_request ?? Number.POSITIVE_INFINITY,
      mayFollow: settings.endpoint === 'raw' ? sameRequest : () => true,
      trustPrefix: !settings.ack,
      onMisconfigured: (frame: Buffer): void => {
        this.canary = Buffer.from(frame);
      },
      signal: receipt.signal,
    };
    return deliver(block, (events) => connection.post(events, receipt), rules);
  }
}

/** The first one that is free, so that a single connection does all while it can, in order. */
function leastLoaded(connections: readonly Connection[]): Connection {
  return connections.reduce((least, next) => (next.load < least.load ? next : least));
}

/** Plain HTTP to another host. */
function isExposed(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
