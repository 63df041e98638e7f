import type { QueueError } from '../../agent/aws/errors.ts';
import type { NotificationQueue, Outcome, QueueMessage } from '../../agent/aws/queue.ts';

/** A queue in memory. What is released comes again at once. */
export class FakeQueue implements NotificationQueue {
  readonly url = 'memory';
  readonly visibilitySeconds = 300;
  readonly asked: number[] = [];
  readonly removed: string[] = [];
  readonly released: string[] = [];
  readonly failures: Error[] = [];
  /** What SQS says to the next deletes. */
  readonly refusals: QueueError[] = [];
  signal: AbortSignal | undefined;
  private readonly bodies = new Map<string, string>();
  private readonly visible: string[] = [];
  private deliveries = 0;
  private wake: () => void = () => {};
  /** Called before a deletion is done. */
  beforeRemove: (body: string) => Promise<void> = async () => {};

  send(body: string, id = `m${this.bodies.size}`): string {
    this.bodies.set(id, body);
    this.visible.push(id);
    this.wake();
    return id;
  }

  async receive(max: number, waitSeconds: number, signal: AbortSignal): Promise<QueueMessage[]> {
    this.asked.push(max);
    this.signal = signal;
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    if (this.visible.length === 0 && waitSeconds > 2) await this.arrival(signal);
    signal.throwIfAborted();
    return this.visible.splice(0, max).map((id) => this.message(id));
  }

  private arrival(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.wake = resolve;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  private message(id: string): QueueMessage {
    this.deliveries += 1;
    const [body, receipt] = [this.bodies.get(id) ?? '', `r${this.deliveries}`];
    return { id, receipt, body, receiveCount: 1, sentAtMs: 0, receivedAtMs: Date.now() };
  }

  async remove(messages: readonly QueueMessage[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const message of messages) {
      const error = this.refusals.shift();
      if (error !== undefined) outcomes.push({ message, error });
      else {
        await this.beforeRemove(message.body);
        this.removed.push(message.id);
        outcomes.push({ message });
      }
    }
    return outcomes;
  }

  async release(messages: readonly QueueMessage[], afterSeconds: number): Promise<Outcome[]> {
    for (const { id } of messages) {
      this.released.push(`${id} after ${afterSeconds}`);
      if (afterSeconds < 60) this.visible.push(id);
    }
    this.wake();
    return messages.map((message) => ({ message }));
  }

  async extend(messages: readonly QueueMessage[]): Promise<Outcome[]> {
    return messages.map((message) => ({ message }));
  }

  async depth() {
    return { visible: this.visible.length, inFlight: 0, delayed: 0 };
  }

  async policy() {
    return { arn: '', visibilitySeconds: 300, retentionSeconds: 0, deadLetters: undefined };
  }
}
