import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HealthServer, type Page, serveHealth } from '../../../agent/health/server.ts';

const pages = new Map<string, Page>([
  ['/healthz', async () => ({ status: 200, type: 'application/json', body: '{"ok":true}\n' })],
  ['/readyz', async () => ({ status: 503, type: 'application/json', body: '{"ready":false}\n' })],
  [
    '/broken',
    () => {
      throw new Error('cannot count');
    },
  ],
]);

let server: HealthServer;
let port = 0;
beforeEach(async () => {
  server = await serveHealth({ host: '127.0.0.1', port: 0 }, pages);
  port = Number(server.address.split(':').at(-1));
});
afterEach(() => server.close());

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on('error', reject).end();
  });
}

test('serves its pages, whatever the query, not to be cached or guessed at', async () => {
  expect(server.address).toBe(`127.0.0.1:${port}`);
  const answer = await ask('/healthz?x=<script>');
  expect(answer).toMatchObject({ status: 200, body: '{"ok":true}\n' });
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  expect(await ask('/readyz')).toMatchObject({ status: 503, body: '{"ready":false}\n' });
});

test('HEAD answers like GET, without the body', async () => {
  expect(await ask('/readyz', 'HEAD')).toMatchObject({ status: 503, body: '' });
});

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('%s is not allowed', async (method) => {
  const answer = await ask('/healthz', method);
  expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
});

test.each(['/', '/healthz/', '/HEALTHZ', '//healthz', '/../healthz', '/__proto__', '/constructor'])(
  'there is no page %s, and the answer holds nothing of the request',
  async (path) => {
    const answer = await ask(`${path}?<script>alert(1)</script>`);
    expect(answer).toMatchObject({ status: 404, body: 'not found\n' });
  },
);

test('a page that fails is an error of the server, which goes on', async () => {
  expect(await ask('/broken')).toMatchObject({ status: 500, body: 'cannot count\n' });
  expect(await ask('/healthz')).toMatchObject({ status: 200 });
});

describe('the name by which it is called', () => {
  test.each(['127.0.0.1', '127.0.0.1:9478', 'localhost', 'LOCALHOST:1', '[::1]', '[::1]:9478', '192.0.2.7:80'])(
    '%s may be ours',
    async (host) => {
      expect(await ask('/healthz', 'GET', { host })).toMatchObject({ status: 200 });
    },
  );

  test.each([
    ...['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'feed.cafe', 'bad.de:9478', 'abc'],
    ...['[::1', '::1', '1.2.3', '127.0.0.1:9478:1', 'localhost@evil.example', '[evil.example]'],
  ])('%s is a stranger’s: a web page could have it resolve to us', async (host) => {
    expect(await ask('/healthz', 'GET', { host })).toMatchObject({ status: 403, body: 'unknown host\n' });
  });
});

test('a request with headers without end is cut off', async () => {
  const socket = connect(port, '127.0.0.1');
  const said = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', () => resolve(text));
  });
  socket.write(`GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
  expect(await said).toMatch(/^HTTP\/1.1 431 /);
});

test('an address that is taken is an error for the caller', async () => {
  await expect(serveHealth({ host: '127.0.0.1', port }, pages)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('closes although somebody keeps a connection open', async () => {
  const other = await serveHealth({ host: '127.0.0.1', port: 0 }, pages);
  const socket = connect(Number(other.address.split(':').at(-1)), '127.0.0.1');
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.on('error', () => {});
  await other.close();
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
});

test('says its IPv6 address as it stands in a URL', async ({ skip }) => {
  const v6 = await new Promise<boolean>((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .listen(0, '::1', () => probe.close(() => resolve(true)));
  });
  if (!v6) skip('this host has no IPv6 loopback');
  const other = await serveHealth({ host: '::1', port: 0 }, pages);
  expect(other.address).toMatch(/^\[::1\]:\d+$/);
  await other.close();
});
