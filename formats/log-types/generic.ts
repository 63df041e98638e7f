import { computed, constant, first, wholeText } from '../functions.ts';
import { columns, json, type Layout } from '../layout.ts';
import { defineLogType, type LogType, type LogTypeSpec } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { FROM_CLOUDWATCH } from './from-cloudwatch.ts';

/** What an unknown object has in common with any other: its text. Nothing is guessed but a time in an obvious place. */
const COMMON = {
  name: 'generic',
  title: 'Anything no other log type knows: sent with its raw text, and counted',
  reference: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html',
  keys: [],
  product: 'AWS',
  signature: constant('generic'),
  label: constant('AWS log record'),
  category: constant('generic'),
  severity: constant(1),
  splunk: { sourcetype: 'aws:s3' },
  qradar: 'Universal LEEF',
} satisfies Partial<LogTypeSpec>;

/** The raw text of a record, as a value. */
const rawText = (layout: Layout): Layout => ({
  ...layout,
  resolve: (path, names) => (path === '@text' ? (record) => record.text : layout.resolve(path, names)),
});

const origin = {
  ...FROM_CLOUDWATCH,
  'event.message': wholeText,
} as const;

function wholeLine(line: string, cells: string[]): number {
  cells[0] = line;
  return 1;
}

const jsonType = defineLogType({
  ...COMMON,
  looksLike: { json: [] },
  layout: rawText(json()),
  time: isoTime(first('eventTime', '@timestamp', 'timestamp', 'time')),
  fields: origin,
});

/** The generic type for text. */
export const genericText = defineLogType({
  ...COMMON,
  looksLike: { line: /^/ },
  layout: rawText(columns({ names: ['line'], least: 0, split: wholeLine })),
  time: computed('none', [], () => undefined),
  fields: origin,
});

/**
 * Whether bytes are the beginning of JSON records. A bracket or brace alone is not enough: many a text log begins its
 * lines with `[time]`.
 */
export function looksLikeJson(head: string): boolean {
  return /^(?:\xef\xbb\xbf)?\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[[{\]]|$))/.test(head);
}

/** The generic type for an object that starts with these bytes. */
export function generic(head: string): LogType {
  return looksLikeJson(head) ? jsonType : genericText;
}

/** The two faces of the generic type: JSON values, and lines. */
export const genericTypes: readonly LogType[] = [jsonType, genericText];
