import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { sendQueue } from '../../transports/send-queue.ts';
import { until } from './syslog/rig.ts';

test.each(['127.0.0.1', '::1'])('bytes that a peer at %s has not taken can be seen', async (address) => {
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, address);
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
  for (let look = 0; look < 500 && queue !== 0; look += 1) queue = await sendQueue(socket);
  expect(queue).toBe(0);
  socket.destroy();
  expect(await sendQueue(socket)).toBeUndefined();
  server.close();
});
