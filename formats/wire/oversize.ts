import type { LogEvent } from '../event.ts';
import { FormatError } from '../framing/record.ts';
import type { Format, FormatName, Tally, TypeFormatter, WriteText } from './formatter.ts';
import { within } from './json.ts';
import { shortenJson, shortenLine } from './shorten.ts';

/**
 * What becomes of an event that is longer than a destination's messages may be. `shorten`: what is long in it is left out,
 * and it says so. `quarantine`: it is not sent. `send`: it is sent whole, whatever the receiver makes of it.
 */
export type Oversize = 'shorten' | 'quarantine' | 'send';

/** More than any record has. */
const WHOLE = Number.MAX_SAFE_INTEGER;

/** Formats that show the record and have no fields to leave out by themselves. */
const OF_RECORDS: ReadonlySet<FormatName> = new Set(['json', 'raw', 'splunk']);

/** A format with one answer to events that are too long. Without it those of fields shorten, and those of records quarantine. */
export function withOversize(format: Format, oversize: Oversize | undefined): Format {
  if (oversize === undefined || (oversize === 'shorten' && !OF_RECORDS.has(format.name))) return format;
  return {
    name: format.name,
    compile: (type, tally) => {
      const formatter = format.compile(type, tally);
      return { ...formatter, write: WRITERS[oversize](formatter, tally) };
    },
  };
}

type Writer = (formatter: TypeFormatter, tally: Tally) => WriteText;

const WRITERS: Readonly<Record<Oversize, Writer>> = {
  send:
    ({ write }) =>
    (event) =>
      write(event, WHOLE),
  quarantine:
    ({ write }) =>
    (event, room) =>
      within(write(event, WHOLE), room),
  shorten: (formatter, tally) => (event, room) => {
    try {
      return formatter.write(event, room);
    } catch (error) {
      if (!(error instanceof FormatError) || error.code !== 'TF-EVENT-TOO-LARGE') throw error;
      const text = shortened(formatter, event, room);
      if (text === undefined) throw error;
      tally.truncated += 1;
      return text;
    }
  },
};

/** Undefined when there is no way. */
function shortened({ kind, write }: TypeFormatter, event: LogEvent, room: number): string | undefined {
  const text = write(event, WHOLE);
  return kind === 'json' ? shortenJson(text, room) : shortenLine(text, room);
}
