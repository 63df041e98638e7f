import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { sendQueue } from '../../transports/send-queue.ts';
import { until } from './syslog/rig.ts';

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['::', '::ffff:127.0.0.1'],
])('bytes that a peer on %s has not taken from %s can be seen', async (listening, address) => {
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, listening);
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, address);
  const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
  expect(await sendQueue(socket)).toBe(0);
  socket.write(Buffer.alloc(50_000_000));
  let queue: number | undefined;
  for (let look = 0; look < 50 && !queue; look += 1) queue = await sendQueue(socket);
  expect(queue).toBeGreaterThan(0);
  peer.resume();
  await until(() => socket.writableLength === 0);
  for (let look = 0; look < 50 && queue !== 0; look += 1) queue = await sendQueue(socket);
  expect(queue).toBe(0);
  socket.destroy();
  expect(await sendQueue(socket)).toBeUndefined();
  server.close();
});

test('all who ask at the same time share one reading, and the next one is not at once', async () => {
  const server = createServer((peer) => peer.resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  await sendQueue(socket);
  const start = performance.now();
  expect(await Promise.all(Array.from({ length: 1_000 }, () => sendQueue(socket)))).toEqual(Array(1_000).fill(0));
  const first = performance.now();
  expect(first - start).toBeGreaterThan(90);
  await sendQueue(socket);
  expect(performance.now() - first).toBeGreaterThan(90);
  socket.destroy();
  server.close();
});
