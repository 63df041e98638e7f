import type { Target } from '../dial.ts';
import { dnsStep, reach } from '../tcp-probe.ts';
import { clientCertificateStep, heldOpen, tlsFilesStep, tlsSteps } from '../tls-probe.ts';
import type { ProbeReport } from '../transport.ts';
import { type Walk, walk } from '../walk.ts';
import { codeOf, explain, trouble } from './faults.ts';
import { adviceFor, type WantedLevel } from './levels.ts';
import { LOSSES } from './losses.ts';
import { dialTls, secure, type TlsTarget } from './tls-dial.ts';
import type { TlsSession } from './tls-session.ts';

export interface Framed {
  /** How frames are laid out, in words. */
  readonly frames: string;
}

/**
 * Whether the peer answers the end of an empty session with close_notify.
 * @throws when no session comes about
 */
export async function answersEnd(target: TlsTarget, signal: AbortSignal): Promise<boolean> {
  const session = await dialTls(target, { signal, onDrain: () => undefined });
  breakAt(signal, session);
  await heldOpen(ended(session));
  return endAnswered(session);
}

/** Breaks a session when the signal fires before it is over. */
function breakAt(signal: AbortSignal, session: TlsSession): void {
  const giveUp = () => session.fail(trouble('TF-SYSLOG-GIVEN-UP'));
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  void session.over.then(() => signal.removeEventListener('abort', giveUp));
}

async function endAnswered(session: TlsSession): Promise<boolean> {
  session.end();
  const failure = await session.over;
  if (failure === undefined) return true;
  if (NO_ANSWER.has(codeOf(failure))) return false;
  throw failure;
}

/** How a peer that has let us in meets the end of an empty session without an answer. */
const NO_ANSWER: ReadonlySet<string> = new Set(['TF-SYSLOG-NOT-CONFIRMED', 'TF-SYSLOG-STALLED', 'TF-SYSLOG-RESET']);

async function ended(session: TlsSession): Promise<Error> {
  return (await session.over) ?? trouble('TF-SYSLOG-CLOSED-EARLY');
}

/**
 * The way through a TLS connection, ending with the answer that confirmation depends on.
 * @param wanted the level that the configuration asks for
 * @param seen told what was found: whether the peer answers close_notify, and whether what its kernel acknowledges is visible
 */
export function probeTls(
  target: TlsTarget & Framed,
  wanted: WantedLevel,
  signal: AbortSignal,
  seen: (answers: boolean, visible: boolean) => void,
): Promise<ProbeReport> {
  const assurance = wanted === 'close-notify' ? 'confirmed' : 'written';
  return walk(assurance, explain, signal, async (walk) => {
    const dialer = { signal, onDrain: () => undefined };
    const files = await tlsFilesStep(walk, target.tls, target.files);
    const { socket, address } = await reach(walk, target, signal);
    const name = target.tls.server_name ?? target.host;
    const options = { ...files.options, host: address, port: target.port };
    const peer = { options, name, tls: target.tls, timeout: target.connectTimeout };
    const session = await tlsSteps(walk, peer, signal, () => secure(socket, address, target, files, dialer));
    breakAt(signal, session);
    await clientCertificateStep(walk, target.tls, ended(session));
    const visible = (await session.acknowledged()) !== undefined;
    await walk.step('close-notify', async () => {
      const answers = await endAnswered(session);
      seen(answers, visible);
      if (!answers && wanted === 'close-notify') throw trouble('TF-SYSLOG-NO-CLOSE-NOTIFY');
      const needless = wanted === 'auto' ? '' : `, and not needed with confirm: ${wanted}`;
      return [undefined, answers ? 'answered' : `not answered${needless}`, adviceFor(wanted, answers, visible)];
    });
    framing(target, walk);
  });
}

/** The way to a plain TCP listener, which never confirms anything. */
export function probeTcp(target: Target & Framed, signal: AbortSignal): Promise<ProbeReport> {
  return walk('written', explain, signal, async (walk) => {
    const { socket } = await reach(walk, target, signal);
    socket.destroy();
    framing(target, walk);
    loss('tcp', walk);
  });
}

/** A datagram gets no answer: only the name can be checked. */
export function probeUdp(target: Target & Framed, signal: AbortSignal): Promise<ProbeReport> {
  return walk('sent', explain, signal, async (walk) => {
    await dnsStep(walk, target);
    framing(target, walk);
    loss('udp', walk);
  });
}

/** What works so far may still lose events. */
function loss(protocol: 'tcp' | 'udp', walk: Walk): void {
  const { what, instead } = LOSSES[protocol];
  walk.note([{ step: 'delivery', ok: true, ms: 0, detail: what, remedy: instead }]);
}

/** No receiver says whether it understands how we cut a stream into events: only an event that is looked for tells. */
function framing({ frames }: Framed, walk: Walk): void {
  const detail = `${frames}; no receiver answers for this: look for the event of send-test`;
  walk.note([{ step: 'framing', ok: true, ms: 0, detail }]);
}
