import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { contentsOf, withHead } from '../../agent/object-type.ts';
import { decompress } from '../../formats/framing/decompress.ts';
import { FormatError } from '../../formats/framing/record.ts';
import type { LogType } from '../../formats/log-type.ts';
import { sample, samplesIn } from '../samples.ts';
import { origin, stream } from './convert.ts';

const root = fileURLToPath(new URL('log-types/', import.meta.url));

/** One object of the corpus. */
export interface CorpusObject {
  readonly name: string;
  readonly key: string;
  readonly bytes: Buffer;
}

/** One record as its framing found it. */
export interface CorpusRecord {
  readonly object: CorpusObject;
  readonly type: LogType;
  /** A byte string. */
  readonly text: string;
  /** The header line that names its columns; '' when there is none. */
  readonly header: string;
}

/** The inputs of all golden cases. */
export function goldenObjects(): CorpusObject[] {
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) =>
    readdirSync(`${root}${name}`)
      .filter((file) => file.endsWith('.in'))
      .map((file) => {
        const key = `${root}${name}/${file.slice(0, -'.in'.length)}.key`;
        const bytes = readFileSync(`${root}${name}/${file}`);
        return { name: `${name}/${file}`, key: existsSync(key) ? readFileSync(key, 'utf8').trimEnd() : '', bytes };
      }),
  );
}

/** The real log objects, larger ones aside; none where they are not there. */
export function sampleObjects(mostBytes: number): CorpusObject[] {
  return samplesIn('.')
    .map((path) => ({ name: path, key: '', bytes: sample(path) }))
    .filter(({ name, bytes }) => bytes.length <= mostBytes && name !== 'SOURCES.md');
}

/** All sound records of an object, whatever it is wrapped in; none of what cannot be opened. */
export async function recordsOf(object: CorpusObject): Promise<CorpusRecord[]> {
  const found: CorpusRecord[] = [];
  try {
    let reader: ReturnType<ReturnType<typeof contentsOf>['open']> | undefined;
    const note: Parameters<NonNullable<typeof reader>['push']>[1] = ({ text, problem }, _ordinal, decoder) => {
      if (problem === undefined) found.push({ object, type: decoder.type, text, header: decoder.header });
    };
    for await (const chunk of withHead(decompress(stream([object.bytes])))) {
      reader ??= contentsOf({ ...origin, key: object.key }, chunk, []).open({ skip: 0, maxRecordBytes: 2 ** 24 });
      reader.push(chunk, note);
    }
    reader?.end(note);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return found;
}
