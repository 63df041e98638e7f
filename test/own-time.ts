/** Milliseconds that this thread has worked so far, whatever its neighbours on the machine do. */
export function ownTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
