import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A load balancer that passes TCP on, in turn to each of its receivers. */
export interface Balancer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * @param ports where the receivers listen, on 127.0.0.1
 * @param retryMs where one lets nobody in, it is tried again after this time, as haproxy does; without, the next one at once
 */
export async function startBalancer(ports: readonly number[], retryMs?: number): Promise<Balancer> {
  const open = new Set<Socket>();
  let turn = 0;
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, async (client) => {
    keep(client);
    let receiver = await reach(ports[turn++ % ports.length] as number);
    if (receiver === undefined && retryMs !== undefined) await sleep(retryMs);
    receiver ??= await reach(ports[(retryMs === undefined ? turn++ : turn - 1) % ports.length] as number);
    if (receiver === undefined) client.destroy();
    else keep(receiver).pipe(client).pipe(receiver);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function reach(port: number): Promise<Socket | undefined> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  return once(socket, 'connect').then(
    () => socket,
    () => undefined,
  );
}
