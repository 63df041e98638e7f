import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, checkServerIdentity, connect } from 'node:tls';
import type { KeptTls } from './kept-tls.ts';
import { clientCertificateEnd, type TlsFiles, type TlsSettings } from './tls-options.ts';
import type { ProbeStep } from './transport.ts';
import type { Explain, Seen, Walk } from './walk.ts';

/** A certificate that ends sooner than this wants attention. */
const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

/** A handshake that came about. */
export interface Handshake {
  readonly description: string;
  readonly certificate: X509Certificate | undefined;
}

export interface Peer {
  /** As for the handshake itself, host and port included. */
  readonly options: ConnectionOptions;
  readonly tls: TlsSettings;
  /** The name that the certificate must hold. */
  readonly name: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/** What the files of the `tls` section hold. */
export function tlsFilesStep(walk: Walk, tls: TlsSettings, files: KeptTls): Promise<TlsFiles> {
  const given = [tls.ca_file ?? 'authorities of Node.js', tls.cert_file, tls.key_file].filter((file) => file !== null);
  return walk.step('tls files', async () => [files.now(), given.join(', ')]);
}

/**
 * The steps from the handshake to what the peer's certificate is worth. When that is not trusted, all that is wrong with
 * it is said, and not only what stopped the handshake.
 * @returns what `handshake` made
 */
export async function tlsSteps<T extends Handshake>(
  walk: Walk,
  peer: Peer,
  signal: AbortSignal,
  handshake: () => Promise<T>,
): Promise<T> {
  let distrust: Error | undefined;
  const shake = async (): Promise<Seen<Handshake>> => {
    try {
      const done = await handshake();
      return [done, done.description];
    } catch (error) {
      const seen = isDistrust(error) ? await look(peer, signal) : undefined;
      if (seen === undefined) throw error;
      distrust = error as Error;
      return [seen, seen.description];
    }
  };
  const made = await walk.step('tls', shake, (error) => (isRefusal(error) ? 'client certificate' : 'tls'));
  const { certificate } = made;
  if (certificate !== undefined) walk.note(certificateSteps(certificate, peer, distrust, walk.explain, Date.now()));
  if (distrust !== undefined) throw distrust;
  return made as T;
}

/** The peer's alert about our certificate. */
function isRefusal(error: unknown): boolean {
  const code = String((error as NodeJS.ErrnoException).code);
  return /^ERR_SSL_\w*ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED)$/.test(code);
}

/** What Node.js says of the peer's certificate. */
function isDistrust(error: unknown): boolean {
  const code = String((error as NodeJS.ErrnoException).code);
  return /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|PATH_LENGTH_|HOSTNAME_|ERR_TLS_CERT_)/.test(code);
}

/**
 * The certificate of a peer that has just been found untrusted. The one connection that verifies nothing: it sends
 * nothing but its handshake and believes nothing. Undefined when there is nothing to be seen.
 */
async function look({ options, timeout }: Peer, signal: AbortSignal): Promise<Handshake | undefined> {
  const socket = connect({ ...options, rejectUnauthorized: false });
  const ends = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  try {
    await once(socket, 'secureConnect', { signal: ends });
    const certificate = socket.getPeerX509Certificate();
    return { description: `${socket.getProtocol()}, ${socket.getCipher().name}`, certificate };
  } catch {
    return undefined; // the caller has the error of the handshake, which says more
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

/** @param distrust why the handshake failed; undefined when it did not */
export function certificateSteps(
  certificate: X509Certificate,
  { name, tls }: Pick<Peer, 'name' | 'tls'>,
  distrust: Error | undefined,
  explain: Explain,
  now: number,
): readonly ProbeStep[] {
  const trusted = `trusted by ${tls.ca_file ?? 'the authorities of Node.js'}`;
  const failed = (step: string, error: Error): ProbeStep => ({ step, ok: false, ms: 0, ...explain(error) });
  const seen = (step: string, detail: string, remedy?: string): ProbeStep => {
    return { step, ok: true, ms: 0, detail, ...(remedy === undefined ? {} : { remedy }) };
  };
  const untimely = datesFault(certificate, now);
  const misnamed = checkServerIdentity(name, certificate.toLegacyObject());
  const { code = '' } = (distrust ?? {}) as NodeJS.ErrnoException;
  const chain = code === '' || /^(ERR_TLS_CERT_|HOSTNAME_)/.test(code);
  // The date is what OpenSSL tells last: it may hide what is wrong with the chain.
  const unknown = untimely !== undefined && DATES.test(code);
  return [
    ...(unknown
      ? []
      : [
          chain || distrust === undefined
            ? seen('certificate chain', `${issued(certificate)}, ${trusted}`)
            : failed('certificate chain', withDetail(distrust, `${distrust.message}: ${issued(certificate)}`)),
        ]),
    untimely === undefined
      ? seen('certificate validity', validity(certificate, now), endsSoon(certificate.validToDate, now))
      : failed('certificate validity', untimely),
    misnamed === undefined
      ? seen('certificate name', `${name} is in ${namesOf(certificate)}`)
      : failed('certificate name', withDetail(misnamed, `${name} is not in ${namesOf(certificate)}`)),
  ];
}

const DATES = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/;

function datesFault(certificate: X509Certificate, now: number): Error | undefined {
  const { validFromDate, validToDate } = certificate;
  const range = `valid from ${validFromDate.toISOString()} to ${validToDate.toISOString()}`;
  if (validToDate.getTime() < now) return Object.assign(new Error(range), { code: 'CERT_HAS_EXPIRED' });
  if (validFromDate.getTime() > now) return Object.assign(new Error(range), { code: 'CERT_NOT_YET_VALID' });
  return undefined;
}

function withDetail({ code }: NodeJS.ErrnoException, detail: string): Error {
  return Object.assign(new Error(detail), { code });
}

function validity({ validToDate }: X509Certificate, now: number): string {
  return `until ${validToDate.toISOString().slice(0, 10)}, ${daysTo(validToDate, now)} days from now`;
}

/** What to do about a certificate that ends soon; undefined while there is time. */
export function endsSoon(end: Date, now: number): string | undefined {
  return daysTo(end, now) < SOON_DAYS ? 'renew it before it ends: nothing gets through after that' : undefined;
}

function daysTo(end: Date, now: number): number {
  return Math.floor((end.getTime() - now) / DAY_MS);
}

function issued({ subject, issuer }: X509Certificate): string {
  return `${oneLine(subject)} by ${oneLine(issuer)}`;
}

function namesOf({ subjectAltName, subject }: X509Certificate): string {
  return subjectAltName ?? oneLine(subject);
}

/** A distinguished name has a line for each of its parts; a certificate may leave it out. */
function oneLine(name: string | undefined): string {
  return (name ?? '').trim().replaceAll('\n', ', ') || '(no name)';
}

/** A peer that refuses our certificate says so a little after the handshake (TLS 1.3), or just closes. */
const HOLD_MS = 1_000;

/**
 * Whether the peer lets us in with the certificate we have.
 * @param ended resolves to what ended the connection, if anything does
 */
export function clientCertificateStep(walk: Walk, tls: TlsSettings, ended: Promise<Error>): Promise<void> {
  return walk.step('client certificate', async () => {
    await heldOpen(ended);
    const end = clientCertificateEnd(tls);
    if (end === undefined) return [undefined, 'none configured, and none is asked for'];
    const detail = `${tls.cert_file} is not refused, valid until ${end.toISOString().slice(0, 10)}`;
    return [undefined, detail, endsSoon(end, Date.now())];
  });
}

/** Waits until a peer had time to refuse us. @throws what it ended the connection with */
export async function heldOpen(ended: Promise<Error>): Promise<void> {
  const first = await Promise.race([ended, sleep(HOLD_MS)]);
  if (first !== undefined) throw first;
}
