import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { shown } from '../plain-words.ts';
import { sendQueue } from '../send-queue.ts';
import { watchProgress } from '../stall.ts';
import { trouble } from './faults.ts';

/** With its session ticket a server says that it let us in (TLS 1.3); one that sends none is given this long to refuse us. */
const NO_TICKET_MS = 250;

/** What is handed over at a time, a whole block as a rule. On a quiet machine 64 KiB are no faster and no slower. */
const PIECE_BYTES = 256 * 1024;

export interface SessionLimits {
  /** Longest handshake, milliseconds. */
  readonly connectTimeout: number;
  /** Longest time without progress, milliseconds. */
  readonly stallTimeout: number;
}

/**
 * One TLS connection that says at its end whether the peer read everything.
 *
 * TLS (RFC 8446 6.1, RFC 5246 7.2.1) lets a peer answer our close_notify with its own only after it has read up to ours,
 * and a kernel that ends the connection of a dead process cannot forge one. Node.js does not show that alert, but the
 * bytes of it: a syslog receiver sends nothing else once its session tickets are through.
 */
export class TlsSession {
  /** The address of the peer. */
  readonly address: string;
  /** Resolves when the handshake is over and the peer has had time to refuse us. @throws what went wrong */
  readonly ready: Promise<void>;
  /** Resolves when the connection is over: to `undefined` if the peer confirmed everything, else to what went wrong. */
  readonly over: Promise<Error | undefined>;
  /** The peer's certificate, once ready. */
  certificate: X509Certificate | undefined;
  /** Application bytes written so far. */
  bytes = 0;
  /** Bytes on the wire that our kernel has taken, or more. */
  private taken = 0;
  private readonly raw: Socket;
  private readonly tls: TLSSocket;
  private readonly stallTimeout: number;
  private stopWatching: (() => void) | undefined;
  private failure: Error | undefined;
  private ending = false;
  /** Pieces of a block are still to be written. */
  private writing = false;
  private bytesReadBeforeEnd: number | undefined;
  private readAll = false;

  /** @param raw a connected socket, which the session owns from now on */
  constructor(raw: Socket, address: string, options: ConnectionOptions, limits: SessionLimits, onDrain: () => void) {
    this.address = address;
    this.raw = raw;
    this.stallTimeout = limits.stallTimeout;
    this.tls = connect({ ...options, socket: raw });
    this.over = new Promise((resolve) => this.tls.once('close', () => resolve(this.verdict())));
    this.listen(onDrain);
    this.ready = this.open(limits.connectTimeout);
  }

  /** Whether a write now would go to the socket at once. */
  get writable(): boolean {
    return !this.ending && this.failure === undefined && !this.writing && !this.tls.writableNeedDrain;
  }

  /** Protocol and cipher, once ready. */
  get description(): string {
    return `${this.tls.getProtocol()}, ${this.tls.getCipher().name}`;
  }

  /** Only while `writable`. @param taken called when the kernel has taken all of it, with the count of bytes on the wire up to its end or a little more */
  write(bytes: Buffer, taken?: (wireEnd: number) => void): void {
    this.watch();
    this.bytes += bytes.length;
    this.writeFrom(bytes, 0, taken);
  }

  private writeFrom(bytes: Buffer, at: number, taken?: (wireEnd: number) => void): void {
    const next = at + PIECE_BYTES;
    this.writing = next < bytes.length;
    this.tls.write(bytes.subarray(at, next), (error) => {
      if (error) return;
      if (next < bytes.length) return this.writeFrom(bytes, next, taken);
      const { bytesWritten } = this.raw;
      // What waits behind it is counted as soon as it is handed over, and not only when the kernel takes it.
      if (this.tls.writableLength === 0) this.taken = bytesWritten;
      taken?.(bytesWritten);
    });
    if (this.ending && !this.writing) this.endSoon();
  }

  /** Bytes on the wire that the peer's kernel has acknowledged, or more; `undefined` where that cannot be seen. */
  async acknowledged(): Promise<number | undefined> {
    const { taken } = this;
    const queue = await sendQueue(this.raw);
    return queue === undefined ? undefined : taken - queue;
  }

  /** Says close_notify after all that was written; `over` resolves when the peer has answered. */
  end(): void {
    if (this.ending) return;
    this.ending = true;
    this.watch();
    this.endSoon();
  }

  /** After one more look at the socket: a close_notify that is there already answers nothing, its sender ended first. */
  private endSoon(): void {
    setImmediate(() => {
      if (this.failure !== undefined || this.writing || this.bytesReadBeforeEnd !== undefined) return;
      this.bytesReadBeforeEnd = this.raw.bytesRead;
      this.tls.end();
    });
  }

  /** Breaks the connection; `over` resolves to `error`, or to what went wrong before. */
  fail(error: Error): void {
    this.failure ??= error;
    this.tls.destroy();
  }

  private listen(onDrain: () => void): void {
    this.raw.on('error', (error) => this.fail(error));
    this.tls.on('error', (error) => this.fail(error));
    // After the callbacks of what was written, which must not find the next write under way.
    this.tls.on('drain', () => queueMicrotask(onDrain));
    this.tls.on('data', (data: Buffer) => this.fail(trouble('TF-SYSLOG-TALKS-BACK', shown(data))));
    this.tls.on('session', () => this.discountTicket());
    this.tls.on('end', () => {
      this.readAll = this.bytesReadBeforeEnd !== undefined && this.tls.writableFinished;
      if (!this.readAll) this.fail(trouble('TF-SYSLOG-CLOSED-EARLY'));
    });
  }

  private async open(connectTimeout: number): Promise<void> {
    const tooLate = () =>
      this.fail(Object.assign(new Error(`no TLS handshake within ${connectTimeout} ms`), { code: 'ETIMEDOUT' }));
    const timer = setTimeout(tooLate, connectTimeout);
    const ticket = new Promise((resolve) => this.tls.once('session', resolve));
    const failed = this.over.then((failure) => Promise.reject(failure));
    try {
      await Promise.race([once(this.tls, 'secureConnect'), failed]);
      // Node.js 24 gives this certificate only once.
      this.certificate = this.tls.getPeerX509Certificate();
      await Promise.race([this.settled(ticket), failed]);
      // Ended in the same turn: it is no session to be filled, and `over` comes later.
      if (this.failure !== undefined) throw this.failure;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until the peer had time to refuse us: in TLS 1.3 it looks at our certificate when we think all is done. */
  private async settled(ticket: Promise<unknown>): Promise<void> {
    if (this.tls.getProtocol() === 'TLSv1.3') await Promise.race([ticket, sleep(NO_TICKET_MS)]);
    // The ticket's event comes from within OpenSSL's read: a write from there would spoil the record ("bad record mac").
    await nextTurn();
  }

  /** The bytes of a ticket that comes as late as our end must not be taken for its answer. */
  private discountTicket(): void {
    if (this.bytesReadBeforeEnd !== undefined) this.bytesReadBeforeEnd = this.raw.bytesRead;
  }

  private watch(): void {
    const due = () => (this.ending ? 'answer' : undefined);
    this.stopWatching ??= watchProgress(this.raw, this.tls, this.stallTimeout, due, () =>
      this.fail(trouble('TF-SYSLOG-STALLED')),
    );
  }

  private verdict(): Error | undefined {
    this.stopWatching?.();
    if (this.failure !== undefined) return this.failure;
    const answer = this.raw.bytesRead - (this.bytesReadBeforeEnd ?? this.raw.bytesRead);
    if (this.readAll && answer > 0) return undefined;
    return trouble('TF-SYSLOG-NOT-CONFIRMED');
  }
}
