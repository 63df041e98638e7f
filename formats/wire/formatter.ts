import type { LogEvent } from '../event.ts';
import type { LogType } from '../log-type.ts';

/** What happened to events on their way into text: counted, never silent. */
export interface Tally {
  /** Events that lost something to a length limit, a value's own or the destination's. */
  truncated: number;
  /** Values in which a byte had to be replaced because the format has no escape for it. */
  replaced: number;
}

/**
 * One event as the text of its frame, a byte string of at most `room` bytes.
 * @throws {FormatError} TF-EVENT-TOO-LARGE for what cannot be made to fit
 */
export type WriteText = (event: LogEvent, room: number) => string;

/** One field as a format writes it, for `convert --explain`. */
export interface WrittenField {
  readonly field: string;
  readonly key: string;
  readonly text: string;
  /** What was done to the value: `cut`, `escaped`, `replaced`. */
  readonly notes: readonly string[];
}

/** A compiled formatter for one log type. */
export interface TypeFormatter {
  /**
   * `json` when every text is a JSON value; `labelled` when it begins with the name of its format and holds event id,
   * account and region. A record that is sent as it stands was found by its brackets and not parsed,
   * so that a receiver may still find fault with what is between them.
   */
  readonly kind: 'json' | 'text' | 'labelled';
  /** The record's own text, untouched: then the event need not be read in full. */
  readonly verbatim: boolean;
  /** Whether the texts are made of the event's fields: then what was added to the record shows in them. */
  readonly ofFields: boolean;
  /** What Splunk is to take the texts for, where they are no longer what the log type's own sourcetype stands for. */
  readonly sourcetype?: string;
  readonly write: WriteText;
  /** The fields of one event as `write` puts them. */
  explain(event: LogEvent): readonly WrittenField[];
}

/** A wire format. Pure. */
export interface Format {
  readonly name: FormatName;
  /** Lays out all that is constant for a log type. Done once a destination and type, not once an object. */
  compile(type: LogType, tally: Tally): TypeFormatter;
}

export type FormatName = 'leef' | 'cef' | 'json' | 'raw' | 'splunk' | 'ocsf' | 'ecs';
