import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { tlsOptions } from '../tls-options.ts';
import { DeliveryError, type ProbeReport, type ProbeStep, type TransportObserver } from '../transport.ts';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import { ACK_REMEDY, meaningOf } from './codes.ts';
import { ExchangeError } from './exchange.ts';
import { describe, networkRemedy } from './faults.ts';
import type { HecSettings } from './settings.ts';

/** A step that failed: what was seen, and what to do. */
class Failure extends Error {
  readonly remedy: string;

  constructor(detail: string, remedy: string) {
    super(detail);
    this.remedy = remedy;
  }
}

type Step = readonly [name: string, run: (signal: AbortSignal) => Promise<string>];

/**
 * Walks to the endpoint: name, port, TLS, health, token, acknowledgement. Sends no event: an empty request tells whether
 * the token is good (Splunk answers "No data"). Stops at the first step that fails.
 */
export async function probeHec(
  settings: HecSettings,
  client: Client,
  observer: TransportObserver,
  signal: AbortSignal,
): Promise<ProbeReport> {
  const steps: ProbeStep[] = [];
  for (const step of stepsOf(settings, client, observer)) {
    const done = await run(step, signal);
    steps.push(done);
    if (!done.ok) break;
  }
  client.close();
  return { ok: steps.every(({ ok }) => ok), assurance: settings.ack ? 'indexed' : 'accepted', steps };
}

function stepsOf(settings: HecSettings, client: Client, observer: TransportObserver): readonly Step[] {
  const url = new URL(settings.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const ask = asker(settings, client);
  return [
    ['dns', () => resolve(host)],
    ['tcp', (signal) => reach(host, port, settings.request_timeout, signal)],
    ...(url.protocol === 'https:' ? [['tls', (signal) => secure(settings, host, port, observer, signal)] as Step] : []),
    ['health', async (signal) => health(await ask('GET', '/health', '', signal))],
    ['token', async (signal) => token(await ask('POST', '/event', '', signal))],
    [
      'ack',
      async (signal) => (settings.ack ? ack(await ask('POST', '/ack', '{"acks":[0]}', signal)) : 'off, as configured'),
    ],
  ];
}

async function run([step, action]: Step, signal: AbortSignal): Promise<ProbeStep> {
  const start = performance.now();
  const ms = (): number => Math.round(performance.now() - start);
  try {
    return { step, ok: true, detail: await action(signal), ms: ms() };
  } catch (error) {
    return { step, ok: false, ms: ms(), ...explain(error) };
  }
}

function explain(error: unknown): { detail: string; remedy: string } {
  const detail = error instanceof Error ? error.message.replace(/\s+/g, ' ').trim() : String(error);
  if (error instanceof Failure) return { detail, remedy: error.remedy };
  if (error instanceof DeliveryError && error.fault.kind === 'blocked') return { detail, remedy: error.fault.remedy };
  const cause = error instanceof ExchangeError ? error.cause : error;
  return { detail, remedy: networkRemedy(cause) ?? (isReset(cause) ? resetRemedy : reachRemedy) };
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

function reach(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<string> {
  const socket = connect({ host, port });
  return settled(socket, 'connect', timeoutMs, signal, () => `${socket.remoteAddress} port ${socket.remotePort}`);
}

function secure(
  settings: HecSettings,
  host: string,
  port: number,
  observer: TransportObserver,
  signal: AbortSignal,
): Promise<string> {
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket = connectTls({ host, port, ...name, ...tlsOptions(settings.tls) });
  return settled(socket, 'secureConnect', settings.request_timeout, signal, () => certificate(socket, observer));
}

function certificate(socket: TLSSocket, observer: TransportObserver): string {
  const { subject, issuer, valid_to } = socket.getPeerCertificate();
  const end = new Date(valid_to);
  observer.certificate('server', end);
  const until = end.toISOString().slice(0, 10);
  return `${socket.getProtocol()}, certificate of ${subject.CN} by ${issuer.CN}, valid until ${until}`;
}

/** Waits for a socket's event, describes it, and ends the socket. */
function settled(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  timeoutMs: number,
  signal: AbortSignal,
  detail: () => string,
): Promise<string> {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const stop = (): void => void socket.destroy(new Error(`no ${event} within ${timeoutMs} ms`));
  ends.addEventListener('abort', stop, { once: true });
  return new Promise<string>((resolve, reject) => {
    socket.once('error', reject);
    socket.once(event, () => resolve(detail()));
  }).finally(() => {
    ends.removeEventListener('abort', stop);
    socket.destroy();
  });
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
  throw new Failure(describe(answer), remedy);
}

function token(answer: Answer): string {
  if (answer.code === 5) return 'the token is accepted';
  throw new Failure(describe(answer), meaningOf(answer).remedy ?? 'try again: HEC does not answer for the token now');
}

/** The ack endpoint answers code 14 for a token without acknowledgement. */
function ack(answer: Answer): string {
  if (answer.acks !== undefined) return 'on: events are settled when they are indexed';
  throw new Failure(describe(answer), meaningOf(answer).remedy ?? ACK_REMEDY);
}
