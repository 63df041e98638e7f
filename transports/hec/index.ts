import type { DeliveryError, FrameBlock, Transport, TransportContext, TransportType } from '../transport.ts';
import { Client } from './client.ts';
import { Connection } from './connection.ts';
import { deliver } from './delivery.ts';
import { hecEnvelope } from './envelope.ts';
import { abortedFault, closedFault, rejectedFault } from './faults.ts';
import { probeHec } from './probe.ts';
import { Receipt } from './receipt.ts';
import { checkHec, type HecSettings, hecSchema } from './settings.ts';

/** Splunk HTTP Event Collector, with indexer acknowledgement. */
export const hec: TransportType<HecSettings> = {
  type: 'hec',
  title: 'Splunk HTTP Event Collector',
  schema: hecSchema,
  check: checkHec,
  create: createHec,
};

/**
 * Bytes in flight a connection. With acknowledgements a block waits about a second for the poll and as long as Splunk
 * takes to index it, so throughput is at most this by that time: 16 MiB in 2 s is 8 MB/s a connection. Without them one
 * block is on the wire and a few stand ready behind it.
 */
const ackWindow = 16 * 1024 * 1024;
const plainWindow = 1024 * 1024;

function createHec(settings: HecSettings, context: TransportContext): Transport {
  const place = `destination ${context.name} (${settings.url})`;
  if (isExposed(settings.url)) {
    context.observer.notice(`${place}: token and events travel unencrypted; turn on SSL for HEC and use https://`);
  }
  const client = openClients(settings, context, place);
  const connections = Array.from(
    { length: settings.connections },
    () => new Connection(settings, client(), place, (message) => context.observer.notice(message)),
  );
  const underWay = new Set<Receipt>();
  let closed = false;

  async function send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    if (closed) throw closedFault(place);
    if (signal.aborted) throw abortedFault(place);
    const receipt = new Receipt();
    const abort = (): void => receipt.fail(abortedFault(place));
    signal.addEventListener('abort', abort, { once: true });
    underWay.add(receipt);
    try {
      await sendOn(leastLoaded(connections), block, receipt);
    } finally {
      underWay.delete(receipt);
      signal.removeEventListener('abort', abort);
    }
  }

  async function sendOn(connection: Connection, block: FrameBlock, receipt: Receipt): Promise<void> {
    const rules = {
      place,
      mostBytes: settings.max_content_bytes,
      trustPrefix: !settings.ack,
      signal: receipt.signal,
    };
    const requests = deliver(block, (events) => connection.post(events, receipt), rules);
    receipt.expect();
    requests.then(
      () => receipt.settle(),
      (fault: DeliveryError) => receipt.fail(fault),
    );
    await receipt.done;
    const refused = await requests;
    if (refused.size > 0) throw rejectedFault(place, refused);
  }

  async function close(): Promise<void> {
    closed = true;
    const fault = closedFault(place);
    for (const receipt of underWay) receipt.fail(fault);
    for (const connection of connections) connection.close(fault);
  }

  return {
    assurance: settings.ack ? 'indexed' : 'accepted',
    envelope: hecEnvelope(settings, context.hostname),
    window: settings.connections * (settings.ack ? ackWindow : plainWindow),
    send,
    probe: (signal) => probeHec(settings, client(), context.observer, signal),
    close,
  };
}

/** Makes clients that report together how many connections are open. */
function openClients(settings: HecSettings, context: TransportContext, place: string): () => Client {
  let open = 0;
  return () =>
    new Client(settings, context, place, (change) => {
      open += change;
      context.observer.connections(open);
    });
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
