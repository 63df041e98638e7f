import cron from 'node-cron';

/** A chore of the agent's housekeeping. */
export interface Chore {
  readonly name: string;
  /** Five fields of crontab(5), or six with seconds. */
  readonly at: string;
  readonly run: () => Promise<void>;
}

/** Runs chores at their times, never one twice at a time. A chore's failure goes to `failed`. */
export function schedule(
  chores: readonly Chore[],
  failed: (name: string, error: Error) => void,
): { stop(): Promise<void> } {
  const tasks = chores.map(({ name, at, run }) =>
    cron.schedule(at, () => run().catch((error: Error) => failed(name, error)), { name, noOverlap: true }),
  );
  return {
    stop: async () => {
      for (const task of tasks) await task.destroy();
    },
  };
}
