import { trouble } from './faults.ts';

/** Who hears what the server sends. `data` is good for the time of the call only. */
export interface Listener {
  /** The answer to one of our commands: `data[from..to)` is `STATUS [SP TEXT] [LF DATA]`, or nothing. */
  answer(txnr: number, data: Buffer, from: number, to: number): void;
  /** A command that the server sends on its own account; it asks for no answer. */
  hint(command: string): void;
}

const [LF, SP, ZERO, TWO, NINE] = [0x0a, 0x20, 0x30, 0x32, 0x39];
const MOST_DIGITS = 9;
const MOST_LETTERS = 32;
/** An answer is a line of words. The longest is that to `open`, with all that the server offers. */
const MOST_DATA = 16_384;
const NOTHING = Buffer.alloc(0);

/** Cuts what a server sends into frames, wherever its chunks are cut. One parser a connection. */
export class AnswerParser {
  private rest: Buffer = NOTHING;

  /** @throws `TF-RELP-GARBAGE` when it is no sequence of RELP frames; then the parser is of no more use */
  push(chunk: Buffer, listener: Listener): void {
    const data = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    for (let next = frameEnd(data, at, listener); next !== CUT; next = frameEnd(data, at, listener)) at = next;
    this.rest = at === data.length ? NOTHING : data.subarray(at);
  }
}

/** The data ends before the frame does. */
const CUT = -1;

/** Reads one frame, tells the listener, and returns where it ends. Runs once a record, so it makes no objects. */
function frameEnd(data: Buffer, at: number, listener: Listener): number {
  const txnrEnd = wordEnd(data, at, MOST_DIGITS, isDigit);
  if (txnrEnd === CUT || !has(data, txnrEnd, SP)) return CUT;
  const commandEnd = wordEnd(data, txnrEnd + 1, MOST_LETTERS, isLetter);
  if (commandEnd === CUT || !has(data, commandEnd, SP)) return CUT;
  const lengthEnd = wordEnd(data, commandEnd + 1, MOST_DIGITS, isDigit);
  if (lengthEnd === CUT) return CUT;
  const length = numberAt(data, commandEnd + 1, lengthEnd);
  if (length > MOST_DATA) throw garbage(data, at);
  if (length > 0 && !has(data, lengthEnd, SP)) return CUT;
  const from = length > 0 ? lengthEnd + 1 : lengthEnd;
  const to = from + length;
  if (!has(data, to, LF)) return CUT;
  const txnr = numberAt(data, at, txnrEnd);
  if (isRsp(data, txnrEnd + 1, commandEnd) && txnr > 0) listener.answer(txnr, data, from, to);
  else if (txnr === 0) listener.hint(data.toString('latin1', txnrEnd + 1, commandEnd));
  else throw garbage(data, at);
  return to + 1;
}

/** Where a word ends that has at least one octet and not more than `most`; CUT when the data ends first. */
function wordEnd(data: Buffer, from: number, most: number, belongs: (octet: number) => boolean): number {
  let end = from;
  while (end < data.length && belongs(data[end] as number)) end += 1;
  if (end - from > most || (end === from && end < data.length)) throw garbage(data, from);
  return end === data.length ? CUT : end;
}

/** Whether the octet at `at` is there. @throws when it is another one */
function has(data: Buffer, at: number, octet: number): boolean {
  if (at >= data.length) return false;
  if (data[at] !== octet) throw garbage(data, at);
  return true;
}

function isDigit(octet: number): boolean {
  return octet >= ZERO && octet <= NINE;
}

function isLetter(octet: number): boolean {
  const lower = octet | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function numberAt(data: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) value = value * 10 + (data[at] as number) - ZERO;
  return value;
}

function isRsp(data: Buffer, from: number, to: number): boolean {
  return to - from === 3 && data[from] === 0x72 && data[from + 1] === 0x73 && data[from + 2] === 0x70;
}

/** Whether an answer begins with status 200. */
export function isGood(data: Buffer, from: number, to: number): boolean {
  if (to - from < 3 || data[from] !== TWO || data[from + 1] !== ZERO || data[from + 2] !== ZERO) return false;
  return to - from === 3 || data[from + 3] === SP || data[from + 3] === LF;
}

/** What an answer says in words: its first line, printable. @throws `TF-RELP-GARBAGE` when it does not begin with a status */
export function wordsOf(data: Buffer, from: number, to: number): string {
  const [line = ''] = data.toString('latin1', from, to).split('\n');
  if (!/^\d{3}(?: |$)/.test(line)) throw garbage(data, from);
  return printable(line);
}

/** What a server offers in its answer to `open`, by name. */
export function offersOf(data: Buffer, from: number, to: number): ReadonlyMap<string, string> {
  const [, ...lines] = data.toString('latin1', from, to).split('\n');
  return new Map(lines.map((line) => [line.split('=', 1)[0] ?? '', printable(line.slice(line.indexOf('=') + 1))]));
}

function garbage(data: Buffer, at: number): Error {
  return trouble('TF-RELP-GARBAGE', JSON.stringify(printable(data.toString('latin1', at, at + 40))));
}

function printable(text: string): string {
  return text.replace(/[^ -~]/g, '.').slice(0, 200);
}
