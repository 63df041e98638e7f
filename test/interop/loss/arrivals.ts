import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { textOf } from './texts.ts';

/** Where a message begins in what a receiver wrote down. A kill may leave a line without end, with the next right behind. */
const BEGIN = /(?=<\d{1,3}>1 20\d\d-)/;
const TORN_HEADER = /^<\d*(>(1( \S*){0,6}( -?)?)?)?$/;
const TORN_NUMBER = /^(e(v(e(nt?( \d*)?)?)?)?)?$/;
const HEADER = /^<\d{1,3}>1 20\S+ \S+ \S+ \S+ \S+ - /;

/** What has arrived, as the files of the receivers say, which may grow while they are read. */
export class Arrivals {
  /** Events that arrived at least once. */
  distinct = 0;
  /** Events that arrived once more, each time. */
  again = 0;
  /** Most bytes that came again between two stops. */
  mostAgainBytes = 0;
  /** First parts of messages: what a receiver had of one when its connection broke, and wrote down all the same. */
  torn = 0;
  /** What is no message of ours. */
  readonly foreign: string[] = [];
  private againBytes = 0;
  private readonly files: readonly { readonly name: string; at: number; rest: string }[];
  private readonly seen: Uint8Array;

  constructor(files: readonly string[], events: number) {
    this.files = files.map((name) => ({ name, at: 0, rest: '' }));
    this.seen = new Uint8Array(events);
  }

  /** Numbers of the events that have not arrived. */
  get missing(): readonly number[] {
    return [...this.seen.keys()].filter((id) => this.seen[id] === 0);
  }

  /** Reads what is new. */
  read(): void {
    for (const file of this.files) {
      const lines = (file.rest + news(file)).split('\n');
      file.rest = lines.pop() ?? '';
      for (const line of lines) for (const message of line.split(BEGIN)) this.take(message);
    }
  }

  /** A receiver has been stopped: what comes again from now on comes because of that. */
  stopped(): void {
    this.read();
    this.mostAgainBytes = Math.max(this.mostAgainBytes, this.againBytes);
    this.againBytes = 0;
  }

  /** There is nothing more to come. */
  end(): void {
    this.stopped();
    for (const { rest } of this.files) for (const message of rest.split(BEGIN)) if (message !== '') this.take(message);
  }

  private take(message: string): void {
    const text = message.replace(HEADER, '');
    const id = Number(/^event (\d+) /.exec(text)?.[1]);
    if (id < this.seen.length && text === textOf(id)) this.arrived(id, message.length);
    else if (isTorn(message, text, id, this.seen.length)) this.torn += 1;
    else this.foreign.push(message.slice(0, 200));
  }

  private arrived(id: number, bytes: number): void {
    if (this.seen[id] === 0) {
      this.seen[id] = 1;
      this.distinct += 1;
    } else {
      this.again += 1;
      this.againBytes += bytes;
    }
  }
}

function news(file: { readonly name: string; at: number }): string {
  if (!existsSync(file.name)) return '';
  const descriptor = openSync(file.name, 'r');
  const data = Buffer.allocUnsafe(fstatSync(descriptor).size - file.at);
  const length = readSync(descriptor, data, 0, data.length, file.at);
  closeSync(descriptor);
  file.at += length;
  return data.toString('latin1', 0, length);
}

/** A first part of a message, cut off in its header, its number or later. */
function isTorn(message: string, text: string, id: number, events: number): boolean {
  if (Number.isNaN(id)) return TORN_HEADER.test(message) || TORN_NUMBER.test(text);
  const whole = textOf(id);
  return id < events && text.length < whole.length && whole.startsWith(text);
}
