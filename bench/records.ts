import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { contentsOf } from '../agent/object-type.ts';
import { FormatError, type LogRecord } from '../formats/framing/record.ts';
import type { Decoder, LogType } from '../formats/log-type.ts';

const root = fileURLToPath(new URL('../test/formats/log-types/', import.meta.url));

/** Records of one log type that can be read, without what stands around them in an object. Texts are byte strings. */
export interface SampleRecords {
  readonly type: LogType;
  /** The line that names their columns; '' for none. */
  readonly header: string;
  readonly texts: string[];
}

/** All records of the golden cases that can be read, by log type and header line. */
export function goldenRecords(): SampleRecords[] {
  const found = new Map<string, SampleRecords>();
  for (const { name, file, bytes, key } of goldenCases()) {
    const contents = contentsOf({ bucket: 'logs', key, version: 'v1' }, bytes, []);
    const reader = contents.open({ skip: 0, maxRecordBytes: 2 ** 24 });
    const take = (record: LogRecord, _ordinal: number, decoder: Decoder): void => {
      if (decoder.type.name !== name || !isReadable(record, decoder)) return;
      const { type, header } = decoder;
      const group = `${key} ${file} ${type.spec.layout.kind} ${header}`;
      const records = found.get(group) ?? { type, header, texts: [] };
      found.set(group, records);
      records.texts.push(record.text);
    };
    reader.push(bytes, take);
    reader.end(take);
  }
  return [...found.values()];
}

function* goldenCases(): Generator<{ name: string; file: string; bytes: Buffer; key: string }> {
  for (const name of readdirSync(root)) {
    if (!existsSync(`${root}${name}/`)) continue;
    for (const file of readdirSync(`${root}${name}`).filter((one) => one.endsWith('.in'))) {
      const path = `${root}${name}/${file.slice(0, -'.in'.length)}`;
      const key = existsSync(`${path}.key`) ? readFileSync(`${path}.key`, 'utf8').trimEnd() : `${name}/object`;
      yield { name, file, bytes: readFileSync(`${path}.in`), key };
    }
  }
}

function isReadable(record: LogRecord, decoder: Decoder): boolean {
  try {
    decoder.event(record, '');
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/**
 * A record like this one with other values: addresses, times and ids change, so that nothing that remembers the last
 * value looks faster than it is.
 */
export function varied(text: string, seed: number): string {
  const two = String(10 + (seed % 50));
  return text
    .replace(/\b(192\.0\.2|198\.51\.100|203\.0\.113|10\.\d+\.\d+)\.\d+\b/g, `$1.${seed % 250}`)
    .replace(/(?<!\d)(\d\d:\d\d):\d\d(?!\d)/g, `$1:${two}`)
    .replace(/\b(1[5-9]\d{6})\d\d(?=(?:\d{3}|\d{6})?\b)/g, `$1${two}`)
    .replace(/(-[0-9a-f]{4}-[0-9a-f]{8})[0-9a-f]{4}\b/g, `$1${1000 + (seed % 9000)}`);
}
