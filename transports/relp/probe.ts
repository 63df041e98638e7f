import type { Socket } from 'node:net';
import { reach } from '../tcp-probe.ts';
import { clientCertificateStep, tlsFilesStep, tlsSteps } from '../tls-probe.ts';
import type { ProbeReport } from '../transport.ts';
import { type Walk, walk } from '../walk.ts';
import { openOn, type RelpTarget, secure } from './connect.ts';
import { explain } from './faults.ts';
import type { RelpSession } from './session.ts';

const NO_EVENTS = { done: () => undefined, room: () => undefined };

/** The way to an open RELP session, which is then closed in order. Sends no event. */
export function probeRelp(target: RelpTarget, signal: AbortSignal): Promise<ProbeReport> {
  return walk('accepted', explain, signal, async (walk) => {
    const socket =
      target.protocol === 'tls' ? await tlsSocket(walk, target, signal) : await plainSocket(walk, target, signal);
    const session = await openStep(walk, target, socket, signal);
    if (target.protocol === 'tls') await clientCertificateStep(walk, target.tls, session.over);
    await session.close();
  });
}

async function plainSocket(walk: Walk, target: RelpTarget, signal: AbortSignal): Promise<Socket> {
  return (await reach(walk, target, signal)).socket;
}

async function tlsSocket(walk: Walk, target: RelpTarget, signal: AbortSignal): Promise<Socket> {
  const files = await tlsFilesStep(walk, target.tls, target.files);
  const { socket, address } = await reach(walk, target, signal);
  const options = { ...files.options, host: address, port: target.port };
  const name = target.tls.server_name ?? target.host;
  const peer = { options, name, tls: target.tls, timeout: target.connectTimeout };
  const handshake = () => secure(socket, target, files, target.connectTimeout, signal);
  return (await tlsSteps(walk, peer, signal, handshake)).socket;
}

function openStep(walk: Walk, target: RelpTarget, socket: Socket, signal: AbortSignal): Promise<RelpSession> {
  return walk.step('relp open', async () => {
    const session = await openOn(socket, target, target.connectTimeout, NO_EVENTS, signal);
    return [session, session.software || 'answered'];
  });
}
