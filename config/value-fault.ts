import type { Setting } from '../transports/transport.ts';
import { quoted } from './report.ts';
import { didYouMean } from './suggestion.ts';
import { formatOf, type ValueFormat } from './value-formats.ts';

/** What is wrong with a value of a setting and what would be right; undefined when it is good. */
export function valueFault(setting: Setting, value: unknown): string | undefined {
  const format = formatOf(setting.format);
  if (format.accepts(value)) return undefined;
  const suggestion = typeof value === 'string' ? didYouMean(value, format.words ?? []) : '';
  return `must be ${format.expects}, ${isWhat(format, value)}${suggestion}${quotesHint(format, value)}`;
}

/** The fault of a value that is of another kind altogether: a list for a section and the like. */
export function kindFault(expected: string, value: unknown): string {
  return `must be ${expected}, is ${kindOf(value)}`;
}

function isWhat(format: ValueFormat, value: unknown): string {
  if (format.hidden !== true && typeof value === 'string') return `is the text ${quoted(value)}`;
  if (format.hidden !== true && (typeof value === 'number' || typeof value === 'boolean')) return `is ${value}`;
  return `is ${kindOf(value)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

/** YAML reads 12345 as a number and true as a boolean, also where the admin meant a text. */
function quotesHint(format: ValueFormat, value: unknown): string {
  const bare = typeof value === 'number' || typeof value === 'boolean';
  return bare && format.accepts(String(value)) ? '; put it in quotes' : '';
}
