import { createHash, randomUUID } from 'node:crypto';

export interface FakeQueueOptions {
  readonly visibilitySeconds: number;
  /** A message received this often goes to the dead letters instead of being delivered once more. */
  readonly maxReceiveCount: number | undefined;
  /** Deliver in random order. */
  readonly shuffle: boolean;
  /** Share of deliveries after which the message is visible still, and so delivered twice. */
  readonly duplicates: number;
  random(): number;
}

/** A message as ReceiveMessage tells it. */
export interface Delivery {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes: { readonly ApproximateReceiveCount: string; readonly SentTimestamp: string };
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly sentAt: number;
  receiveCount: number;
  visibleAt: number;
}

export type Refusal = 'ReceiptHandleIsInvalid' | 'MessageNotInflight';

/** One queue with true visibility timeouts, receive counts and dead letters. Seconds may be fractions. */
export class FakeQueue {
  readonly name: string;
  readonly options: FakeQueueOptions;
  readonly deadLetters: string[] = [];
  private visible: Message[] = [];
  private readonly inFlight = new Map<string, Message>();
  private readonly waiters = new Set<() => void>();

  constructor(name: string, options: FakeQueueOptions) {
    this.name = name;
    this.options = options;
  }

  get depth(): { readonly visible: number; readonly inFlight: number } {
    this.sweep();
    return { visible: this.visible.length, inFlight: this.inFlight.size };
  }

  send(body: string): { readonly id: string; readonly md5: string } {
    const md5 = createHash('md5').update(body).digest('hex');
    const message = { id: randomUUID(), body, md5, sentAt: Date.now(), receiveCount: 0, visibleAt: 0 };
    this.visible.push(message);
    this.wake();
    return message;
  }

  /** Waits for a first message and takes what is there. An empty answer is the end of the wait. */
  async receive(max: number, waitSeconds: number, visibilitySeconds: number, signal: AbortSignal): Promise<Delivery[]> {
    const until = Date.now() + waitSeconds * 1_000;
    for (;;) {
      if (signal.aborted) return [];
      const taken = this.take(max, visibilitySeconds);
      if (taken.length > 0 || Date.now() >= until) return taken;
      await this.change(until, signal);
    }
  }

  bodyOf(receipt: string): string | undefined {
    return this.held(receipt)?.body;
  }

  /** As SQS does, an old receipt is accepted and changes nothing once the message was delivered again. */
  remove(receipt: string): Refusal | boolean {
    if (!receipt.includes('#')) return 'ReceiptHandleIsInvalid';
    const message = this.held(receipt);
    if (message === undefined) return false;
    if (!this.inFlight.delete(message.id)) this.visible = this.visible.filter((other) => other !== message);
    return true;
  }

  hide(receipt: string, seconds: number): Refusal | true {
    if (!receipt.includes('#')) return 'ReceiptHandleIsInvalid';
    this.sweep();
    const message = this.held(receipt);
    if (message === undefined || !this.inFlight.has(message.id)) return 'MessageNotInflight';
    message.visibleAt = Date.now() + seconds * 1_000;
    this.wake();
    return true;
  }

  private held(receipt: string): Message | undefined {
    const [id = '', count] = receipt.split('#');
    const message = this.inFlight.get(id) ?? this.visible.find((candidate) => candidate.id === id);
    return message?.receiveCount === Number(count) ? message : undefined;
  }

  private take(max: number, visibilitySeconds: number): Delivery[] {
    this.sweep();
    const deliveries: Delivery[] = [];
    while (deliveries.length < max) {
      const message = this.pick();
      if (message === undefined) break;
      if (message.receiveCount === this.options.maxReceiveCount) this.deadLetters.push(message.body);
      else deliveries.push(this.deliver(message, visibilitySeconds));
    }
    return deliveries;
  }

  private pick(): Message | undefined {
    const last = this.visible.length - 1;
    if (!this.options.shuffle || last < 1) return this.visible.shift();
    const chosen = Math.floor(this.options.random() * (last + 1));
    const [message] = this.visible.splice(chosen, 1);
    return message;
  }

  private deliver(message: Message, visibilitySeconds: number): Delivery {
    const twice = this.options.duplicates > 0 && this.options.random() < this.options.duplicates;
    message.receiveCount += 1;
    message.visibleAt = twice ? Date.now() : Date.now() + visibilitySeconds * 1_000;
    this.inFlight.set(message.id, message);
    return {
      MessageId: message.id,
      ReceiptHandle: `${message.id}#${message.receiveCount}`,
      Body: message.body,
      MD5OfBody: message.md5,
      Attributes: {
        ApproximateReceiveCount: String(message.receiveCount),
        SentTimestamp: String(message.sentAt),
      },
    };
  }

  /** Makes visible again what nobody extended. */
  private sweep(): void {
    const now = Date.now();
    for (const message of this.inFlight.values()) {
      if (message.visibleAt > now) continue;
      this.inFlight.delete(message.id);
      this.visible.push(message);
    }
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }

  /** Something may have become visible, or the wait is over. */
  private change(until: number, signal: AbortSignal): Promise<void> {
    const next = Math.min(until, ...[...this.inFlight.values()].map(({ visibleAt }) => visibleAt));
    return new Promise((resolve) => {
      const waiter = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', waiter);
        this.waiters.delete(waiter);
        resolve();
      };
      const timer = setTimeout(waiter, Math.max(1, next - Date.now()));
      signal.addEventListener('abort', waiter);
      this.waiters.add(waiter);
    });
  }
}
