import { once } from 'node:events';
import { connectTcp, type Target } from './dial.ts';

const PATIENCE_MS = 1_000;
/** Alert close_notify of TLS 1.0 (RFC 2246 7.2.1), unencrypted: whoever speaks no TLS has an opinion on it. */
const NO_REQUEST = Buffer.from('15030100020100', 'hex');

/**
 * What a port that does not speak TLS says to a stranger: its first bytes, fit to be shown; undefined when it says nothing.
 * A web server on the port is known by it.
 */
export async function plainWords(address: string, target: Target, signal: AbortSignal): Promise<string | undefined> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    const socket = await connectTcp(address, target, patience);
    try {
      socket.end(NO_REQUEST);
      const [words] = (await once(socket, 'data', { signal: patience })) as [Buffer];
      return shown(words);
    } finally {
      socket.destroy();
    }
  } catch {
    return undefined; // the caller has the error of the handshake
  }
}

/** The first bytes of what a stranger said, for a message. */
export function shown(words: Buffer): string {
  return JSON.stringify(words.toString('latin1', 0, 64).replace(/[^ -~]/g, '.'));
}
