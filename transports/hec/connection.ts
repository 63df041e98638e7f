import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Gate } from '../gate.ts';
import { DeliveryError } from '../transport.ts';
import { Acks } from './acks.ts';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import { type Meaning, meaningOf } from './codes.ts';
import { ExchangeError } from './exchange.ts';
import { answerFault, channelFault, describe, exchangeFault } from './faults.ts';
import type { Receipt } from './receipt.ts';
import type { HecSettings } from './settings.ts';
import { Turn } from './turn.ts';

/** An answer that took the events (`ok`) or found fault with some of them (`event`, `split`). */
export interface Verdict {
  readonly answer: Answer;
  readonly meaning: Meaning;
}

const compress = promisify(gzip);
/** How long we hold back after "approaching capacity limit". */
const slowMs = 1000;

/** One client, on which one request at a time is under way, and what its answers mean for the events. */
export class Connection {
  private readonly settings: HecSettings;
  private readonly client: Client;
  private readonly place: string;
  private readonly gate: Gate;
  private readonly turn = new Turn();
  private readonly acks: Acks;
  private notBefore = 0;

  /** @param gate of the indexer, which this shuts when a request fails */
  constructor(settings: HecSettings, client: Client, place: string, gate: Gate, notice: (message: string) => void) {
    this.settings = settings;
    this.client = client;
    this.place = place;
    this.gate = gate;
    this.acks = new Acks(settings, client, this.turn, place, notice);
  }

  /** Requests that wait or are under way. */
  get load(): number {
    return this.turn.load;
  }

  /**
   * Posts events. With `ack`, the receipt expects the acknowledgement when this resolves.
   * @throws {DeliveryError} retry or blocked: nothing was taken, or nobody knows
   */
  async post(events: Buffer, receipt: Receipt): Promise<Verdict> {
    const level = this.settings.gzip_level;
    const body = level === 0 ? events : await compress(events, { level });
    await this.takeTurn(receipt.signal, this.gate.refusal() !== undefined);
    try {
      receipt.signal.throwIfAborted();
      return this.judge(await this.ask(body, receipt.signal), receipt);
    } catch (thrown) {
      const error = thrown instanceof ExchangeError ? this.unanswered(thrown) : thrown;
      if (!receipt.signal.aborted) this.shut(error);
      throw error;
    } finally {
      this.turn.release();
    }
  }

  /** Ends the connection and fails all that waits for an acknowledgement. */
  close(fault: DeliveryError): void {
    this.acks.close(fault);
    this.client.close();
  }

  /** Our turn, but not before the time that the receiver has asked for. @param insists on going where the gate is shut */
  private async takeTurn(signal: AbortSignal, insists: boolean): Promise<void> {
    await this.turn.take();
    if (!insists) this.giveWay();
    for (let wait = this.notBefore - Date.now(); wait > 0; wait = this.notBefore - Date.now()) {
      this.turn.release();
      await sleep(wait, undefined, { signal });
      await this.turn.take();
      if (!insists) this.giveWay();
    }
  }

  /** What waited behind a request that failed need not fail the same way where another indexer may take it. */
  private giveWay(): void {
    const refusal = this.settings.url.length > 1 ? this.gate.refusal() : undefined;
    if (refusal === undefined) return;
    this.turn.release();
    throw refusal.error;
  }

  private shut(error: unknown): void {
    if (!(error instanceof DeliveryError) || error.fault.kind === 'rejected') return;
    this.gate.refused(error, error.fault.kind === 'retry' ? error.fault.afterMs : undefined);
  }

  private ask(body: Buffer, signal: AbortSignal): Promise<Answer> {
    const encoding = this.settings.gzip_level > 0 ? { 'content-encoding': 'gzip' } : {};
    const headers = { 'content-type': 'application/json', ...encoding, ...this.acks.headers };
    return this.client.ask({ method: 'POST', path: '/event', headers, body, signal });
  }

  private judge(answer: Answer, receipt: Receipt): Verdict {
    const meaning = meaningOf(answer);
    if (meaning.class === 'ok') this.taken(answer, meaning, receipt);
    else this.refused(answer, meaning);
    return { answer, meaning };
  }

  private taken(answer: Answer, meaning: Meaning, receipt: Receipt): void {
    if (meaning.slow) this.notBefore = Date.now() + slowMs;
    this.acks.register(answer.ackId, receipt);
  }

  /** Returns for answers that find fault with single events, throws for all others. */
  private refused(answer: Answer, meaning: Meaning): void {
    if (answer.retryAfterMs !== undefined) this.notBefore = Date.now() + answer.retryAfterMs;
    if (meaning.channelFull) this.acks.leaveFullChannel();
    if (fateUnknown(answer)) this.acks.endChannel(channelFault(this.place, `a proxy answered ${describe(answer)}`));
    if (meaning.class === 'retry' || meaning.class === 'blocked') throw answerFault(this.place, answer, meaning);
  }

  private unanswered(error: ExchangeError): DeliveryError {
    const why = `the fate of a request is unknown (${error.message})`;
    if (error.sent) this.acks.endChannel(channelFault(this.place, why));
    return exchangeFault(this.place, error);
  }
}

/** Not Splunk's own words, and no refusal of the request either: the answer to a taken request may be lost. */
function fateUnknown({ code, status }: Answer): boolean {
  return code === undefined && Math.floor(status / 100) !== 4;
}
