import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What a piece of work cost this process. */
export interface Cost {
  /** User and system time of all threads, milliseconds. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** 99th percentile of the event loop's delay, milliseconds. */
  readonly loopP99Ms: number;
}

export async function measure(work: () => Promise<void>): Promise<Cost> {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  // The histogram counts the timer’s own interval as delay.
  return { cpuMs: (user + system) / 1000, wallMs, loopP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 20) };
}
