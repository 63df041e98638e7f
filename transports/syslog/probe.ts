import { setTimeout as sleep } from 'node:timers/promises';
import type { Assurance, ProbeReport, ProbeStep } from '../transport.ts';
import { addressesOf, connectTcp, firstThatAnswers, type Target } from './dial.ts';
import { codeOf, faultOf, trouble } from './faults.ts';
import { dialTls, readTlsFiles, secure, type TlsTarget } from './tls-dial.ts';
import type { TlsSession } from './tls-session.ts';

/** A receiver that refuses our certificate says so a little after the handshake (TLS 1.3), or just closes. */
const HOLD_MS = 1_000;

/** Does one thing and reports it: the value for later steps, and the detail to show. */
type Step = <T>(step: string, action: () => Promise<readonly [value: T, detail: string]>) => Promise<T>;

/**
 * Whether the peer answers the end of an empty session with close_notify.
 * @throws when no session comes about
 */
export async function answersEnd(target: TlsTarget, signal: AbortSignal): Promise<boolean> {
  const session = await dialTls(target, { signal, onDrain: () => undefined });
  await held(session);
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

/** The way through a TLS connection, ending with the answer that confirmation depends on. */
export function probeTls(target: TlsTarget, assurance: Assurance, signal: AbortSignal): Promise<ProbeReport> {
  return report(target.where, assurance, signal, async (step) => {
    const dialer = { signal, onDrain: () => undefined };
    const files = await step('TLS files', async () => [
      readTlsFiles(target),
      target.tls.ca_file ?? 'authorities of Node.js',
    ]);
    const { socket, address } = await reach(target, signal, step);
    const session = await step('TLS handshake', async () => {
      const made = await secure(socket, address, target, files, dialer);
      return [made, `${made.description}, server certificate valid until ${made.certificateEnd?.toISOString()}`];
    });
    await step('client certificate', async () => [
      await held(session),
      `${target.tls.cert_file ?? 'none'}: not refused`,
    ]);
    await step('close-notify', async () => {
      if (!(await endAnswered(session)) && assurance === 'confirmed') throw trouble('TF-SYSLOG-NO-CLOSE-NOTIFY');
      return [undefined, assurance === 'confirmed' ? 'answered' : 'not needed with confirm: none'];
    });
  });
}

/** The way to a plain TCP listener, which never confirms anything. */
export function probeTcp(target: Target, signal: AbortSignal): Promise<ProbeReport> {
  return report(target.where, 'written', signal, async (step) => {
    const { socket } = await reach(target, signal, step);
    socket.destroy();
  });
}

/** A datagram gets no answer: only the name can be checked. */
export function probeUdp(target: Target, signal: AbortSignal): Promise<ProbeReport> {
  return report(target.where, 'sent', signal, async (step) => {
    await step('resolve host', async () => resolved(target));
  });
}

async function reach(target: Target, signal: AbortSignal, step: Step) {
  const addresses = await step('resolve host', async () => resolved(target));
  return step('TCP connection', async () => {
    const found = await firstThatAnswers(addresses, async (address) => ({
      socket: await connectTcp(address, target, signal),
      address,
    }));
    return [found, `${found.address} port ${target.port}`];
  });
}

async function resolved(target: Target): Promise<readonly [readonly string[], string]> {
  const addresses = await addressesOf(target.host);
  return [addresses, addresses.join(', ')];
}

/** Keeps the session open for a while. @throws when the peer ends it */
async function held(session: TlsSession): Promise<void> {
  const ended = await Promise.race([session.over, sleep(HOLD_MS, 'held' as const)]);
  if (ended !== 'held') throw ended ?? trouble('TF-SYSLOG-CLOSED-EARLY');
}

/** Runs steps until one fails. The failure is part of the report. @throws the signal's reason when aborted */
async function report(
  where: string,
  assurance: Assurance,
  signal: AbortSignal,
  way: (step: Step) => Promise<void>,
): Promise<ProbeReport> {
  const steps: ProbeStep[] = [];
  const step: Step = async (name, action) => {
    const start = performance.now();
    const ms = () => Math.round(performance.now() - start);
    try {
      const [value, detail] = await action();
      steps.push({ step: name, ok: true, ms: ms(), detail });
      return value;
    } catch (error) {
      const { message, fault } = faultOf(error, where);
      const remedy = fault.kind === 'blocked' ? { remedy: fault.remedy } : {};
      steps.push({ step: name, ok: false, ms: ms(), detail: message, ...remedy });
      throw error;
    }
  };
  const ok = await way(step).then(
    () => true,
    () => false,
  );
  signal.throwIfAborted();
  return { ok, assurance, steps };
}
