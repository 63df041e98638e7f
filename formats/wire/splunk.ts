import type { LogEvent } from '../event.ts';
import type { LogType } from '../log-type.ts';
import type { Format, TypeFormatter } from './formatter.ts';
import { columnName, within } from './json.ts';
import { jsonString } from './json-value.ts';
import { raw } from './raw.ts';
import { readJson } from './reading.ts';

/**
 * The record as the Splunk Add-on for AWS reads it at search time. That is the record itself, but where the Add-on knows
 * one shape alone and AWS writes others: there it takes the shape that the log type's `splunk` names.
 */
export const splunk: Format = {
  name: 'splunk',
  compile(type, tally): TypeFormatter {
    const { columns, event } = type.spec.splunk;
    if (columns !== undefined && type.spec.layout.kind === 'text') return reordered(columns);
    if (event !== undefined && type.spec.layout.kind === 'json') return wrapped(event, type);
    return raw.compile(type, tally);
  },
};

/** Cells of these columns first, `-` for what is not there; then the others as `name=value`, which a search finds, too. */
function reordered(wanted: readonly string[]): TypeFormatter {
  let known: readonly string[] | undefined;
  let order: readonly number[] = [];
  let others: readonly number[] = [];
  let asItIs = false;
  const learn = (columns: readonly string[]): void => {
    known = columns;
    order = wanted.map((name) => columns.indexOf(name));
    others = columns.flatMap((name, index) => (wanted.includes(name) ? [] : [index]));
    asItIs = wanted.length === columns.length && order.every((from, to) => from === to);
  };
  const write = ({ columns, cells, record }: LogEvent): string => {
    if (columns !== known) learn(columns);
    if (asItIs) return record.text;
    const more = Array.from({ length: Math.max(0, cells.length - columns.length) }, (_, at) => columns.length + at);
    const rest = [...others, ...more].map((index) => `${columnName(columns, index)}=${cells[index]}`);
    return [...order.map((index) => cells[index] ?? '-'), ...rest].join(' ');
  };
  return {
    kind: 'text',
    verbatim: false,
    ofFields: false,
    write: (event, room) => within(write(event), room),
    explain: () => [],
  };
}

/** The record as the `detail` of an event of EventBridge. It has no id: there was no event. */
function wrapped(event: NonNullable<LogType['spec']['splunk']['event']>, type: LogType): TypeFormatter {
  const head = `{"version":"0","detail-type":${jsonString(event.detailType)},"source":${jsonString(event.source)}`;
  const members = (['account', 'time', 'region'] as const).map(
    (name) => [`,"${name}":`, readJson(event[name], type)] as const,
  );
  const write = (one: LogEvent): string => {
    let text = head;
    for (const [before, value] of members) {
      const json = value(one);
      if (json !== '') text += before + json;
    }
    return `${text},"resources":[],"detail":${one.record.text}}`;
  };
  return {
    kind: 'json',
    verbatim: false,
    ofFields: false,
    write: (one, room) => within(write(one), room),
    explain: () => [],
  };
}
