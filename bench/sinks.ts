/**
 * Receivers that do as little as they can, as a process of their own, so that the benchmark measures the agent:
 * `node bench/sinks.ts CERT KEY`. Prints the ports of `syslog`, `relp`, `hec` and `hecs` (HEC over TLS) as JSON; GET /count
 * on the HEC port tells what arrived, and when that was looked at.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { answerRelp } from './relp-sink.ts';

const [cert = '', key = ''] = process.argv.slice(2);
const count = { frames: 0, bytes: 0, events: 0 };

/** Counts octet-counted frames by their lengths alone (RFC 6587 section 3.4.1). */
function counter(): (chunk: Buffer) => void {
  let left = 0;
  let length = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (left > 0) {
        const step = Math.min(left, chunk.length - at);
        at += step;
        left -= step;
        if (left === 0) count.frames += 1;
      } else {
        const byte = chunk[at] as number;
        at += 1;
        if (byte === 0x20) {
          left = length;
          length = 0;
        } else length = length * 10 + byte - 0x30;
      }
    }
    count.bytes += chunk.length;
  };
}

const identity = { cert: readFileSync(cert), key: readFileSync(key) };

const syslog = createTlsServer(identity, (socket: TLSSocket) => {
  socket.on('data', counter());
  socket.on('error', () => socket.destroy());
});

const relp = createTlsServer(identity, (socket) =>
  answerRelp(socket, () => {
    count.frames += 1;
  }),
);

let nextAck = 0;

function collector(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/count') {
    response.end(JSON.stringify({ ...count, at: performance.now() }));
    return;
  }
  const acks = request.url?.startsWith('/services/collector/ack') === true;
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => {
    if (acks) chunks.push(chunk);
    else for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count.events += 1;
    count.bytes += chunk.length;
  });
  request.on('end', () => {
    const asked = acks ? (JSON.parse(Buffer.concat(chunks).toString()) as { acks: number[] }).acks : [];
    const body = acks
      ? { acks: Object.fromEntries(asked.map((id) => [id, true])) }
      : { text: 'Success', code: 0, ackId: nextAck++ };
    response.end(JSON.stringify(body));
  });
}

const servers = { syslog, relp, hec: createServer(collector), hecs: createHttpsServer(identity, collector) };
const ports: Record<string, number> = {};
for (const [name, server] of Object.entries(servers)) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ports[name] = (server.address() as AddressInfo).port;
}
process.stdout.write(`${JSON.stringify(ports)}\n`);
process.stdin.resume().once('end', () => process.exit(0));
