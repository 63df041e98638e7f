import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerParser, isGood, type Listener, wordsOf } from './answers.ts';
import type { Batch } from './batch.ts';
import { codeOf, trouble } from './faults.ts';
import { commandFrame, writeSyslogFrame } from './frame.ts';
import { placeOf, txnrOf } from './txnr.ts';
import { OFFERS, welcome } from './welcome.ts';

/** Octets handed to the kernel at a time. */
const CHUNK_BYTES = 65_536;
/** A server is given up at the last of these looks at it. It may be late for one look, since it began between two. */
const LOOKS = 9;
/** Longest wait for the answer to `close`, milliseconds. */
const GOODBYE_MS = 1_000;

export interface SessionLimits {
  /** Most octets written and not answered. A frame that is longer goes alone. */
  readonly window: number;
  /** Longest wait for the next answer while one is due, milliseconds. */
  readonly stallTimeout: number;
  /** `LAST_TXNR`, but in tests. */
  readonly lastTxnr: number;
}

export interface SessionEvents {
  /** Every frame of this batch has its answer. */
  done(batch: Batch): void;
  /** More may be written. */
  room(): void;
}

/** One RELP session: commands out, answers in. It ends at the first thing that goes wrong. */
export class RelpSession implements Listener {
  /** Resolves when the connection is over: to why. */
  readonly over: Promise<Error>;
  /** The server's software as it calls itself, once open. */
  software = '';
  private readonly socket: Socket;
  private readonly limits: SessionLimits;
  private readonly events: SessionEvents;
  private readonly parser = new AnswerParser();
  private readonly looks: NodeJS.Timeout;
  /** Written wholly or in part, and not answered wholly; oldest first. */
  private readonly batches: Batch[] = [];
  /** Chunks to use again: a buffer thrown away lingers until the collector looks at it. */
  private readonly chunks: Buffer[] = [];
  /** Place of the next command. */
  private next = 0;
  /** Octets written and not answered. */
  private out = 0;
  /** Looks since the last answer, while one is due. */
  private quiet = 0;
  /** The `open` or `close` that is on its way, by its place, and who waits for its answer. */
  private command: { readonly place: number; answered(data: Buffer, from: number, to: number): void } | undefined;
  private welcomed = false;
  /** Events may be written. */
  private ready = false;
  private failure: Error | undefined;

  /** @param socket connected, and the session's own from now on */
  constructor(socket: Socket, limits: SessionLimits, events: SessionEvents) {
    this.socket = socket;
    this.limits = limits;
    this.events = events;
    this.looks = setInterval(() => this.look(), limits.stallTimeout / (LOOKS - 1));
    this.over = new Promise((resolve) => {
      socket.once('close', () => {
        clearInterval(this.looks);
        resolve(this.failure ?? this.closedEarly());
      });
    });
    socket.on('error', (error) => this.fail(error));
    socket.on('end', () => this.fail(this.closedEarly()));
    socket.on('drain', () => events.room());
    socket.on('data', (chunk: Buffer) => this.take(chunk));
  }

  /** What has been written and not answered wholly, oldest first. */
  get unanswered(): readonly Batch[] {
    return this.batches;
  }

  /** @throws what went wrong, or that the server wants no syslog messages */
  async open(timeoutMs: number): Promise<void> {
    const late = setTimeout(() => this.fail(trouble('TF-RELP-NO-OPEN')), timeoutMs);
    const opened = new Promise<void>((resolve) => {
      this.say('open', OFFERS, (data, from, to) => {
        this.software = welcome(data, from, to);
        this.welcomed = this.ready = true;
        resolve();
      });
    });
    try {
      await Promise.race([opened, this.over.then((failure) => Promise.reject(failure))]);
    } finally {
      clearTimeout(late);
    }
  }

  /** Writes frames of a batch, as many as one chunk and the window have room for. Returns false when that is none. */
  write(batch: Batch): boolean {
    if (!this.ready || this.failure !== undefined || this.socket.writableNeedDrain) return false;
    const chunk = this.chunks.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const filled = this.fill(chunk, batch);
    if (filled.length > 0) this.socket.write(filled, () => this.chunks.push(chunk));
    else this.chunks.push(chunk);
    return filled.length > 0;
  }

  /** Says `close` if there is nothing to wait for, and breaks the connection in any case. */
  async close(): Promise<void> {
    if (this.ready && this.failure === undefined && this.batches.length === 0) {
      this.ready = false;
      const answered = new Promise<void>((resolve) => this.say('close', '', () => resolve()));
      await Promise.race([answered, this.over, sleep(GOODBYE_MS, undefined, { ref: false })]);
    }
    this.fail(trouble('TF-RELP-GIVEN-UP'));
    await this.over;
  }

  /** Breaks the connection; `over` resolves to `error`, or to what went wrong before. */
  fail(error: Error): void {
    this.failure ??= error;
    this.ready = false;
    this.socket.destroy();
  }

  answer(txnr: number, data: Buffer, from: number, to: number): void {
    if (this.failure !== undefined) return;
    const oldest = this.command?.place ?? this.batches[0]?.firstPlace ?? this.next;
    const place = placeOf(txnr, oldest, this.limits.lastTxnr);
    if (place === this.command?.place) this.answerCommand(data, from, to);
    else this.answerFrame(this.holderOf(place), place, txnr, data, from, to);
  }

  hint(command: string): void {
    if (command === 'serverclose') this.fail(trouble('TF-RELP-SERVER-CLOSE', this.lastWords()));
  }

  private holderOf(place: number): Batch | undefined {
    for (const batch of this.batches)
      if (place >= batch.firstPlace && place < batch.firstPlace + batch.written) return batch;
    return undefined;
  }

  private answerFrame(
    batch: Batch | undefined,
    place: number,
    txnr: number,
    data: Buffer,
    from: number,
    to: number,
  ): void {
    const frame = place - (batch?.firstPlace ?? 0);
    if (batch === undefined || !batch.answer(frame)) throw trouble('TF-RELP-WRONG-ANSWER', `transaction ${txnr}`);
    if (!isGood(data, from, to)) batch.refuse(frame, wordsOf(data, from, to));
    this.out -= batch.length(frame, txnr);
    this.quiet = 0;
    if (!batch.done) return;
    this.batches.splice(this.batches.indexOf(batch), 1);
    this.events.done(batch);
  }

  private answerCommand(data: Buffer, from: number, to: number): void {
    const { command } = this;
    this.command = undefined;
    command?.answered(data, from, to);
  }

  private say(name: 'open' | 'close', data: string, answered: (data: Buffer, from: number, to: number) => void): void {
    this.command = { place: this.next, answered };
    this.socket.write(commandFrame(txnrOf(this.next, this.limits.lastTxnr), name, data));
    this.next += 1;
  }

  /** The hot loop: lays frames one after another, and RELP's header before each. Returns what is filled. */
  private fill(chunk: Buffer, batch: Batch): Buffer {
    const { data, count } = batch.block;
    const { window, lastTxnr } = this.limits;
    let [out, end] = [chunk, 0];
    for (let frame = batch.written; frame < count; frame += 1) {
      const txnr = txnrOf(this.next, lastTxnr);
      const length = batch.length(frame, txnr);
      if (this.out > 0 && this.out + length > window) break;
      if (end + length > out.length) {
        if (end > 0) break;
        out = Buffer.allocUnsafeSlow(length);
      }
      if (frame === 0) this.begin(batch);
      end = writeSyslogFrame(out, end, txnr, data, batch.start(frame), batch.end(frame));
      batch.written = frame + 1;
      this.next += 1;
      this.out += length;
    }
    return out.subarray(0, end);
  }

  private begin(batch: Batch): void {
    batch.firstPlace = this.next;
    this.batches.push(batch);
  }

  private take(chunk: Buffer): void {
    try {
      this.parser.push(chunk, this);
    } catch (error) {
      this.fail(this.welcomed ? (error as Error) : beforeWelcome(error as Error));
    }
    this.events.room();
  }

  /** Counts looks, not time: after a time in which this process itself did nothing, the answers that wait are read first. */
  private look(): void {
    this.quiet = this.out > 0 ? this.quiet + 1 : 0;
    if (this.quiet >= LOOKS) this.fail(trouble('TF-RELP-STALLED'));
  }

  private closedEarly(): Error {
    return trouble('TF-RELP-CLOSED-EARLY', this.lastWords());
  }

  /** Why the server may have ended the session. */
  private lastWords(): string {
    const refusal = this.batches.find(({ refused }) => refused.length > 0)?.refusal;
    return refusal === undefined ? '' : `it had refused an event: ${refusal}`;
  }
}

/** Who does not even answer `open` in RELP is something else. */
function beforeWelcome(error: Error): Error {
  return codeOf(error) === 'TF-RELP-GARBAGE' ? trouble('TF-RELP-NOT-RELP', error.message, error) : error;
}
