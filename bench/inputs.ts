import { fieldsOf, type Least, parseEach, splitEach } from './least.ts';
import { type SampleRecords, varied } from './records.ts';

/** The bytes of an object, and the least that a converter must do with them. */
export interface Input {
  /** Name of the log type. */
  readonly type: string;
  readonly bytes: Buffer;
  readonly records: number;
  readonly least: Least;
}

/** An object that holds so many copies of each record, each with other values. */
export function inputOf({ type, header, texts }: SampleRecords, copies: number): Input {
  const { kind, wrappers = [] } = type.spec.layout;
  const [wrapper] = wrappers;
  const parts = [wrapper === undefined ? `${header}\n`.trimStart() : `{"${wrapper}":[`];
  const spans: (readonly [start: number, end: number])[] = [];
  let size = parts[0]?.length ?? 0;
  for (let round = 0; round < copies; round += 1) {
    for (const text of texts) {
      const one = varied(text, round);
      spans.push([size, size + one.length]);
      parts.push(one, wrapper === undefined ? '\n' : ',');
      size += one.length + 1;
    }
  }
  if (wrapper !== undefined) parts.splice(-1, 1, ']}');
  const bytes = Buffer.from(parts.join(''), 'latin1');
  const least = kind === 'json' ? parseEach(bytes, spans) : splitEach(bytes, fieldsOf(type.name));
  return { type: type.name, bytes, records: spans.length, least };
}
