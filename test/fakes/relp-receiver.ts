import { appendFileSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Identity } from './certificates.ts';
import { type RelpFrame, RelpParser } from './relp-frames.ts';

/** How a receiver treats its sessions. May be changed while it runs; new connections follow it. */
export interface RelpManners {
  /** Closes each connection at once. */
  readonly refuse?: boolean;
  /** Sent instead of the answer to `open`; nothing if it is empty. */
  readonly atOpen?: string;
  /** Takes messages and answers for none. */
  readonly silent?: boolean;
  /** Messages that are refused, and with which words. */
  readonly rejects?: { readonly messages: RegExp; readonly words: string };
  /** Reads no faster than this. */
  readonly bytesPerSecond?: number;
  /** Stops reading a connection for ever after this many bytes. */
  readonly stopReadingAfter?: number;
  /** Breaks a connection after this many bytes, wherever a frame stands. */
  readonly cutAfter?: number;
  /** Ends a connection in good order after this many bytes, whatever else is on its way. */
  readonly endAfter?: number;
  /** Says `serverclose` after this many messages, and ends the connection. */
  readonly serverCloseAfter?: number;
  /** Answers for this many messages at a time, the last first. */
  readonly backwards?: number;
  /** Sent instead of the answer to this message of a connection, counted from 1. */
  readonly insteadOf?: { readonly message: number; readonly text: string };
  /** Writes each answer in pieces of one byte. */
  readonly crumbs?: boolean;
  /** Does not answer `close`. */
  readonly mute?: boolean;
}

export interface RelpReceiverOptions extends RelpManners {
  /** 0 or nothing: any that is free. */
  readonly port?: number;
  readonly tls?: Identity & {
    /** PEM file: demands a client certificate from this authority. */
    readonly clientCa?: string;
  };
  /** The last transaction number before 1 comes again. */
  readonly lastTxnr?: number;
  /** Appends the event id of each message (its first 32 hex digits) to this file before it answers. */
  readonly out?: string;
}

/** A RELP server that takes nothing but what the specification allows, and answers once it has a message for good. */
export interface RelpReceiver {
  readonly port: number;
  /** Messages in the order of their arrival, one UTF-16 unit a byte. Empty when they go to a file. */
  readonly messages: string[];
  /** What broke the protocol. Must stay empty. */
  readonly faults: string[];
  /** What the clients offered at `open`. */
  readonly offers: string[];
  /** Connections accepted so far, and those that were closed by `close`. */
  accepted: number;
  closed: number;
  /** Serial numbers of client certificates, one a session. */
  readonly clients: string[];
  /** Most bytes of frames that were read or on their way and not answered, as far as the receiver can see. */
  mostUnanswered: number;
  readonly open: ReadonlySet<Socket>;
  behave(manners: RelpManners): void;
  /** Sends bytes on all open connections. */
  say(text: string): void;
  close(): Promise<void>;
}

export async function startRelpReceiver(options: RelpReceiverOptions = {}): Promise<RelpReceiver> {
  let manners: RelpManners = options;
  const open = new Set<Socket>();
  const talking = new Set<Socket>();
  const server = makeServer(options, (socket) => {
    talking.add(socket);
    socket.on('close', () => talking.delete(socket));
    new Talk(socket, manners, options, receiver);
  });
  server.on('connection', (socket: Socket) => {
    receiver.accepted += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    if (manners.refuse) socket.destroy();
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    receiver.clients.push(socket.getPeerCertificate().serialNumber);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const receiver: RelpReceiver = {
    port: (server.address() as AddressInfo).port,
    messages: [],
    faults: [],
    offers: [],
    accepted: 0,
    closed: 0,
    clients: [],
    mostUnanswered: 0,
    open,
    behave: (next) => {
      manners = next;
    },
    say: (text) => {
      for (const socket of talking) socket.write(text, 'latin1');
    },
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}

function makeServer({ tls }: RelpReceiverOptions, onConnection: (socket: Socket) => void): Server {
  if (tls === undefined) return createServer(onConnection);
  const client = tls.clientCa === undefined ? {} : { ca: readFileSync(tls.clientCa), requestCert: true };
  const server = createTlsServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key), ...client }, onConnection);
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** One connection. */
class Talk {
  private readonly socket: Socket;
  private readonly manners: RelpManners;
  private readonly options: RelpReceiverOptions;
  private readonly receiver: RelpReceiver;
  private readonly parser = new RelpParser();
  private state: 'new' | 'open' | 'closed' = 'new';
  private txnr = 1;
  private bytes = 0;
  private count = 0;
  private unanswered = 0;
  private readonly held: string[] = [];

  constructor(socket: Socket, manners: RelpManners, options: RelpReceiverOptions, receiver: RelpReceiver) {
    this.socket = socket;
    this.manners = manners;
    this.options = options;
    this.receiver = receiver;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('end', () => {
      if (this.parser.cut) receiver.faults.push('the stream ended within a frame');
    });
  }

  private take(chunk: Buffer): void {
    const { cutAfter, endAfter, stopReadingAfter, bytesPerSecond } = this.manners;
    this.bytes += chunk.length;
    const over = cutAfter === undefined ? 0 : Math.max(0, this.bytes - cutAfter);
    try {
      const frames = this.parser.push(chunk.subarray(0, chunk.length - over));
      for (const frame of frames) this.unanswered += frame.command === 'syslog' ? lengthOf(frame) : 0;
      this.receiver.mostUnanswered = Math.max(this.receiver.mostUnanswered, this.unanswered);
      for (const frame of frames) this.handle(frame);
    } catch (error) {
      this.receiver.faults.push((error as Error).message);
      this.socket.destroy();
    }
    if (over > 0) this.socket.destroy();
    if (endAfter !== undefined && this.bytes > endAfter) this.socket.end();
    if (stopReadingAfter !== undefined && this.bytes > stopReadingAfter) this.socket.pause();
    else if (bytesPerSecond !== undefined) this.rest((chunk.length / bytesPerSecond) * 1000);
  }

  private rest(ms: number): void {
    this.socket.pause();
    setTimeout(() => this.socket.resume(), ms);
  }

  private handle(frame: RelpFrame): void {
    if (frame.txnr !== this.txnr) throw new Error(`transaction ${frame.txnr} instead of ${this.txnr}`);
    this.txnr = this.txnr === (this.options.lastTxnr ?? 999_999_999) ? 1 : this.txnr + 1;
    const known = { new: 'open', open: 'syslog or close', closed: 'nothing' }[this.state];
    if (!known.split(' ').includes(frame.command)) throw new Error(`${frame.command} instead of ${known}`);
    if (frame.command === 'open') this.open(frame);
    else if (frame.command === 'close') this.close(frame);
    else this.message(frame);
  }

  private open({ txnr, data }: RelpFrame): void {
    if (!/^relp_version=[01]\n(?:[^\n]+\n)*commands=syslog$/.test(data)) throw new Error(`offers: ${data}`);
    this.receiver.offers.push(data);
    this.state = 'open';
    const welcome = '200 OK\nrelp_version=0\nrelp_software=fake,1.0,https://receiver.example\ncommands=syslog';
    if (this.manners.atOpen === undefined) this.answer(txnr, welcome);
    else this.socket.write(this.manners.atOpen, 'latin1');
  }

  private close({ txnr, data }: RelpFrame): void {
    if (data !== '') throw new Error('close with data');
    this.state = 'closed';
    if (this.manners.mute) return;
    this.receiver.closed += 1;
    this.answer(txnr, '');
    this.socket.end('0 serverclose 0\n');
  }

  private message(frame: RelpFrame): void {
    const { silent, rejects, insteadOf, serverCloseAfter } = this.manners;
    this.count += 1;
    const rejected = rejects?.messages.test(frame.data);
    if (!rejected) this.keep(frame.data);
    if (insteadOf?.message === this.count) this.socket.write(insteadOf.text, 'latin1');
    else if (rejected) this.say(frame, `500 ${rejects?.words}`);
    else if (!silent) this.say(frame, '200 OK');
    if (serverCloseAfter === this.count) this.socket.end('0 serverclose 0\n');
  }

  private keep(message: string): void {
    const { out } = this.options;
    if (out === undefined) this.receiver.messages.push(message);
    else appendFileSync(out, `${/[0-9a-f]{32}/.exec(message)?.[0] ?? `no id: ${message}`}\n`);
  }

  private say(frame: RelpFrame, words: string): void {
    this.unanswered -= lengthOf(frame);
    this.answer(frame.txnr, words);
  }

  private answer(txnr: number, data: string): void {
    const { backwards = 1, crumbs } = this.manners;
    const frame = `${txnr} rsp ${data.length}${data === '' ? '' : ` ${data}`}\n`;
    if (crumbs) for (const octet of frame) this.socket.write(octet, 'latin1');
    else if (this.state !== 'open' || this.count === 0) this.socket.write(frame, 'latin1');
    else if (this.held.push(frame) >= backwards) this.socket.write(this.held.splice(0).reverse().join(''), 'latin1');
  }
}

function lengthOf({ txnr, command, data }: RelpFrame): number {
  return `${txnr} ${command} ${data.length} \n`.length + data.length;
}
