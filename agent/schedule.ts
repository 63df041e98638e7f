import cron, { type Logger } from 'node-cron';

/** A chore of the agent's housekeeping. */
export interface Chore {
  readonly name: string;
  /** Five fields of crontab(5), or six with seconds. */
  readonly at: string;
  readonly run: () => Promise<void>;
}

/** Hears of a chore that failed, or that was left out because the last run had not ended. */
export type ChoreFailed = (name: string, error: Error) => void;

/** Runs chores at their times, never one twice at a time. */
export function schedule(chores: readonly Chore[], failed: ChoreFailed): { stop(): Promise<void> } {
  const tasks = chores.map(({ name, at, run }) =>
    cron.schedule(at, run, { name, noOverlap: true, logger: loggerOf((error) => failed(name, error)) }),
  );
  return {
    stop: async () => {
      for (const task of tasks) await task.destroy();
    },
  };
}

/** Without one node-cron writes to the terminal itself, in colours. */
function loggerOf(failed: (error: Error) => void): Logger {
  const nothing = (): void => {};
  const tell = (message: string | Error): void => failed(message instanceof Error ? message : new Error(message));
  return { info: nothing, debug: nothing, warn: tell, error: tell };
}
