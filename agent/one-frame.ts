import { FormatError, type LogRecord } from '../formats/framing/record.ts';
import { DeliveryError, type FrameBlock, type Transport } from '../transports/transport.ts';
import type { FrameSink } from './convert.ts';

const TIMEOUT_MS = 60_000;

/**
 * Sends one frame by itself, once to each host that could take it.
 * @throws as `Transport.send`; a TimeoutError when no answer came within a minute
 */
export async function sendFrame(transport: Transport, frame: Buffer): Promise<void> {
  const block: FrameBlock = { data: frame, count: 1, ends: Uint32Array.of(frame.length) };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  for (;;) {
    try {
      return await transport.send(block, signal);
    } catch (error) {
      if (!isElsewhere(error)) throw error;
    }
  }
}

function isElsewhere(error: unknown): boolean {
  return error instanceof DeliveryError && error.fault.kind === 'retry' && error.fault.elsewhere === true;
}

/** Keeps what one record became. */
export class OneFrame implements FrameSink {
  readonly offered = 0;
  private text: string | undefined;
  private problem: FormatError | undefined;

  frame(_ordinal: number, frame: string): void {
    this.text ??= frame;
  }

  pass(): void {
    this.problem ??= new FormatError(
      'TF-RECORD-FILTERED',
      'a filter keeps it from its destination now; "quarantine drop" takes it out',
    );
  }

  refuse(_ordinal: number, _record: LogRecord, error: FormatError): void {
    this.problem ??= error;
  }

  /** @throws {FormatError} when it became no frame */
  bytes(): Buffer {
    if (this.text !== undefined) return Buffer.from(this.text, 'latin1');
    throw this.problem ?? new FormatError('TF-RECORD-EMPTY', 'the quarantined bytes hold no record');
  }
}
