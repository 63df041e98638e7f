/** Waits for something, but no longer than until a signal aborts. @throws the signal's reason, or what `waited` throws */
export async function unlessAborted<T>(waited: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    stop = () => signal.removeEventListener('abort', abort);
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([waited, aborted]);
  } finally {
    stop();
  }
}
