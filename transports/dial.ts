import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const KEEP_ALIVE_MS = 30_000;

/** Where to connect, and how long one address may take to answer. */
export interface Target {
  /** The destination in error messages, e.g. `qradar (siem.corp.example:6514)`. */
  readonly where: string;
  readonly host: string;
  readonly port: number;
  /** Milliseconds. */
  readonly connectTimeout: number;
}

/**
 * All addresses of a host, asked for anew each time, as the resolver orders them.
 * @param first goes before all others if it is still one of them
 * @throws the resolver's error
 */
export async function addressesOf(host: string, first?: string): Promise<readonly string[]> {
  const found = (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);
  return first !== undefined && found.includes(first) ? [first, ...found.filter((one) => one !== first)] : found;
}

/**
 * Tries the addresses of a host one after another.
 * @param attempt connects to one address, or throws
 * @throws what the last address failed with
 */
export async function firstThatAnswers<T>(
  addresses: readonly string[],
  attempt: (address: string) => Promise<T>,
): Promise<T> {
  let failure: unknown;
  for (const address of addresses) {
    try {
      return await attempt(address);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** A TCP connection with keep-alive and without Nagle's delay. @throws the system's error, ETIMEDOUT after `connectTimeout` */
export async function connectTcp(address: string, target: Target, signal: AbortSignal): Promise<Socket> {
  const socket = connect({
    host: address,
    port: target.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  });
  await before(target.connectTimeout, socket, once(socket, 'connect', { signal }));
  return socket;
}

/** Waits for what a socket is to do; destroys it if that fails or takes longer. @throws ETIMEDOUT, or what `event` threw */
export async function before<T>(timeoutMs: number, socket: Socket, event: Promise<T>): Promise<T> {
  const late = Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => socket.destroy(late), timeoutMs);
  try {
    return await event;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
