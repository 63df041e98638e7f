import type { LogEvent } from '../../formats/event.ts';
import type { LogRecord } from '../../formats/framing/record.ts';
import type { Decoder } from '../../formats/log-type.ts';
import { Rewriter } from '../../formats/redaction/replace.ts';
import type { TypeFormatter } from '../../formats/wire/formatter.ts';

/** One change of a record's text. `event` is the record read as it was, where a step asks for that. */
export interface HidingStep {
  /** For people, what is hidden and how: `userAgent: mask`. */
  readonly what: string;
  /** Gives the very text back when there is nothing to hide. @throws {FormatError} when what is to be hidden is not found */
  apply(text: string, event: LogEvent): string;
}

/** A field that is hidden after the record has been read. */
export interface HiddenField {
  readonly what: string;
  /** Place of its value in an event. */
  readonly index: number;
  hide(value: unknown): unknown;
}

/** What one destination is not to see of the records of one log type. */
export class Hiding {
  /** Whether a record must be read as an event to know what to hide. */
  readonly asksEvents: boolean;
  private readonly steps: readonly HidingStep[];
  private readonly fields: readonly HiddenField[];
  private readonly rewriter = new Rewriter();

  constructor(steps: readonly HidingStep[], fields: readonly HiddenField[], asksEvents: boolean) {
    this.steps = steps;
    this.fields = fields;
    this.asksEvents = asksEvents;
  }

  /** The text of an event as the destination may see it. The event is as it was when this returns. @throws {FormatError} */
  write(event: LogEvent, decoder: Decoder, formatter: TypeFormatter, room: number): string {
    if (formatter.verbatim) return formatter.write({ record: this.record(event) } as LogEvent, room);
    return this.show(event, decoder, (shown) => formatter.write(shown, room));
  }

  /** Calls back with the event as the destination may see it. */
  show<T>(event: LogEvent, decoder: Decoder, see: (shown: LogEvent) => T): T {
    const { record, id } = event;
    const shown = this.record(event);
    if (shown === record) return this.withoutFields(event, see);
    try {
      return this.withoutFields(decoder.event(shown, id), see);
    } finally {
      // There is one event for all destinations: those that follow want it as it was.
      decoder.event(record, id);
    }
  }

  /** What is hidden in this event, in words. */
  explain(event: LogEvent): string[] {
    let { text } = event.record;
    const steps = this.steps.filter((step) => {
      const before = text;
      text = step.apply(text, event);
      return text !== before;
    });
    const fields = this.fields.filter(({ index, hide }) => hide(event.values[index]) !== event.values[index]);
    return [...steps, ...fields].map(({ what }) => what);
  }

  private record(event: LogEvent): LogRecord {
    let { text } = event.record;
    for (const step of this.steps) text = step.apply(text, event);
    return this.rewriter.withText(event.record, text);
  }

  private withoutFields<T>(event: LogEvent, see: (shown: LogEvent) => T): T {
    if (this.fields.length === 0) return see(event);
    const values = event.values as unknown[];
    const kept = this.fields.map(({ index }) => values[index]);
    for (const { index, hide } of this.fields) values[index] = hide(values[index]);
    try {
      return see(event);
    } finally {
      for (const [at, { index }] of this.fields.entries()) values[index] = kept[at];
    }
  }
}
