import type { NotificationQueue, Outcome, QueueMessage } from './queue.ts';

const TOGETHER = 10;
const LINGER_MS = 20;

interface Waiting {
  readonly message: QueueMessage;
  done(outcome: Outcome): void;
}

/**
 * Deletes one message a call, in requests of many: a message waits up to 20 ms for others, and goes at once when ten are
 * together. One delete a request would cost ten times the CPU.
 */
export function deletions(queue: NotificationQueue): (message: QueueMessage) => Promise<Outcome> {
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    const batch = waiting;
    waiting = [];
    const outcomes = await queue.remove(batch.map(({ message }) => message));
    for (const [index, outcome] of outcomes.entries()) batch[index]?.done(outcome);
  }

  return (message) =>
    new Promise((done) => {
      const together = waiting.push({ message, done });
      if (together === 1) timer = setTimeout(flush, LINGER_MS);
      if (together === TOGETHER) void flush();
    });
}
