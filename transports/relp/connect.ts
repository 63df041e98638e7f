import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { addressesOf, before, connectTcp, firstThatAnswers, type Target } from '../dial.ts';
import type { KeptTls } from '../kept-tls.ts';
import type { TlsFiles, TlsSettings } from '../tls-options.ts';
import type { TransportObserver } from '../transport.ts';
import { RelpSession, type SessionEvents, type SessionLimits } from './session.ts';

export interface RelpTarget extends Target, SessionLimits {
  readonly protocol: 'tls' | 'tcp';
  readonly tls: TlsSettings;
  /** What the files of `tls` hold. */
  readonly files: KeptTls;
  readonly observer: TransportObserver;
}

/** A TLS connection that is ready to be written to. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly certificate: X509Certificate | undefined;
  /** Protocol and cipher. */
  readonly description: string;
}

/**
 * An open session at the first address that lets us in.
 * @throws an error of Node.js or OpenSSL, a `trouble`, or a `DeliveryError` about the TLS files
 */
export async function dialRelp(target: RelpTarget, events: SessionEvents, signal: AbortSignal): Promise<RelpSession> {
  const files = target.protocol === 'tls' ? target.files.now() : undefined;
  const addresses = await addressesOf(target.host);
  return firstThatAnswers(addresses, (address) => openAt(address, target, files, events, signal));
}

/** One wait for all of it: a peer that keeps quiet at each stage must not be waited for several times. */
async function openAt(
  address: string,
  target: RelpTarget,
  files: TlsFiles | undefined,
  events: SessionEvents,
  signal: AbortSignal,
): Promise<RelpSession> {
  const end = performance.now() + target.connectTimeout;
  const left = () => Math.max(1, end - performance.now());
  const raw = await connectTcp(address, target, signal);
  const socket = files === undefined ? raw : (await secure(raw, target, files, left(), signal)).socket;
  return openOn(socket, target, left(), events, signal);
}

/** TLS on a connected socket. @throws the error of Node.js or OpenSSL, ETIMEDOUT after `timeoutMs` */
export async function secure(
  raw: Socket,
  { observer }: Pick<RelpTarget, 'observer'>,
  files: TlsFiles,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Secured> {
  const socket = connect({ ...files.options, socket: raw });
  raw.on('error', (error) => socket.destroy(error));
  await before(timeoutMs, socket, once(socket, 'secureConnect', { signal }));
  // Node.js 24 gives this certificate only once.
  const certificate = socket.getPeerX509Certificate();
  if (certificate !== undefined) observer.certificate('server', certificate.validToDate);
  if (files.clientCertificateEnd !== undefined) observer.certificate('client', files.clientCertificateEnd);
  return { socket, certificate, description: `${socket.getProtocol()}, ${socket.getCipher().name}` };
}

/** Opens a session on a connected socket. @throws what went wrong, after `timeoutMs` at the latest */
export async function openOn(
  socket: Socket,
  limits: SessionLimits,
  timeoutMs: number,
  events: SessionEvents,
  signal: AbortSignal,
): Promise<RelpSession> {
  const session = new RelpSession(socket, limits, events);
  const giveUp = () => void session.close();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await session.open(timeoutMs);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
  return session;
}
