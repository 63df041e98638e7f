import { isAscii } from 'node:buffer';
import { JsonRecord } from '../framing/json-record.ts';
import type { LogRecord } from '../framing/record.ts';
import type { Place } from './json-places.ts';

/** What is to stand at a place instead of what is there. */
export interface Replacement extends Place {
  readonly text: string;
}

/** The text with these places replaced, and nothing else of it touched. Places must be in order and apart. */
export function replaced(text: string, replacements: readonly Replacement[]): string {
  if (replacements.length === 0) return text;
  let result = '';
  let from = 0;
  for (const { start, end, text: instead } of replacements) {
    result += text.substring(from, start) + instead;
    from = end;
  }
  return result + text.substring(from);
}

/** Makes records of changed texts; the same instance each time. */
export class Rewriter {
  private json = new JsonRecord();

  /** The record with another text, read as the record was. */
  withText(record: LogRecord, text: string): LogRecord {
    if (text === record.text) return record;
    const { ordinal, repaired, printable, problem } = record;
    if (record.json === undefined) return { ordinal, text, repaired, printable, problem, json: undefined };
    const bytes = Buffer.from(text, 'latin1');
    if (record.json.paths !== this.json.paths) this.json = new JsonRecord(record.json.paths);
    this.json.scan(bytes, 0, bytes.length);
    this.json.at(ordinal, bytes, 0, bytes.length, isAscii(bytes), problem);
    return this.json;
  }
}
