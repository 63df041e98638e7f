import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { KeptTls } from '../kept-tls.ts';
import { clientCertificateStep, type Handshake, tlsFilesStep, tlsSteps } from '../tls-probe.ts';
import { DeliveryError, type ProbeReport, type ProbeStep, type TransportObserver } from '../transport.ts';
import { type Walk, walk } from '../walk.ts';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import { ACK_REMEDY, meaningOf } from './codes.ts';
import { ExchangeError } from './exchange.ts';
import { answerCode, describe, networkRemedy } from './faults.ts';
import type { HecSettings } from './settings.ts';

/** A step that failed: what was seen, and what to do. */
class Failure extends Error {
  readonly remedy: string;

  constructor(detail: string, remedy: string) {
    super(detail);
    this.remedy = remedy;
  }
}

/**
 * Walks to the endpoint: name, port, TLS, health, token, acknowledgement. Sends no event: an empty request tells whether
 * the token is good (Splunk answers "No data"). Stops at the first step that fails.
 */
export async function probeHec(
  settings: HecSettings,
  url: string,
  client: Client,
  observer: TransportObserver,
  signal: AbortSignal,
): Promise<ProbeReport> {
  const ask = asker(settings, client);
  try {
    return await walk(settings.ack ? 'indexed' : 'accepted', explain, signal, async (walk) => {
      await connection(settings, new URL(url), observer, signal, walk);
      await walk.step('health', async () => [undefined, health(await ask('GET', '/health', '', signal))]);
      await walk.step('token', async () => [undefined, token(await ask('POST', '/event', '', signal))]);
      walk.note([index(settings)]);
      await walk.step('ack', async () => {
        if (!settings.ack) return [undefined, 'off, as configured'];
        return [undefined, ack(await ask('POST', '/ack', '{"acks":[0]}', signal))];
      });
    });
  } finally {
    client.close();
  }
}

/** The way to the port, and through TLS where there is some. */
async function connection(
  settings: HecSettings,
  url: URL,
  observer: TransportObserver,
  signal: AbortSignal,
  walk: Walk,
): Promise<void> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const place = { host, port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
  const timeout = settings.stall_timeout;
  await walk.step('dns', async () => [undefined, await resolve(host)]);
  await walk.step('tcp', async () => {
    const socket = await opened(connect(place), 'connect', timeout, signal);
    const detail = `${socket.remoteAddress} port ${socket.remotePort}`;
    socket.destroy();
    return [undefined, detail];
  });
  if (url.protocol !== 'https:') return;
  const { tls } = settings;
  const files = await tlsFilesStep(walk, tls, new KeptTls(tls, host, observer.notice));
  const options: ConnectionOptions = { ...files.options, ...place };
  const peer = { options, tls, name: tls.server_name ?? host, timeout };
  const { socket, ended } = await tlsSteps(walk, peer, signal, () => secure(options, timeout, observer, signal));
  await clientCertificateStep(walk, tls, ended).finally(() => socket.destroy());
}

interface Secured extends Handshake {
  readonly socket: TLSSocket;
  /** Resolves to what ends the connection. */
  readonly ended: Promise<Error>;
}

async function secure(
  options: ConnectionOptions,
  timeoutMs: number,
  observer: TransportObserver,
  signal: AbortSignal,
): Promise<Secured> {
  const socket = await opened(connectTls(options), 'secureConnect', timeoutMs, signal);
  const ended = new Promise<Error>((resolve) => {
    socket.once('error', resolve);
    socket.once('close', () => resolve(new Failure('the receiver closed the connection', resetRemedy)));
  });
  socket.resume();
  const certificate = socket.getPeerX509Certificate();
  if (certificate !== undefined) observer.certificate('server', certificate.validToDate);
  return { socket, ended, certificate, description: `${socket.getProtocol()}, ${socket.getCipher().name}` };
}

function explain(error: unknown): Pick<ProbeStep, 'detail' | 'remedy'> {
  const detail = error instanceof Error ? error.message.replace(/\s+/g, ' ').trim() : String(error);
  if (error instanceof Failure) return { detail, remedy: error.remedy };
  if (error instanceof DeliveryError && error.fault.kind === 'blocked') {
    const { remedy } = error.fault;
    return { detail: detail.replace(`: ${remedy}`, ''), remedy };
  }
  const cause = error instanceof ExchangeError ? error.cause : error;
  const remedy = networkRemedy(cause);
  if (remedy !== undefined) return { detail: `${detail} [TF-HEC-TLS]`, remedy };
  return { detail: `${detail} [TF-HEC-CONNECTION]`, remedy: isReset(cause) ? resetRemedy : reachRemedy };
}

const reachRemedy = 'check `url`, the name server, and the firewalls between this host and Splunk';
const resetRemedy =
  'see splunkd.log: the receiver ends our connections; it may ask for a client certificate (`tls.cert_file`) it trusts';

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

async function resolve(host: string): Promise<string> {
  if (isIP(host) !== 0) return `${host} is an address`;
  const addresses = await lookup(host, { all: true });
  return addresses.map(({ address }) => address).join(', ');
}

/** A socket once its event has come. @throws what broke it, or that it took too long */
async function opened<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  timeoutMs: number,
  signal: AbortSignal,
): Promise<S> {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const stop = (): void => void socket.destroy(new Error(`no ${event} within ${timeoutMs} ms`));
  ends.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<S>((resolve, reject) => {
      socket.once('error', reject);
      socket.once(event, () => resolve(socket));
    });
  } finally {
    ends.removeEventListener('abort', stop);
  }
}

type Ask = (method: 'GET' | 'POST', path: string, body: string, signal: AbortSignal) => Promise<Answer>;

function asker(settings: HecSettings, client: Client): Ask {
  const channel = randomUUID();
  return (method, path, body, signal) =>
    client.ask({
      method,
      path: path === '/ack' ? `/ack?channel=${channel}` : path,
      headers: settings.ack ? { 'x-splunk-request-channel': channel } : {},
      body: Buffer.from(body),
      signal,
    });
}

function health(answer: Answer): string {
  if (answer.status === 200) return describe(answer);
  const remedy = meaningOf(answer).remedy ?? "see Splunk's Monitoring Console: HEC says that it cannot take events now";
  throw new Failure(`${describe(answer)} [${answerCode(answer)}]`, remedy);
}

function token(answer: Answer): string {
  if (answer.code === 5) return 'the token is accepted';
  const remedy = meaningOf(answer).remedy ?? 'try again: HEC does not answer for the token now';
  throw new Failure(`${describe(answer)} [${answerCode(answer)}]`, remedy);
}

/** HEC refuses a wrong index only together with an event, so nothing is asked here. */
function index({ index }: HecSettings): ProbeStep {
  const detail = `${index ?? 'the default index of the token'}: HEC speaks of it only when an event comes: see send-test`;
  return { step: 'index', ok: true, ms: 0, detail };
}

/** The ack endpoint answers code 14 for a token without acknowledgement. */
function ack(answer: Answer): string {
  if (answer.acks !== undefined) return 'on: events are settled when they are indexed';
  throw new Failure(`${describe(answer)} [${answerCode(answer)}]`, meaningOf(answer).remedy ?? ACK_REMEDY);
}
