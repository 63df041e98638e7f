import type { FrameBlock, Transport } from '../../../transports/transport.ts';

const BUSY_MS = 2_000;

/** Bytes that are handed to a transport, those that are sent again included. */
export class Traffic {
  /** Most within two seconds. */
  busiestBytes = 0;
  private recent: { readonly at: number; readonly bytes: number }[] = [];

  /** The same transport, with what it is given counted. */
  through(transport: Transport): Transport {
    return new Proxy(transport, {
      get: (_, name) => {
        if (name === 'send') return this.counted(transport);
        const value: unknown = Reflect.get(transport, name);
        return typeof value === 'function' ? value.bind(transport) : value;
      },
    });
  }

  private counted(transport: Transport): Transport['send'] {
    return (block: FrameBlock, signal: AbortSignal) => {
      const at = performance.now();
      this.recent = [
        ...this.recent.filter((one) => one.at > at - BUSY_MS),
        { at, bytes: block.ends[block.count - 1] ?? 0 },
      ];
      this.busiestBytes = Math.max(
        this.busiestBytes,
        this.recent.reduce((sum, { bytes }) => sum + bytes, 0),
      );
      return transport.send(block, signal);
    };
  }
}
