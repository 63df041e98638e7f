import {
  type Assurance,
  DeliveryError,
  type Envelope,
  type Fault,
  type FrameBlock,
  type Transport,
} from '../../transports/transport.ts';

/** What becomes of a block: delivered, a fault, or left open until the test settles it. */
export type Answer = 'ok' | 'hold' | Fault;

/** One call of `send`. */
export interface Sending {
  readonly texts: readonly string[];
  ok(): void;
  fail(fault: Fault): void;
}

/** A destination in memory: frames are a text and a newline. */
export interface FakeTransport extends Transport {
  /** Every block that was handed over, in order, tries included. */
  readonly sendings: readonly Sending[];
  /** Texts the destination answered for, in order. */
  readonly delivered: readonly string[];
  readonly closed: boolean;
  /** Says what becomes of the blocks from now on. */
  script(answer: (texts: readonly string[], sending: number) => Answer): void;
}

const envelope: Envelope = { bind: () => ({ room: 1024 * 1024, frame: (text) => `${text}\n` }) };

/** A transport that answers as it is told; at first everything is delivered. */
export function fakeTransport(window = 1024 * 1024): FakeTransport {
  const sendings: Sending[] = [];
  const delivered: string[] = [];
  const open = new Set<Sending>();
  let answer: (texts: readonly string[], sending: number) => Answer = () => 'ok';
  const state = { closed: false };
  return {
    assurance: 'written' satisfies Assurance,
    envelope,
    window,
    sendings,
    delivered,
    get closed() {
      return state.closed;
    },
    script(next) {
      answer = next;
    },
    send(block) {
      const texts = textsOf(block);
      return new Promise((resolve, reject) => {
        const sending: Sending = {
          texts,
          ok() {
            if (open.delete(sending)) delivered.push(...texts);
            resolve();
          },
          fail(fault) {
            const rejected = fault.kind === 'rejected' ? fault.frames : undefined;
            if (open.delete(sending) && rejected)
              delivered.push(...texts.filter((_, frame) => !rejected.includes(frame)));
            reject(new DeliveryError(`TF-FAKE-${fault.kind.toUpperCase()}`, 'as the test says', fault));
          },
        };
        open.add(sending);
        sendings.push(sending);
        const said = answer(texts, sendings.length - 1);
        if (said === 'ok') sending.ok();
        else if (said !== 'hold') sending.fail(said);
      });
    },
    probe: async () => ({ ok: true, assurance: 'written', steps: [] }),
    async close() {
      state.closed = true;
      for (const sending of open) sending.fail({ kind: 'retry' });
    },
  };
}

function textsOf({ data, count, ends }: FrameBlock): string[] {
  return Array.from({ length: count }, (_, frame) =>
    data.toString('latin1', frame === 0 ? 0 : ends[frame - 1], (ends[frame] ?? 0) - 1),
  );
}
