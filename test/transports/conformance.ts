import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { DeliveryError, type FrameBlock, type Transport } from '../../transports/transport.ts';
import { enveloped, never } from './blocks.ts';
import { until } from './syslog/rig.ts';

/**
 * How a destination behaves until it is healed: it is not there; takes everything but never answers for it; takes
 * everything slowly; breaks connections in the middle of a frame; ends them in good order while we send; reads no more.
 */
export type Manner = 'good' | 'absent' | 'silent' | 'slow' | 'cuts' | 'ends early' | 'stops reading';

/** A destination and a transport to it. */
export interface Pair extends AsyncDisposable {
  readonly transport: Transport;
  /** Texts that have arrived, in order. */
  arrived(): readonly string[];
  /** From now on new connections are treated well. */
  heal(): Promise<void>;
}

/** A transport as one configuration makes it. */
export interface Subject {
  readonly name: string;
  pair(manner: Manner): Promise<Pair>;
  /** Why a row says nothing about this transport. */
  readonly senseless: Readonly<Partial<Record<Row, string>>>;
}

const small = numbered(200, 100);
/** More than all socket buffers between two processes hold. */
const large = numbered(320, 50_000);

/** What every transport promises (see `Transport`), one promise a row. */
const ROWS = {
  'all arrives, in the order it was handed over': async (subject) => {
    await using pair = await subject.pair('good');
    await Promise.all([0, 1, 2, 3].map((block) => send(pair, small.slice(block * 50, block * 50 + 50))));
    await until(() => pair.arrived().length === small.length);
    expect(pair.arrived()).toEqual(small);
  },
  'resolves only when the receiver has it': async (subject) => {
    await using pair = await subject.pair('slow');
    await send(pair, small);
    expect(pair.arrived()).toEqual(small);
  },
  'an answer that is lost gives a retry, and sending again delivers': (subject) => resend(subject, 'silent', small),
  'nobody there gives a fault, and sending again delivers': (subject) => resend(subject, 'absent', small),
  'a connection cut within a frame gives a retry, and sending again delivers': (subject) =>
    resend(subject, 'cuts', large),
  'a connection that the receiver ends early gives a retry, and sending again delivers': (subject) =>
    resend(subject, 'ends early', large),
  'a receiver that takes no byte any more is given up soon': async (subject) => {
    await using pair = await subject.pair('stops reading');
    const start = performance.now();
    expect((await failure(send(pair, large))).fault.kind).toBe('retry');
    expect(performance.now() - start).toBeLessThan(8_000);
  },
  'an aborted send rejects at once, and its buffer is read no more': async (subject) => {
    await using pair = await subject.pair('stops reading');
    const [first, second] = [enveloped(pair.transport, large), enveloped(pair.transport, large)];
    const controller = new AbortController();
    const sends = [first, second].map((block) => fate(pair.transport.send(block, controller.signal)));
    await sleep(100);
    const start = performance.now();
    controller.abort(new Error('enough'));
    for (const error of await Promise.all(sends)) expectAborted(error);
    expect(performance.now() - start).toBeLessThan(1_000);
    for (const { data } of [first, second]) data.fill('!');
    await pair.heal();
    await deliverUntilThere(pair, small);
    expect(pair.arrived().some((text) => text.includes('!!'))).toBe(false);
  },
  'an abort beforehand sends nothing': async (subject) => {
    await using pair = await subject.pair('good');
    const aborted = pair.transport.send(enveloped(pair.transport, ['no']), AbortSignal.abort(new Error('enough')));
    expectAborted(await fate(aborted));
    await send(pair, ['yes']);
    await until(() => pair.arrived().length > 0);
    expect(pair.arrived()).toEqual(['yes']);
  },
  'close rejects with retry what is unanswered and what comes later': async (subject) => {
    await using pair = await subject.pair('stops reading');
    const sends = [send(pair, large), send(pair, large)];
    const failed = Promise.all(sends.map(failure));
    await Promise.all([pair.transport.close(), pair.transport.close()]);
    for (const { fault } of await failed) expect(fault.kind).toBe('retry');
    expect((await failure(send(pair, ['late']))).fault.kind).toBe('retry');
  },
} as const satisfies Record<string, (subject: Subject) => Promise<void>>;

export type Row = keyof typeof ROWS;

/** Every promise of the contract, kept by one transport. */
export function conforms(subject: Subject): void {
  describe(subject.name, { concurrent: true }, () => {
    for (const [row, run] of Object.entries(ROWS)) {
      if (!Object.hasOwn(subject.senseless, row)) test(row, () => run(subject));
    }
  });
}

async function resend(subject: Subject, manner: Manner, texts: readonly string[]): Promise<void> {
  await using pair = await subject.pair(manner);
  const { fault } = await failure(send(pair, texts));
  expect(fault.kind).toMatch(manner === 'absent' ? /^(retry|blocked)$/ : 'retry');
  await pair.heal();
  await deliver(pair, enveloped(pair.transport, small));
  await until(() => isSuperset(pair.arrived(), small));
}

function send({ transport }: Pair, texts: readonly string[]): Promise<void> {
  return transport.send(enveloped(transport, texts), never);
}

/** Sends a block until it is delivered, as the agent does. */
async function deliver({ transport }: Pair, block: FrameBlock): Promise<void> {
  for (;;) {
    const error = await fate(transport.send(block, never));
    if (error === undefined) return;
    const { fault } = expectDeliveryError(error);
    if (fault.kind !== 'retry') throw error;
    await sleep(fault.afterMs ?? 20);
  }
}

/**
 * Delivers texts that must arrive. Bytes that a kernel took for a connection from before the healing are lost without
 * anybody noticing: a transport that promises no more than that may need to send again.
 */
async function deliverUntilThere(pair: Pair, texts: readonly string[]): Promise<void> {
  const { assurance } = pair.transport;
  for (let tries = assurance === 'written' || assurance === 'sent' ? 2 : 0; ; tries -= 1) {
    await deliver(pair, enveloped(pair.transport, texts));
    const arrived = until(() => isSuperset(pair.arrived(), texts)).then(() => true);
    if (await (tries === 0 ? arrived : arrived.catch(() => false))) return;
  }
}

/** What became of a send: its error, or undefined. */
function fate(sent: Promise<void>): Promise<unknown> {
  return sent.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** The fault of a send that must fail. */
async function failure(sent: Promise<void>): Promise<DeliveryError> {
  return expectDeliveryError(await fate(sent));
}

function expectDeliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  throw new Error('not a DeliveryError', { cause: error });
}

/** The signal's reason, or a `DeliveryError`. */
function expectAborted(error: unknown): void {
  if (error instanceof Error && error.message === 'enough') return;
  expect(expectDeliveryError(error).fault.kind).toBe('retry');
}

function isSuperset(all: readonly string[], some: readonly string[]): boolean {
  const known = new Set(all);
  return some.every((one) => known.has(one));
}

function numbered(count: number, size: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `event ${index} ${'x'.repeat(size)}`);
}
