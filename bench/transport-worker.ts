/**
 * The process that is measured: one transport, or the raw loop beside it, with frames that were made beforehand. A child
 * of `receivers.ts`.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { newAccount } from '../agent/delivery/account.ts';
import { BLOCK_BYTES } from '../agent/delivery/block.ts';
import { Lane } from '../agent/delivery/lane.ts';
import { Outbox } from '../agent/delivery/outbox.ts';
import { createTransport } from '../agent/destination.ts';
import type { DestinationSettings } from '../config/config.ts';
import { readConfig } from '../config/load.ts';
import { type FrameBlock, type Origin, SILENT, type Transport } from '../transports/transport.ts';
import { type Cost, measure } from './measure.ts';

export interface TransportOrder {
  /** `raw`: the loop; `send`: the transport; `pace`: the transport behind its limit. */
  readonly do: 'raw' | 'send' | 'pace';
  /** A configuration with one destination. */
  readonly config: string;
  /** Where the raw loop goes to, and the authority that signed its certificate. */
  readonly port: number;
  readonly ca: string;
  /** Bytes of frames to send; for `pace` seconds to send for. */
  readonly amount: number;
}

export interface TransportAnswer {
  readonly cost: Cost;
  /** Bytes per millisecond, up to where only the last window is out: its answer may wait for a second whatever the speed. */
  readonly steady: number;
  readonly frames: number;
  readonly bytes: number;
}

const FRAME_BYTES = 900;
const ORIGIN: Origin = {
  logType: 'cloudtrail',
  source: 's3://logs/key',
  sourcetype: 'aws:cloudtrail',
  account: undefined,
  region: undefined,
};
const never = new AbortController().signal;

function settingsOf(config: string): DestinationSettings {
  const [settings] = readConfig(config, 'bench.yaml').config.destinations;
  if (settings === undefined) throw new Error('there is no destination');
  return settings;
}

/** A frame of 900 bytes, envelope and all. */
function frameOf(transport: Transport): string {
  const envelope = transport.envelope.bind(ORIGIN, 'text');
  const make = (length: number): string => envelope.frame('x'.repeat(length), Date.UTC(2026, 0, 2), 1, '0'.repeat(32));
  const frame = make(FRAME_BYTES - (make(FRAME_BYTES).length - FRAME_BYTES));
  if (frame.length < FRAME_BYTES - 1 || frame.length > FRAME_BYTES)
    throw new Error(`a frame has ${frame.length} bytes`);
  return frame;
}

function blockOf(frame: string): FrameBlock {
  const count = Math.floor(BLOCK_BYTES / frame.length);
  const ends = Uint32Array.from({ length: count }, (_, index) => (index + 1) * frame.length);
  return { data: Buffer.from(frame.repeat(count), 'latin1'), count, ends };
}

/** Keeps the transport's window full, as an outbox does. @returns bytes a millisecond until the last block could go */
async function sendAll(transport: Transport, block: FrameBlock, blocks: number): Promise<number> {
  const started = performance.now();
  let out = 0;
  let room = Promise.withResolvers<void>();
  const all: Promise<void>[] = [];
  for (let sent = 0; sent < blocks; sent += 1) {
    while (out > 0 && (out + 1) * block.data.length > transport.window) await room.promise;
    out += 1;
    const sending = transport.send(block, never).then(() => {
      out -= 1;
      room.resolve();
      room = Promise.withResolvers();
    });
    all.push(sending);
  }
  const rate = ((blocks - out) * block.data.length) / (performance.now() - started);
  await Promise.all(all);
  return rate;
}

/** The least that any sender over TLS must do: one connection, a block a write, a wait where the socket asks for it. @returns as `sendAll` */
async function writeAll({ port, ca }: TransportOrder, data: Buffer, blocks: number): Promise<number> {
  const started = performance.now();
  const socket = connect({ host: 'localhost', port, ca: readFileSync(ca) }).resume();
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  for (let sent = 0; sent < blocks; sent += 1) {
    if (!socket.write(data)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  const rate = (blocks * data.length) / (performance.now() - started);
  socket.end();
  await new Promise((resolve) => socket.once('close', resolve));
  return rate;
}

/** Has more to send than the limit lets go, for some seconds. */
async function pace(transport: Transport, eventsPerSecond: number, frame: string, seconds: number): Promise<void> {
  const outbox = new Outbox({
    ...{ transport, windowBytes: 2 ** 24, lingerMs: 100, limit: { eventsPerSecond } },
    reject: async () => {},
    observer: { delivered: () => {}, retried: () => {}, circuit: () => {}, heldBack: () => {} },
  });
  const inlet = outbox.inlet('normal');
  const lane = new Lane(newAccount({ bucket: 'b', key: 'k', version: 'v' }, 'out'), () => {});
  const end = AbortSignal.timeout(seconds * 1000);
  while (!end.aborted) {
    for (let count = 0; count < 1000; count += 1) inlet.put(lane, lane.offered++, frame);
    await inlet.room(end)?.catch(() => undefined);
  }
  await outbox.stop(0);
}

process.on('message', async (order: TransportOrder) => {
  const settings = settingsOf(order.config);
  const notice = (text: string): void => void process.stderr.write(`${text}\n`);
  const transport = createTransport(settings, { ...SILENT, notice });
  const frame = frameOf(transport);
  const block = blockOf(frame);
  const blocks = order.do === 'pace' ? 0 : Math.ceil(order.amount / block.data.length);
  let steady = Number.NaN;
  const cost = await measure(async () => {
    if (order.do === 'raw') steady = await writeAll(order, block.data, blocks);
    else if (order.do === 'send') steady = await sendAll(transport, block, blocks);
    else await pace(transport, settings.max_events_per_second ?? 1, frame, order.amount);
  });
  await transport.close();
  const answer: TransportAnswer = { cost, steady, frames: blocks * block.count, bytes: blocks * block.data.length };
  process.send?.(answer);
});
process.once('disconnect', () => process.exit(0));
