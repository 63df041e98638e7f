/**
 * Receivers that do as little as they can, as a process of their own, so that the benchmark measures the agent:
 * `node bench/sinks.ts CERT KEY`. Prints `{"syslog":PORT,"hec":PORT}`; GET /count on the HEC port tells what arrived.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';

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

const syslog = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket: TLSSocket) => {
  socket.on('data', counter());
  socket.on('error', () => socket.destroy());
});

let nextAck = 0;

const hec = createServer((request, response) => {
  if (request.url === '/count') return void response.end(JSON.stringify(count));
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
});

syslog.listen(0, '127.0.0.1', () =>
  hec.listen(0, '127.0.0.1', () => {
    const port = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
    process.stdout.write(`${JSON.stringify({ syslog: port(syslog), hec: port(hec) })}\n`);
  }),
);
process.stdin.resume().once('end', () => process.exit(0));
