import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';

/** One page of the health endpoint: made anew for each request. */
export type Page = () => Promise<{ readonly status: number; readonly type: string; readonly body: string }>;

export interface HealthServer {
  readonly address: string;
  close(): Promise<void>;
}

/** `host` or `host:port`, an IPv6 address in brackets. */
const HOST = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/;

/**
 * Serves a few fixed pages by GET and HEAD. Nothing of a request is reflected, and nothing can be changed here.
 * @throws when the address cannot be bound; the agent goes on without
 */
export async function serveHealth(
  listen: { host: string; port: number },
  pages: ReadonlyMap<string, Page>,
): Promise<HealthServer> {
  const server = createServer(
    { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 5000 },
    (request, response) => {
      void answer(pages, request, response);
    },
  );
  server.maxConnections = 32;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return { address: `${address.includes(':') ? `[${address}]` : address}:${port}`, close: () => close(server) };
}

async function answer(
  pages: ReadonlyMap<string, Page>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const page = pages.get((request.url ?? '').split('?')[0] ?? '');
  if (!ourName(request.headers.host ?? '')) return send(response, 403, 'text/plain', 'unknown host\n');
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'text/plain', 'only GET\n');
  if (page === undefined) return send(response, 404, 'text/plain', 'not found\n');
  try {
    const { status, type, body } = await page();
    send(response, status, type, body);
  } catch (error) {
    send(response, 500, 'text/plain', `${error instanceof Error ? error.message : 'failed'}\n`);
  }
}

/** An address or `localhost`: a web page cannot reach us under a name of its own (DNS rebinding). */
function ourName(host: string): boolean {
  const [, v6, name = v6] = HOST.exec(host) ?? [];
  return name !== undefined && (isIP(name) > 0 || name.toLowerCase() === 'localhost');
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  const headers = {
    'content-type': `${type}; charset=utf-8`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  };
  response.writeHead(status, headers).end(response.req.method === 'HEAD' ? '' : body);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
