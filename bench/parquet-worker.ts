/** A process that reads Parquet, or the same rows as JSON by line: a child of `bench.ts`, so that its memory is its own. */
import { readFileSync } from 'node:fs';
import { Converter } from '../agent/convert.ts';
import { contentsOf, withHead } from '../agent/object-type.ts';
import { parquetRows } from '../formats/framing/parquet.ts';
import { inMemory } from '../formats/framing/random-access.ts';
import { bareDress, Count } from './converting.ts';
import { measure } from './measure.ts';

export interface ParquetOrder {
  readonly do: 'parse' | 'convert';
  readonly path: string;
  readonly key: string;
}

export interface ParquetAnswer {
  readonly cpuMs: number;
  readonly rows: number;
  /** Of this process so far, MiB. */
  readonly peakMiB: number;
}

const cef = bareDress('cef');

/** As one reads a file of JSON by line: a window at a time. */
function parse(file: Buffer): number {
  let rows = 0;
  let start = 0;
  for (let end = file.indexOf(10); start < file.length; end = file.indexOf(10, start)) {
    const stop = end < 0 ? file.length : end;
    if (typeof JSON.parse(file.toString('latin1', start, stop)) === 'object') rows += 1;
    start = stop + 1;
  }
  return rows;
}

async function convert(file: Buffer, key: string): Promise<number> {
  const sink = new Count();
  let converter: Converter | undefined;
  for await (const chunk of withHead(parquetRows(inMemory(file)))) {
    converter ??= new Converter(contentsOf({ bucket: 'logs', key, version: 'v1' }, chunk, []), [{ dress: cef, sink }]);
    converter.push(chunk);
  }
  converter?.end();
  return sink.frames;
}

process.on('message', async ({ do: what, path, key }: ParquetOrder) => {
  const file = readFileSync(path);
  let rows = 0;
  const { cpuMs } = await measure(async () => {
    rows = what === 'parse' ? parse(file) : await convert(file, key);
  });
  const answer: ParquetAnswer = { cpuMs, rows, peakMiB: process.resourceUsage().maxRSS / 1024 };
  process.send?.(answer);
});
