import type { LogEvent, ObjectOrigin } from '../../formats/event.ts';
import type { Framing, LogRecord } from '../../formats/framing/record.ts';
import type { Decoder, LogType } from '../../formats/log-type.ts';

/** A decoder that changes the events of another one. Events are used again, and everybody sees the one: it is the decoder's to fill. */
export abstract class DecoderAround implements Decoder {
  private readonly inner: Decoder;

  constructor(inner: Decoder) {
    this.inner = inner;
  }

  get type(): LogType {
    return this.inner.type;
  }

  get origin(): ObjectOrigin {
    return this.inner.origin;
  }

  get framing(): Framing {
    return this.inner.framing;
  }

  get header(): string {
    return this.inner.header;
  }

  time(record: LogRecord): number {
    return this.inner.time(record);
  }

  event(record: LogRecord, id: string): LogEvent {
    const event = this.inner.event(record, id);
    this.change(event);
    return event;
  }

  protected abstract change(event: LogEvent): void;
}
