import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { sendQueue } from './send-queue.ts';

/**
 * Watches a connection on which something is outstanding, and calls `stalled` once when for `timeoutMs` no byte moved:
 * none taken by the socket, none acknowledged by the peer's kernel, none received.
 * @param stream what is written to: the socket itself, or the TLS stream on it
 * @param awaiting whether an answer is due; bytes that our own side still holds count as outstanding in any case
 * @returns stops watching
 */
export function watchProgress(
  socket: Socket,
  stream: Writable,
  timeoutMs: number,
  awaiting: () => boolean,
  stalled: () => void,
): () => void {
  let seen = '';
  let since = performance.now();
  let emptyAt = socket.bytesWritten;
  const look = async () => {
    const ours = awaiting() || stream.writableLength > 0;
    if (!ours && socket.bytesWritten === emptyAt) {
      since = performance.now();
      return;
    }
    const queue = await sendQueue(socket);
    if (timer === undefined) return;
    const now = performance.now();
    const state = `${socket.bytesRead} ${socket.bytesWritten} ${queue}`;
    const outstanding = ours || (queue ?? 0) > 0;
    if (!outstanding) emptyAt = socket.bytesWritten;
    if (state !== seen || !outstanding) since = now;
    seen = state;
    if (now - since < timeoutMs) return;
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
