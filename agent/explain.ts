import type { FilterSettings, SeverityRule } from '../config/config.ts';
import type { LogEvent } from '../formats/event.ts';
import { eventIds } from '../formats/event-id.ts';
import { absent, describe, type Expression, type Resolve, trace } from '../formats/expression.ts';
import { cutBytes, fromByteString } from '../formats/framing/byte-string.ts';
import { FormatError, type LogRecord } from '../formats/framing/record.ts';
import type { Chunk } from '../formats/framing/row-chunk.ts';
import { textOf } from '../formats/functions.ts';
import type { Decoder, LogType, LogTypeSpec } from '../formats/log-type.ts';
import type { ObjectContents } from '../formats/reader.ts';
import { indexedFields } from '../formats/wire/indexed-fields.ts';
import { type Dress, type FrameSink, MOST_RECORD_BYTES } from './convert.ts';
import { describeCondition } from './rules/describe.ts';
import { SeverityDecoder } from './rules/mapping.ts';

/** One line of an explanation. */
interface Row {
  readonly what: string;
  readonly key: string;
  readonly text: string;
  readonly from: string;
  readonly notes: readonly string[];
}

const HEADER = ['time', 'signature', 'scope', 'label', 'category', 'severity', 'version'] as const;

/**
 * Goes through an object like a converter, but says of each record what its values are, where they came from, and what
 * was cut or escaped.
 */
export function explainObject(
  contents: ObjectContents,
  dress: Dress,
  sink: FrameSink,
  print: (text: string) => void,
): { push(chunk: Chunk): void; end(): void; readonly records: number } {
  const reader = contents.open({ skip: 0, maxRecordBytes: MOST_RECORD_BYTES });
  const ids = eventIds(contents.origin);
  let records = 0;
  const explain = (record: LogRecord, ordinal: number, decoder: Decoder): void => {
    records = ordinal + 1;
    const { type } = decoder;
    try {
      const { filters, redaction } = dress.rules;
      const event = decoder.event(record, ids(ordinal));
      const filter = filters.bind(type, decoder.origin)?.drops(event);
      const hiding = redaction.bind(type, true);
      const rule = decoder instanceof SeverityDecoder ? decoder.applied : undefined;
      const said = (filter === undefined ? '' : filtered(filter)) + (rule === undefined ? '' : severity(rule));
      const verdict = said + hidden(hiding?.explain(event) ?? []);
      const tell = (shown: LogEvent): void => {
        const rows = [...headerRows(type.spec, shown), ...fieldRows(type, shown, dress)];
        print(page(type, ordinal, shown, verdict, rows));
      };
      if (hiding === undefined) tell(event);
      else hiding.show(event, decoder, tell);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      sink.refuse(ordinal, record, error, decoder);
    }
  };
  return {
    push: (chunk) => reader.push(chunk, explain),
    end: () => reader.end(explain),
    get records() {
      return records;
    },
  };
}

function headerRows(spec: LogTypeSpec, event: LogEvent): Row[] {
  return HEADER.flatMap((name) => {
    const expression = spec[name];
    if (expression === undefined || absent(event[name]) || Number.isNaN(event[name])) return [];
    return [{ what: name, key: '', text: textOf(event[name]), from: source(spec, expression, event), notes: [] }];
  });
}

function fieldRows(type: LogType, event: LogEvent, dress: Dress): Row[] {
  const formatter = dress.formatter(type);
  const beside = dress.envelope.takesFields === true && !formatter.ofFields ? indexedFields(type) : undefined;
  return [...formatter.explain(event), ...(beside?.explain(event) ?? [])].map(({ field, key, text, notes }) => {
    const expression = type.spec.fields[field as keyof typeof type.spec.fields];
    return {
      what: field,
      key,
      text,
      from: expression === undefined ? '' : source(type.spec, expression, event),
      notes,
    };
  });
}

/** The paths a value came from; where there is none, what the mapping says. */
function source(spec: LogTypeSpec, expression: Expression, event: LogEvent): string {
  const resolve: Resolve = (path) => spec.layout.resolve(path, event.columns);
  const paths = [...new Set(trace(expression, resolve, event.record))];
  return paths.length === 0 ? describe(expression) : paths.join(', ');
}

const SHOWN = 200;

function filtered({ name, drop }: FilterSettings): string {
  return `  kept back by filter ${name}: ${describeCondition(drop)}\n`;
}

function severity({ when, then }: SeverityRule): string {
  return `  severity ${then} by override: ${describeCondition(when)}\n`;
}

function hidden(what: readonly string[]): string {
  return what.map((text) => `  hidden: ${text}\n`).join('');
}

function page(type: LogType, ordinal: number, event: LogEvent, verdict: string, rows: readonly Row[]): string {
  const lines = rows.map(({ what, key, text, from, notes }) => {
    const shown = fromByteString(cutBytes(text, SHOWN)) + (text.length > SHOWN ? `… (${text.length} bytes)` : '');
    const marks = notes.length === 0 ? '' : `  [${notes.join(', ')}]`;
    return `  ${what.padEnd(24)} ${key.padEnd(24)} ${shown}  <- ${from}${marks}\n`;
  });
  return `record ${ordinal}  ${type.name}  ${event.id}\n${verdict}${lines.join('')}`;
}
