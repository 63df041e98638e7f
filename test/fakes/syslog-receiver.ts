import { appendFileSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureVersion, type TLSSocket } from 'node:tls';
import type { Identity } from './certificates.ts';
import { FrameParser } from './syslog-frames.ts';

/** How a receiver treats its connections. May be changed while it runs; new connections follow it. */
export interface Manners {
  /** Reads no faster than this. */
  readonly bytesPerSecond?: number;
  /** Stops reading a connection for ever after this many bytes. */
  readonly stopReadingAfter?: number;
  /** Closes each connection before a handshake. */
  readonly refuse?: boolean;
  /** Breaks a connection after this many bytes, wherever a frame stands. */
  readonly cutAfter?: number;
  /** Ends a connection in good order (close_notify) after this many bytes, whatever else is on its way. */
  readonly endAfter?: number;
  /** What happens at the end of a TLS session: `answer` (the default), close without close_notify, or nothing at all. */
  readonly atEnd?: 'answer' | 'close' | 'ignore';
  /** Sent back at the first data. */
  readonly talkBack?: string;
}

export interface ReceiverOptions extends Manners {
  /** 0 or nothing: any that is free. */
  readonly port?: number;
  /** By default 127.0.0.1. */
  readonly address?: string;
  readonly tls?: Identity & {
    /** PEM file: demands a client certificate from this authority. */
    readonly clientCa?: string;
    readonly maxVersion?: SecureVersion;
  };
  /** Appends each message to this file, as a line of JSON, before it counts as received. */
  readonly out?: string;
  /** Appends the event id (the first 32 hex digits) instead of the whole message. */
  readonly idsOnly?: boolean;
}

/** A syslog receiver that parses strictly and answers the end of a session only when it has read everything. */
export interface Receiver {
  readonly port: number;
  /** Complete messages in the order of their arrival, one UTF-16 unit a byte. Empty when they go to a file. */
  readonly messages: string[];
  /** What was no frame. Must stay empty. */
  readonly faults: string[];
  /** Connections accepted so far, and those open now. */
  accepted: number;
  /** Serial numbers of client certificates, one a session. */
  readonly clients: string[];
  readonly open: ReadonlySet<Socket>;
  behave(manners: Manners): void;
  /** Stops like a daemon at SIGTERM: closes in good order what is open, although it has not read it all. */
  terminate(): void;
  close(): Promise<void>;
}

export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  let manners: Manners = options;
  const open = new Set<Socket>();
  const server = makeServer(options, (socket) => serve(socket, manners, options, receiver));
  server.on('connection', (socket: Socket) => {
    receiver.accepted += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    if (manners.refuse) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, options.address ?? '127.0.0.1', resolve));
  const sessions = new Set<Socket>();
  server.on('secureConnection', (socket: TLSSocket) => {
    receiver.clients.push(socket.getPeerCertificate().serialNumber);
    sessions.add(socket);
    socket.on('close', () => sessions.delete(socket));
  });
  const receiver: Receiver = {
    port: (server.address() as AddressInfo).port,
    messages: [],
    faults: [],
    accepted: 0,
    clients: [],
    open,
    behave: (next) => {
      manners = next;
    },
    terminate: () => {
      server.close();
      for (const socket of sessions.size > 0 ? sessions : open) socket.end();
    },
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}

function makeServer({ tls }: ReceiverOptions, onConnection: (socket: Socket) => void): Server {
  if (tls === undefined) return createServer({ allowHalfOpen: true }, onConnection);
  const client = tls.clientCa === undefined ? {} : { ca: readFileSync(tls.clientCa), requestCert: true };
  const server = createTlsServer(
    {
      cert: readFileSync(tls.cert),
      key: readFileSync(tls.key),
      allowHalfOpen: true,
      ...client,
      ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
    },
    onConnection,
  );
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

function serve(socket: Socket, manners: Manners, options: ReceiverOptions, receiver: Receiver): void {
  const parser = new FrameParser();
  let bytes = 0;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (manners.cutAfter !== undefined && bytes > manners.cutAfter) {
      const kept = chunk.subarray(0, chunk.length - (bytes - manners.cutAfter));
      take(parser, kept, options, receiver);
      socket.destroy();
      return;
    }
    take(parser, chunk, options, receiver);
    if (bytes === chunk.length && manners.talkBack !== undefined) socket.write(manners.talkBack);
    if (manners.endAfter !== undefined && bytes > manners.endAfter) socket.end();
    if (manners.stopReadingAfter !== undefined && bytes > manners.stopReadingAfter) socket.pause();
    else if (manners.bytesPerSecond !== undefined) rest(socket, (chunk.length / manners.bytesPerSecond) * 1000);
  });
  socket.on('end', () => {
    if (parser.cut) receiver.faults.push('the stream ended within a frame');
    if (manners.atEnd === 'close') socket.destroy();
    else if (manners.atEnd !== 'ignore') socket.end();
  });
}

function rest(socket: Socket, ms: number): void {
  socket.pause();
  setTimeout(() => socket.resume(), ms);
}

function take(parser: FrameParser, chunk: Buffer, options: ReceiverOptions, receiver: Receiver): void {
  try {
    const messages = parser.push(chunk).map((message) => message.toString('latin1'));
    if (options.out === undefined) receiver.messages.push(...messages);
    else if (messages.length > 0)
      appendFileSync(options.out, messages.map((message) => line(message, options)).join(''));
  } catch (error) {
    receiver.faults.push((error as Error).message);
  }
}

function line(message: string, { idsOnly }: ReceiverOptions): string {
  return idsOnly ? `${/[0-9a-f]{32}/.exec(message)?.[0] ?? `no id: ${message}`}\n` : `${JSON.stringify(message)}\n`;
}
