import { appendFileSync } from 'node:fs';
import type * as http from 'node:http';
import { gunzipSync } from 'node:zlib';
import { html, json, type StubAnswer } from './hec-answers.ts';
import { type HecEvent, type ReadEvents, readEvents, readLines } from './hec-events.ts';
import { type Batch, HecNode } from './hec-node.ts';
import type { StubFault } from './hec-script.ts';

export interface StubToken {
  readonly token: string;
  /** Indexer acknowledgement. */
  readonly ack?: boolean;
  readonly disabled?: boolean;
  /** Indexes it may write to; all if not given. */
  readonly indexes?: readonly string[];
}

export interface EndpointOptions {
  readonly tokens?: readonly StubToken[];
  /** Bytes of a body, after decompression. */
  readonly maxContentBytes?: number;
  /** Time until events are indexed. */
  readonly indexingMs?: number;
  /** Ids that one channel may hold. */
  readonly ackCapacity?: number;
  /** A channel that is not used for so long begins anew. */
  readonly channelIdleMs?: number;
  /** Indexers behind one address, taken in turn; with `sticky` a cookie keeps a client on its own. */
  readonly nodes?: number;
  readonly sticky?: boolean;
  /** Keep indexed events; costs memory. */
  readonly keep?: boolean;
  /** File to append the id of each indexed event to, one a line. */
  readonly idsFile?: string;
}

export interface HecStats {
  requests: number;
  polls: number;
  connections: number;
  bytes: number;
  indexed: number;
  distinct: number;
  /** Events indexed that had been indexed before, by event id. */
  duplicates: number;
  withoutId: number;
  /** Events Splunk would have passed over without a word. Anything but 0 is a loss. */
  silentlyDropped: number;
  acknowledged: number;
}

/** A request, read to the end. */
export interface Asked {
  readonly url: URL;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a HEC endpoint makes of requests: tokens, channels, events, acknowledgements; and what it has indexed. */
export class HecEndpoint {
  readonly tokens: Map<string, StubToken>;
  readonly nodes: readonly HecNode[];
  readonly events: HecEvent[] = [];
  readonly ids = new Map<string, number>();
  readonly stats: HecStats = {
    requests: 0,
    polls: 0,
    connections: 0,
    bytes: 0,
    indexed: 0,
    distinct: 0,
    duplicates: 0,
    withoutId: 0,
    silentlyDropped: 0,
    acknowledged: 0,
  };
  indexingMs: number;
  private readonly options: EndpointOptions;
  private turn = 0;

  constructor(options: EndpointOptions) {
    this.options = options;
    this.tokens = new Map((options.tokens ?? []).map((token) => [token.token, token]));
    this.nodes = Array.from({ length: options.nodes ?? 1 }, () => new HecNode(options.channelIdleMs));
    this.indexingMs = options.indexingMs ?? 0;
  }

  /** The cookie's node, or the next in turn, as a load balancer would choose. */
  route({ headers }: Asked): number {
    const cookie = /(?:^|; )node=(\d+)/.exec(headers.cookie ?? '')?.[1];
    return this.options.sticky && cookie !== undefined ? Number(cookie) : this.turn++ % this.nodes.length;
  }

  event(route: number, asked: Asked, fault: StubFault | undefined): StubAnswer {
    this.stats.requests += 1;
    const token = this.authorize(asked);
    if (typeof token === 'number') return json(token);
    const channel = channelOf(asked, token);
    if (typeof channel === 'number') return json(channel);
    const encoding = asked.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity' && encoding !== 'gzip') return html(415, 'Unsupported Media Type');
    const body = encoding === 'gzip' ? gunzipSync(asked.body) : asked.body;
    if (body.length > (this.options.maxContentBytes ?? 838_860_800)) return html(413, 'Content-Length too large');
    if (body.length === 0) return json(5);
    this.stats.bytes += body.length;
    const allowed = (index: string | undefined): boolean => mayWrite(token, index);
    const read = (): ReadEvents =>
      /\/raw\b/.test(asked.url.pathname) ? readLines(body, asked.url.searchParams, allowed) : readEvents(body, allowed);
    return this.commit(this.node(route), token.ack ? channel : undefined, read, fault);
  }

  ack(route: number, asked: Asked): StubAnswer {
    this.stats.polls += 1;
    const token = this.authorize(asked);
    if (typeof token === 'number') return json(token);
    if (!token.ack) return json(14);
    const channel = channelOf(asked, token);
    if (typeof channel !== 'string') return json(channel ?? 10);
    const { acks } = JSON.parse(asked.body.toString()) as { acks: unknown[] };
    const states = this.node(route).confirm(channel, acks);
    this.stats.acknowledged += Object.values(states).filter(Boolean).length;
    return { status: 200, body: JSON.stringify({ acks: states }) };
  }

  private node(route: number): HecNode {
    const node = this.nodes[route];
    if (node === undefined) throw new Error(`no node ${route}`);
    return node;
  }

  /** The token of a request, or the code of what is wrong with it. */
  private authorize({ url, headers }: Asked): StubToken | number {
    const query = url.searchParams.get('token');
    if (query !== null) return this.tokens.has(query) ? 16 : 4;
    if (headers.authorization === undefined) return 2;
    const name = /^Splunk (\S+)$/.exec(headers.authorization)?.[1];
    if (name === undefined) return 3;
    const token = this.tokens.get(name);
    if (token === undefined) return 4;
    return token.disabled ? 1 : token;
  }

  /** The event indexed last. */
  last: HecEvent | undefined;

  private commit(
    node: HecNode,
    channel: string | undefined,
    read: () => ReadEvents,
    fault: StubFault | undefined,
  ): StubAnswer {
    const capacity = this.options.ackCapacity ?? 1_000_000;
    if (channel !== undefined && node.held(channel) >= capacity) return json(27);
    const { events, silentlyDropped, fault: bad } = read();
    this.stats.silentlyDropped += silentlyDropped;
    const ackId = channel === undefined || bad !== undefined ? undefined : node.nextId(channel);
    if (!fault?.lose) node.index({ events, channel, ackId }, this.indexingMs, (batch) => this.indexed(batch));
    if (bad !== undefined) return json(bad.code, { 'invalid-event-number': bad.number });
    const near = channel !== undefined && node.held(channel) >= capacity * 0.9 ? 25 : 0;
    const shown = fault?.ackId === undefined ? ackId : (fault.ackId ?? undefined);
    return json(fault?.code ?? near, shown === undefined ? {} : { ackId: shown });
  }

  private indexed({ events }: Batch): void {
    const ids = events.map(({ fields }) => fields?.['event_id']);
    if (this.options.keep) this.events.push(...events);
    this.last = events.at(-1) ?? this.last;
    for (const id of ids) this.count(id);
    if (this.options.idsFile !== undefined && ids.length > 0)
      appendFileSync(this.options.idsFile, `${ids.join('\n')}\n`);
  }

  private count(id: unknown): void {
    this.stats.indexed += 1;
    if (typeof id !== 'string') {
      this.stats.withoutId += 1;
      return;
    }
    const before = this.ids.get(id) ?? 0;
    if (before > 0) this.stats.duplicates += 1;
    this.ids.set(id, before + 1);
    this.stats.distinct = this.ids.size;
  }
}

function mayWrite({ indexes }: StubToken, index: string | undefined): boolean {
  return index === undefined || indexes === undefined || indexes.includes(index);
}

/** The channel of a request, or the code of what is wrong with it; undefined when none is needed. */
function channelOf({ url, headers }: Asked, token: StubToken): string | number | undefined {
  const channel = headers['x-splunk-request-channel'] ?? url.searchParams.get('channel') ?? undefined;
  if (channel === undefined) return token.ack ? 10 : undefined;
  return guid.test(String(channel)) ? String(channel) : 11;
}
