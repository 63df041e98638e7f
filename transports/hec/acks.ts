import type { DeliveryError } from '../transport.ts';
import type { Answer } from './answer.ts';
import { Channel } from './channel.ts';
import type { Client } from './client.ts';
import { ackTimeoutFault, channelFault, describe, noAckIdFault } from './faults.ts';
import type { Receipt } from './receipt.ts';
import type { HecSettings } from './settings.ts';
import type { Turn } from './turn.ts';

/**
 * How long ids from before the end of a socket are waited for, milliseconds. The indexer that has begun anew does not know
 * them, and one that has confirmed them in an answer that was lost does not do so again. A healthy one answers sooner.
 */
const DOUBT_MS = 10_000;
/** The first question after ids came, or were confirmed; each one in vain doubles the time to the next, up to `ack_poll_interval`. */
const SOON_MS = 100;

/**
 * The acknowledgements of one connection: its channel, and the poll that asks for what is outstanding on it. Posts and
 * polls take turns, so an id is known before a poll asks for it, and no poll is on its way while an answer is. That
 * makes two rules enough to never take an acknowledgement of other events for ours when an indexer restarts and counts
 * from 0 again: an id that does not follow the earlier ones ends the channel, and so does a post of unknown fate, which
 * may have used up an id we never saw. What waits on a channel that ends is sent again: duplicates at worst.
 */
export class Acks {
  private readonly settings: HecSettings;
  private readonly client: Client;
  private readonly turn: Turn;
  private readonly place: string;
  private readonly notice: (message: string) => void;
  private channel = new Channel();
  private timer: NodeJS.Timeout | undefined;
  private waitMs = SOON_MS;
  private restarts = 0;
  /** The socket that the ids have come on, and how long they are waited for when it ends: longer each time in vain. */
  private socket = 0;
  private doubtMs = DOUBT_MS;
  private failing = false;
  private closed = false;

  constructor(settings: HecSettings, client: Client, turn: Turn, place: string, notice: (message: string) => void) {
    this.settings = settings;
    this.client = client;
    this.turn = turn;
    this.place = place;
    this.notice = notice;
  }

  /** What a post must carry. At /raw some versions of Splunk ask for a channel in any case. */
  get headers(): { 'x-splunk-request-channel'?: string } {
    return this.settings.ack || this.settings.endpoint === 'raw' ? { 'x-splunk-request-channel': this.channel.id } : {};
  }

  /**
   * Keeps the id that a post has brought; the receipt then waits for it.
   * @throws {DeliveryError} blocked without an id, retry when the id shows that the channel began anew
   */
  register(ackId: number | undefined, receipt: Receipt): void {
    if (!this.settings.ack) return;
    if (ackId === undefined) throw noAckIdFault(this.place);
    this.doubt();
    if (this.channel.waiting === 0) this.waitMs = SOON_MS;
    if (!this.channel.expect(ackId, receipt, Date.now() + this.settings.ack_timeout)) throw this.restarted();
    this.schedule();
  }

  /** Leaves the channel; all that waits on it fails. */
  endChannel(fault: DeliveryError): void {
    const ended = this.channel;
    this.channel = new Channel();
    ended.abandon(fault);
  }

  /** Leaves a channel that takes no more ids, once all it gave are confirmed. */
  leaveFullChannel(): void {
    if (this.channel.waiting === 0) this.channel = new Channel();
  }

  close(fault: DeliveryError): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.channel.abandon(fault);
  }

  private restarted(): DeliveryError {
    this.restarts += 1;
    if (this.restarts === 3) {
      this.notice(
        `${this.place}: acknowledgement ids begin anew again and again; a load balancer in front of HEC must keep each client on one indexer (sticky sessions by cookie)`,
      );
    }
    const fault = channelFault(this.place, 'the indexer counts acknowledgement ids anew');
    this.endChannel(fault);
    return fault;
  }

  private schedule(): void {
    if (this.timer !== undefined || this.channel.waiting === 0) return;
    this.timer = setTimeout(() => void this.poll(), Math.min(this.waitMs, this.settings.ack_poll_interval));
    this.waitMs = Math.min(this.waitMs * 2, this.settings.ack_poll_interval);
  }

  /** Asks for all outstanding ids. A question that fails says nothing about the events. */
  private async poll(): Promise<void> {
    this.timer = undefined;
    await this.turn.take('urgent');
    try {
      if (this.channel.waiting > 0) this.read(await this.ask());
    } catch (error) {
      this.failed(error instanceof Error ? error.message : String(error));
    } finally {
      this.turn.release();
    }
    this.doubt();
    this.expire();
    this.schedule();
  }

  private ask(): Promise<Answer> {
    return this.client.ask({
      method: 'POST',
      path: `/ack?channel=${this.channel.id}`,
      headers: { ...this.headers, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ acks: this.channel.ids() })),
    });
  }

  private read(answer: Answer): void {
    if (answer.status !== 200 || answer.acks === undefined) {
      this.failed(`answered ${describe(answer)}`);
      return;
    }
    this.failing = false;
    if (this.channel.confirm(answer.acks) === 0) return;
    this.restarts = 0;
    this.doubtMs = DOUBT_MS;
    this.waitMs = SOON_MS;
  }

  /** What came on a socket that has ended is in doubt. */
  private doubt(): void {
    if (this.client.sockets === this.socket) return;
    this.socket = this.client.sockets;
    this.channel.doubt(Date.now() + this.doubtMs);
  }

  private failed(why: string): void {
    if (!this.failing && !this.closed) {
      this.notice(`${this.place}: cannot ask for acknowledgements, and goes on asking: ${why}`);
    }
    this.failing = true;
  }

  private expire(): void {
    if (!this.channel.overdue(Date.now())) return;
    this.doubtMs = Math.min(this.settings.ack_timeout, this.doubtMs * 2);
    this.endChannel(ackTimeoutFault(this.place));
  }
}
