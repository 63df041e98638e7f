import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { unacknowledged } from './send-queue.ts';

/** Once keep-alive has begun on a socket, Node.js has the kernel probe a peer that is silent so often. */
const PROBE_MS = 1_000;
/** One that has just gone out, or was lost, says nothing. */
const FEWEST_PROBES = 3;

/** What is due on a connection. `answer`: within the time. `life`: the peer may think longer, but its kernel must live. */
export type Due = 'answer' | 'life' | undefined;

/**
 * Watches a connection on which something is outstanding, and calls `stalled` once when for `timeoutMs` no byte moved
 * (none taken by the socket, none acknowledged by the peer's kernel, none received), or when `life` is due and the
 * peer's kernel has answered no keep-alive probe for that long.
 * @param stream what is written to: the socket itself, or the TLS stream on it
 * @param due what is due; bytes that our own side still holds count as outstanding in any case
 * @returns stops watching
 */
export function watchProgress(
  socket: Socket,
  stream: Writable,
  timeoutMs: number,
  due: () => Due,
  stalled: () => void,
): () => void {
  const mostProbes = Math.max(FEWEST_PROBES, Math.ceil(timeoutMs / PROBE_MS));
  let seen = '';
  let since = performance.now();
  let emptyAt = socket.bytesWritten;
  const look = async () => {
    const what = due();
    const ours = what === 'answer' || stream.writableLength > 0;
    if (!ours && what === undefined && socket.bytesWritten === emptyAt) {
      since = performance.now();
      return;
    }
    const { bytes = 0, probes = 0 } = (await unacknowledged(socket)) ?? {};
    if (timer === undefined) return;
    const now = performance.now();
    const state = `${socket.bytesRead} ${socket.bytesWritten} ${bytes}`;
    const outstanding = ours || bytes > 0;
    if (!outstanding) emptyAt = socket.bytesWritten;
    if (state !== seen || !outstanding) since = now;
    seen = state;
    const dead = what === 'life' && probes >= mostProbes;
    if (now - since < timeoutMs && !dead) return;
    stop();
    stalled();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  let timer: NodeJS.Timeout | undefined = setInterval(look, Math.min(500, timeoutMs / 4));
  return stop;
}
