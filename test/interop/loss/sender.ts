import { newAccount } from '../../../agent/delivery/account.ts';
import { Lane } from '../../../agent/delivery/lane.ts';
import { Outbox } from '../../../agent/delivery/outbox.ts';
import { createTransport } from '../../../agent/destination.ts';
import { readConfig } from '../../../config/load.ts';
import { type BoundEnvelope, SILENT, type Transport } from '../../../transports/transport.ts';
import { EVENT_TIME, ORIGIN } from '../../transports/blocks.ts';
import { textOf } from './texts.ts';
import { Traffic } from './traffic.ts';

const WINDOW_BYTES = 16 * 2 ** 20;

/** A transport as the configuration makes it. @param destination its settings, in flow style */
export function transportOf(destination: string): Transport {
  const text = `version: 1
aws: {region: eu-west-1}
queues: [{name: q, url: "https://sqs.eu-west-1.amazonaws.com/111122223333/q", buckets: [logs], destinations: [peer]}]
destinations: [{name: peer, format: leef, structured_data: false, ${destination}}]
`;
  const [settings] = readConfig(text, 'interop.yaml').config.destinations;
  if (settings === undefined) throw new Error('there is no destination');
  return createTransport(settings, SILENT);
}

/** Everything of the agent that lies between an event's text and the wire, with a source of numbered events. */
export class Sender {
  /** How often blocks had to be sent again, by the code of the error. */
  readonly retries: Record<string, number> = {};
  /** What is handed to the transport. */
  readonly traffic = new Traffic();
  private readonly lane = new Lane(newAccount({ bucket: 'logs', key: 'k', version: 'v' }, 'peer'), () => {});
  private readonly outbox: Outbox;
  private readonly envelope: BoundEnvelope;

  constructor(transport: Transport) {
    this.envelope = transport.envelope.bind(ORIGIN, 'text');
    this.outbox = new Outbox({
      ...{ transport: this.traffic.through(transport), windowBytes: WINDOW_BYTES, lingerMs: 100 },
      reject: async (_lane, ordinal, _frame, error) => {
        throw new Error(`event ${ordinal} was refused`, { cause: error });
      },
      observer: {
        delivered: () => {},
        retried: (code) => {
          this.retries[code] = (this.retries[code] ?? 0) + 1;
        },
        circuit: () => {},
        heldBack: () => {},
      },
    });
  }

  /** Events that were offered so far. */
  get offered(): number {
    return this.lane.offered;
  }

  private get trouble(): string {
    return this.outbox.state.reason ?? 'nobody says why';
  }

  offer(count: number): void {
    const inlet = this.outbox.inlet('normal');
    for (let left = count; left > 0; left -= 1) {
      const frame = this.envelope.frame(textOf(this.lane.offered), EVENT_TIME, 0, '');
      inlet.put(this.lane, this.lane.offered, frame);
      this.lane.offered += 1;
    }
  }

  /** Resolves when the destination has answered for every event. @throws when it has not answered for any within `ms` */
  async rest(ms: number): Promise<void> {
    const { lane } = this;
    for (let watermark = -1; !lane.atRest; watermark = lane.watermark) {
      if (lane.watermark === watermark) throw new Error(`${lane.offered - watermark} events are left: ${this.trouble}`);
      await lane.rest(AbortSignal.timeout(ms)).catch(() => undefined);
    }
  }

  stop(): Promise<void> {
    return this.outbox.stop(0);
  }
}
