import type { Target } from '../dial.ts';
import { dnsStep, reach } from '../tcp-probe.ts';
import { clientCertificateStep, heldOpen, tlsFilesStep, tlsSteps } from '../tls-probe.ts';
import type { Assurance, ProbeReport } from '../transport.ts';
import { type Walk, walk } from '../walk.ts';
import { codeOf, explain, trouble } from './faults.ts';
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
  await heldOpen(ended(session));
  return endAnswered(session);
}

async function endAnswered(session: TlsSession): Promise<boolean> {
  session.end();
  const failure = await session.over;
  if (failure === undefined) return true;
  const code = codeOf(failure);
  if (code === 'TF-SYSLOG-NOT-CONFIRMED' || code === 'TF-SYSLOG-STALLED') return false;
  throw failure;
}

async function ended(session: TlsSession): Promise<Error> {
  return (await session.over) ?? trouble('TF-SYSLOG-CLOSED-EARLY');
}

/** The way through a TLS connection, ending with the answer that confirmation depends on. */
export function probeTls(target: TlsTarget & Framed, assurance: Assurance, signal: AbortSignal): Promise<ProbeReport> {
  return walk(assurance, explain, signal, async (walk) => {
    const dialer = { signal, onDrain: () => undefined };
    const files = await tlsFilesStep(walk, target.tls, target.files);
    const { socket, address } = await reach(walk, target, signal);
    const name = target.tls.server_name ?? target.host;
    const options = { ...files.options, host: address, port: target.port };
    const peer = { options, name, tls: target.tls, timeout: target.connectTimeout };
    const session = await tlsSteps(walk, peer, signal, () => secure(socket, address, target, files, dialer));
    await clientCertificateStep(walk, target.tls, ended(session));
    await walk.step('close-notify', async () => {
      const answered = await endAnswered(session);
      if (!answered && assurance === 'confirmed') throw trouble('TF-SYSLOG-NO-CLOSE-NOTIFY');
      const remedy = assurance === 'confirmed' || !answered ? undefined : CONFIRM;
      return [undefined, answered ? 'answered' : 'not answered, and not needed with confirm: none', remedy];
    });
    framing(target, walk);
  });
}

const CONFIRM = 'set confirm: close-notify: this receiver can say that it read everything';

/** The way to a plain TCP listener, which never confirms anything. */
export function probeTcp(target: Target & Framed, signal: AbortSignal): Promise<ProbeReport> {
  return walk('written', explain, signal, async (walk) => {
    const { socket } = await reach(walk, target, signal);
    socket.destroy();
    framing(target, walk);
  });
}

/** A datagram gets no answer: only the name can be checked. */
export function probeUdp(target: Target & Framed, signal: AbortSignal): Promise<ProbeReport> {
  return walk('sent', explain, signal, async (walk) => {
    await dnsStep(walk, target);
    framing(target, walk);
  });
}

/** No receiver says whether it understands how we cut a stream into events: only an event that is looked for tells. */
function framing({ frames }: Framed, walk: Walk): void {
  const detail = `${frames}; no receiver answers for this: look for the event of send-test`;
  walk.note([{ step: 'framing', ok: true, ms: 0, detail }]);
}
