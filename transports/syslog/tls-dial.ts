import type { Socket } from 'node:net';
import { addressesOf, connectTcp, firstThatAnswers, type Target } from '../dial.ts';
import type { KeptTls } from '../kept-tls.ts';
import { plainWords } from '../plain-words.ts';
import type { TlsFiles, TlsSettings } from '../tls-options.ts';
import type { TransportObserver } from '../transport.ts';
import { codeOf, trouble } from './faults.ts';
import { TlsSession } from './tls-session.ts';

export interface TlsTarget extends Target {
  readonly tls: TlsSettings;
  /** What the files of `tls` hold. */
  readonly files: KeptTls;
  /** Milliseconds. */
  readonly stallTimeout: number;
  readonly observer: TransportObserver;
}

/** Who waits for a session. */
export interface Dialer {
  readonly signal: AbortSignal;
  /** The address to try before all others. */
  readonly first?: string;
  /** Called when a session has room again after a write that filled it. */
  onDrain(): void;
}

/**
 * A session that is ready to be written to, at the first address that lets us in.
 * @throws an error of Node.js or OpenSSL, a `trouble`, or a `DeliveryError` about the TLS files
 */
export async function dialTls(target: TlsTarget, dialer: Dialer): Promise<TlsSession> {
  const files = target.files.now();
  const addresses = await addressesOf(target.host, dialer.first);
  return firstThatAnswers(addresses, async (address) =>
    secure(await connectTcp(address, target, dialer.signal), address, target, files, dialer),
  );
}

/** TLS on a connected socket. No session is ever resumed: some receivers answer that with a fatal alert. @throws as `dialTls` */
export async function secure(
  raw: Socket,
  address: string,
  target: TlsTarget,
  files: TlsFiles,
  dialer: Dialer,
): Promise<TlsSession> {
  const session = new TlsSession(raw, address, files.options, target, dialer.onDrain);
  const giveUp = () => session.fail(trouble('TF-SYSLOG-GIVEN-UP'));
  dialer.signal.addEventListener('abort', giveUp, { once: true });
  try {
    await session.ready;
  } catch (error) {
    throw await explained(error, address, target, dialer.signal);
  } finally {
    dialer.signal.removeEventListener('abort', giveUp);
  }
  const { observer } = target;
  if (session.certificate !== undefined) observer.certificate('server', session.certificate.validToDate);
  if (files.clientCertificateEnd !== undefined) observer.certificate('client', files.clientCertificateEnd);
  return session;
}

/** A port without TLS is named by what it says. */
async function explained(error: unknown, address: string, target: TlsTarget, signal: AbortSignal): Promise<unknown> {
  if (!(error instanceof Error) || codeOf(error) !== 'TF-SYSLOG-NOT-TLS') return error;
  const words = await plainWords(address, target, signal);
  return words === undefined ? error : trouble('TF-SYSLOG-NOT-TLS', `it says ${words}`, error);
}
