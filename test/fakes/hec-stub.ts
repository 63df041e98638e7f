/**
 * A strict HTTP Event Collector for tests and the demo, after measurements of Splunk 10.4.3. It is scripted in process, or over HTTP by `POST /_control/<operation>` with the operation's argument as
 * JSON body (see `HecControl`); `GET /_control/stats` and `GET /_control/ids` read out what it has indexed, `GET /_control/last`
 * the last event.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { halfReply, json, reply, type StubAnswer } from './hec-answers.ts';
import { type Asked, type EndpointOptions, HecEndpoint, type HecStats, type StubToken } from './hec-endpoint.ts';
import type { HecEvent } from './hec-events.ts';
import { Script, type StubFault, type StubKind } from './hec-script.ts';

export type { StubAnswer } from './hec-answers.ts';
export type { HecStats, StubToken } from './hec-endpoint.ts';
export type { StubFault } from './hec-script.ts';

export interface HecStubOptions extends EndpointOptions {
  readonly port?: number;
  readonly tls?: https.ServerOptions;
}

/** Operations, each with one argument. */
export interface HecControl {
  /** Adds a fault for requests to come. */
  fault(fault: StubFault): void;
  /** Forgets all faults but these. */
  clear(faults?: readonly StubFault[]): void;
  /** Restarts an indexer, or all: channels are gone, ids begin at 0, events not yet indexed are lost. */
  restart(node?: number): void;
  /** Adds a token or changes it. */
  token(token: StubToken): void;
  revoke(token: { readonly token: string }): void;
  health(answer: StubAnswer): void;
  indexing(setting: { readonly ms: number }): void;
}

export interface HecStub extends HecControl, AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Indexed events in order; empty without `keep`. */
  readonly events: readonly HecEvent[];
  /** Requests byte for byte; empty without `keep`. */
  readonly requests: readonly Asked[];
  /** Serial numbers of client certificates, one a TLS session. */
  readonly clients: readonly string[];
  stats(): HecStats;
  /** How often each event id was indexed. */
  ids(): ReadonlyMap<string, number>;
}

const routes: Readonly<Record<string, readonly [kind: StubKind, method: string]>> = {
  '/services/collector': ['event', 'POST'],
  '/services/collector/event': ['event', 'POST'],
  '/services/collector/event/1.0': ['event', 'POST'],
  '/services/collector/raw': ['event', 'POST'],
  '/services/collector/raw/1.0': ['event', 'POST'],
  '/services/collector/ack': ['ack', 'POST'],
  '/services/collector/ack/1.0': ['ack', 'POST'],
  '/services/collector/health': ['health', 'GET'],
  '/services/collector/health/1.0': ['health', 'GET'],
};

export async function createHecStub(options: HecStubOptions = {}): Promise<HecStub> {
  const endpoint = new HecEndpoint(options);
  const script = new Script();
  const requests: Asked[] = [];
  let health: StubAnswer = { status: 200, code: 17 };

  const operations: HecControl = {
    fault: (fault) => script.add(fault),
    clear: (faults) => script.clear(faults),
    restart: (node) => {
      for (const [index, one] of endpoint.nodes.entries()) if (node === undefined || index === node) one.restart();
    },
    token: (token) => {
      endpoint.tokens.set(token.token, token);
    },
    revoke: ({ token }) => {
      endpoint.tokens.delete(token);
    },
    health: (answer) => {
      health = answer;
    },
    indexing: ({ ms }) => {
      endpoint.indexingMs = ms;
    },
  };

  async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stub');
    if (url.pathname.startsWith('/_control/')) {
      return reply(response, control(url.pathname.slice('/_control/'.length), request.method, await read(request)));
    }
    const [kind, method] = routes[url.pathname] ?? [];
    if (kind === undefined) return reply(response, json(404));
    if (request.method === 'OPTIONS') return reply(response, { status: 200, body: '' });
    if (request.method !== method) return reply(response, json(405));
    const early = script.early(kind);
    if (early?.answer !== undefined) return reply(response, early.answer);
    const asked = { url, headers: request.headers, body: await read(request) };
    if (options.keep) requests.push(asked);
    await answer(kind, asked, request, response);
  }

  async function answer(
    kind: StubKind,
    asked: Asked,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const fault = script.next(kind, asked.body);
    if (fault?.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (fault?.reset === 'before') return void request.socket.resetAndDestroy();
    if (fault?.stall === 'before') return;
    if (fault?.answer !== undefined) return reply(response, fault.answer);
    if (kind === 'health') return reply(response, health);
    const route = endpoint.route(asked);
    if (options.sticky) response.setHeader('set-cookie', `node=${route}; Path=/; HttpOnly`);
    const said = kind === 'ack' ? endpoint.ack(route, asked) : endpoint.event(route, asked, fault);
    if (fault?.reset === 'after') return void request.socket.resetAndDestroy();
    if (fault?.stall === 'after') return;
    (fault?.half ? halfReply : reply)(response, said);
  }

  function control(operation: string, method: string | undefined, body: Buffer): StubAnswer {
    if (operation === 'stats') return { status: 200, body: JSON.stringify(endpoint.stats) };
    if (operation === 'last') return { status: 200, body: JSON.stringify(endpoint.last ?? {}) };
    if (operation === 'ids') return { status: 200, body: JSON.stringify(Object.fromEntries(endpoint.ids)) };
    const run = (operations as unknown as Record<string, ((argument: unknown) => void) | undefined>)[operation];
    if (run === undefined || method !== 'POST') return json(404);
    run(body.length === 0 ? undefined : JSON.parse(body.toString()));
    return { status: 200, body: '{}' };
  }

  const server = await listen(options, (request, response) => {
    serve(request, response).catch((error: Error) => {
      reply(response, { status: 599, body: `stub failed: ${error.message}` });
    });
  });
  const clients: string[] = [];
  server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    endpoint.stats.connections += 1;
    if (socket instanceof TLSSocket) clients.push(socket.getPeerCertificate().serialNumber);
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...operations,
    port,
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    events: endpoint.events,
    requests,
    clients,
    stats: () => ({ ...endpoint.stats }),
    ids: () => endpoint.ids,
    [Symbol.asyncDispose]: () => stop(server),
  };
}

function listen(options: HecStubOptions, listener: http.RequestListener): Promise<http.Server> {
  const server = options.tls === undefined ? http.createServer(listener) : https.createServer(options.tls, listener);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve(server));
  });
}

function stop(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function read(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
