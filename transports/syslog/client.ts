import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { type Client, Transport as ClientTransport, createClient, type MessageOptions } from 'syslog-client';
import { shown } from '../plain-words.ts';
import { DeliveryError, type FrameBlock } from '../transport.ts';
import { trouble } from './faults.ts';

/** Datagrams handed to the kernel at a time. */
const DATAGRAMS_AT_ONCE = 64;
/** syslog-client reports an idle connection as an error after this time: the longest that a timer can wait, milliseconds. */
const IDLE_TIMEOUT_MS = 2 ** 31 - 1;
const KEEP_ALIVE_MS = 30_000;

/** Our frames are ready; this is how they pass through syslog-client, which would else lay its own header around a text. */
interface ReadyMade extends MessageOptions {
  readonly bytes: Buffer;
}

/** One syslog-client with one open socket. It is thrown away at its first error. */
export interface Line {
  readonly socket: Socket | DatagramSocket;
  /** Rejects when the line is broken. Never resolves. */
  readonly broken: Promise<never>;
  /** Resolves when the kernel has taken the whole block. @throws what `broken` rejects with, or that frames are too long */
  carry(block: FrameBlock): Promise<void>;
  close(): void;
}

/** A client of the npm package that sends bytes as they are. @param address an IP address: the package resolves no IPv6 names */
function readyMadeClient(address: string, port: number, transport: ClientTransport): Client {
  const client = createClient(address, { port, transport, tcpTimeout: IDLE_TIMEOUT_MS });
  client.buildFormattedMessage = (_message, options) => (options as ReadyMade).bytes;
  return client;
}

/** A line over TCP. @throws the system's error, ETIMEDOUT after `timeoutMs` */
export async function tcpLine(address: string, port: number, timeoutMs: number): Promise<Line> {
  const client = readyMadeClient(address, port, ClientTransport.Tcp);
  const broken = breakOf(client);
  const socket = (await Promise.race([socketOf(client, timeoutMs), broken])) as Socket;
  socket.ref().setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
  const talk = new Promise<never>((_, reject) => {
    socket.on('data', (data) => reject(trouble('TF-SYSLOG-TALKS-BACK', shown(data))));
  });
  const either = Promise.race([broken, talk]);
  return {
    socket,
    broken: either,
    // A write that failed is followed by the socket's own error, which says more than the callback's.
    carry: ({ data, ends, count }) =>
      Promise.race([
        new Promise<void>((resolve) => log(client, data.subarray(0, ends[count - 1]), (error) => error ?? resolve())),
        either,
      ]),
    close: () => socket.destroy(),
  };
}

/** A line over UDP: one datagram a frame. */
export async function udpLine(address: string, port: number, timeoutMs: number): Promise<Line> {
  const client = readyMadeClient(address, port, ClientTransport.Udp);
  const broken = breakOf(client);
  const socket = (await Promise.race([socketOf(client, timeoutMs), broken])) as DatagramSocket;
  let open = true;
  const close = () => {
    if (open) socket.close();
    open = false;
  };
  socket.ref().once('close', () => {
    open = false;
  });
  return { socket, broken, carry: (block) => Promise.race([sendDatagrams(client, block), broken]), close };
}

async function sendDatagrams(client: Client, { data, ends, count }: FrameBlock): Promise<void> {
  const tooLong: number[] = [];
  const send = (frame: number) =>
    new Promise<void>((resolve, reject) => {
      log(client, data.subarray(ends[frame - 1] ?? 0, ends[frame]), (error) => {
        if (error && !error.message.includes('EMSGSIZE')) return reject(error);
        if (error) tooLong.push(frame);
        resolve();
      });
    });
  for (let first = 0; first < count; first += DATAGRAMS_AT_ONCE) {
    const some = Array.from({ length: Math.min(DATAGRAMS_AT_ONCE, count - first) }, (_, index) => send(first + index));
    await Promise.all(some);
  }
  if (tooLong.length === 0) return;
  const message = 'events are longer than a datagram can be; lower max_message_bytes';
  throw new DeliveryError('TF-SYSLOG-DATAGRAM-SIZE', message, { kind: 'rejected', frames: tooLong });
}

/** `log` changes the options that it is given, so they are new each time. */
function log(client: Client, bytes: Buffer, done: (error: Error | null | undefined) => void): void {
  const options: ReadyMade = { bytes };
  client.log('', options, done);
}

/** The socket of a client, once open. The package's types name another thing than it gives. */
function socketOf(client: Client, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    client.getTransport((error: Error | null, socket: unknown) => {
      clearTimeout(timer);
      if (error) reject(error);
      else if (late) client.close();
      else resolve(socket);
    });
  });
}

/** Rejects at the first error of a client, or when its socket closes. */
function breakOf(client: Client): Promise<never> {
  return new Promise((_, reject) => {
    client.on('error', (error: Error) =>
      reject(error.message === 'connection closed' ? trouble('TF-SYSLOG-CLOSED-EARLY') : error),
    );
    client.on('close', () => reject(trouble('TF-SYSLOG-CLOSED-EARLY')));
  });
}
