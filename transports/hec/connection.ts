import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { DeliveryError } from '../transport.ts';
import { Acks } from './acks.ts';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import { type Meaning, meaningOf } from './codes.ts';
import { ExchangeError } from './exchange.ts';
import { answerFault, channelFault, describe, exchangeFault } from './faults.ts';
import { rawRequest } from './raw.ts';
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
  private readonly turn = new Turn();
  private readonly acks: Acks;
  private notBefore = 0;
  /** Requests that have come so far, and the last failure with the number of those that had come by then. */
  private arrived = 0;
  private failure: { readonly before: number; readonly error: DeliveryError } | undefined;

  constructor(settings: HecSettings, client: Client, place: string, notice: (message: string) => void) {
    this.settings = settings;
    this.client = client;
    this.place = place;
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
    const { gzip_level: level, endpoint } = this.settings;
    const { query, body } = endpoint === 'raw' ? rawRequest(events) : { query: '', body: events };
    const sent = level === 0 ? body : await compress(body, { level });
    await this.takeTurn(receipt.signal);
    try {
      receipt.signal.throwIfAborted();
      return this.judge(await this.ask(query, sent, receipt.signal), receipt);
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      const fault = this.unanswered(error);
      throw receipt.signal.aborted ? fault : this.failed(fault);
    } finally {
      this.turn.release();
    }
  }

  /** Ends the connection and fails all that waits for an acknowledgement. */
  close(fault: DeliveryError): void {
    this.acks.close(fault);
    this.client.close();
  }

  /**
   * Our turn, but not before the time that the receiver has asked for.
   * @throws {DeliveryError} of a request that failed while we waited: why should ours fare better? It goes back unsent, and
   * another indexer may take it at once
   */
  private async takeTurn(signal: AbortSignal): Promise<void> {
    this.arrived += 1;
    const ours = this.arrived;
    for (;;) {
      await this.turn.take();
      const wait = this.notBefore - Date.now();
      const failed = this.failure !== undefined && ours <= this.failure.before;
      if (wait <= 0 && !failed) return;
      this.turn.release();
      if (failed) throw this.failure?.error;
      await sleep(wait, undefined, { signal });
    }
  }

  private ask(query: string, body: Buffer, signal: AbortSignal): Promise<Answer> {
    const { gzip_level: level, endpoint } = this.settings;
    const encoding = level > 0 ? { 'content-encoding': 'gzip' } : {};
    const type = endpoint === 'raw' ? 'text/plain; charset=utf-8' : 'application/json';
    const headers = { 'content-type': type, ...encoding, ...this.acks.headers };
    return this.client.ask({ method: 'POST', path: query === '' ? '/event' : `/raw?${query}`, headers, body, signal });
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
    if (meaning.class === 'retry' || meaning.class === 'blocked')
      throw this.failed(answerFault(this.place, answer, meaning));
  }

  private failed(error: DeliveryError): DeliveryError {
    this.failure = { before: this.arrived, error };
    return error;
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
