import type { FrameBlock, ProbeReport, Transport, TransportContext, TransportType } from '../transport.ts';
import { Client } from './client.ts';
import { hecEnvelope } from './envelope.ts';
import { abortedFault, closedFault } from './faults.ts';
import { type Endpoint, Indexer } from './indexer.ts';
import { probeHec } from './probe.ts';
import { checkHec, type HecSettings, hecSchema } from './settings.ts';
import { Spread } from './spread.ts';

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
  const place = `destination ${context.name}`;
  const endpoints = settings.url.map((url): Endpoint => ({ url, place: `${place} (${url})` }));
  for (const endpoint of endpoints) warnIfExposed(endpoint, context);
  const onSocket = socketCounter(context);
  const spread = new Spread(endpoints.map((endpoint) => new Indexer(settings, endpoint, context, onSocket)));
  let closed = false;

  async function send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    if (closed) throw closedFault(place);
    if (signal.aborted) throw abortedFault(place);
    await spread.send(block, signal, abortedFault(place));
  }

  async function probe(signal: AbortSignal): Promise<ProbeReport> {
    const reports: ProbeReport[] = [];
    for (const endpoint of endpoints) {
      const client = new Client(settings, endpoint, context, onSocket);
      const report = await probeHec(settings, endpoint.url, client, context.observer, signal);
      reports.push(endpoints.length === 1 ? report : named(report, new URL(endpoint.url).host));
    }
    return { assurance, ok: reports.every(({ ok }) => ok), steps: reports.flatMap(({ steps }) => steps) };
  }

  async function close(): Promise<void> {
    closed = true;
    spread.close(closedFault(place));
  }

  const assurance = settings.ack ? 'indexed' : 'accepted';
  return {
    assurance,
    envelope: hecEnvelope(settings, context.hostname),
    window: endpoints.length * settings.connections * (settings.ack ? ackWindow : plainWindow),
    send,
    probe,
    close,
  };
}

function named({ steps, ...report }: ProbeReport, host: string): ProbeReport {
  return { ...report, steps: steps.map(({ step, ...seen }) => ({ step: `${host} ${step}`, ...seen })) };
}

/** Reports how many connections are open, over all clients. */
function socketCounter({ observer }: TransportContext): (change: 1 | -1) => void {
  let open = 0;
  return (change) => {
    open += change;
    observer.connections(open);
  };
}

/** Plain HTTP to another host. */
function warnIfExposed({ url, place }: Endpoint, { observer }: TransportContext): void {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:' || /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return;
  observer.notice(`${place}: token and events travel unencrypted; turn on SSL for HEC and use https://`);
}
