import { Converter, Dress } from '../agent/convert.ts';
import { contentsOf } from '../agent/object-type.ts';
import { formats } from '../formats/wire/index.ts';
import { type Input, inputOf } from './inputs.ts';
import { goldenRecords } from './records.ts';
import { median } from './table.ts';

/** What the records of one log type cost, CPU milliseconds of all of them. */
export interface TypeFigures {
  readonly type: string;
  readonly records: number;
  readonly bytes: number;
  readonly leastMs: number;
  readonly leefMs: number;
  readonly cefMs: number;
}

/** Takes frames and counts their bytes. */
export class Count {
  readonly offered = 0;
  bytes = 0;
  frames = 0;

  frame(_ordinal: number, frame: string): void {
    this.bytes += frame.length;
    this.frames += 1;
  }

  pass(): void {
    throw new Error('nothing is filtered here');
  }

  refuse(ordinal: number, _record: unknown, error: Error): void {
    throw new Error(`record ${ordinal} of the benchmark is refused`, { cause: error });
  }
}

/** A wire format without an envelope. */
export function bareDress(format: 'leef' | 'cef'): Dress {
  return new Dress(formats[format], { bind: () => ({ room: 2 ** 20, frame: (text) => text }) });
}

/** Chunks as an inflater makes them. */
const CHUNK_BYTES = 256 * 1024;

function convert({ type, bytes }: Input, dress: Dress, sink: Count): void {
  const contents = contentsOf({ bucket: 'logs', key: 'object', version: 'v1' }, bytes, [{ key: '*', type }]);
  const converter = new Converter(contents, [{ dress, sink }]);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) converter.push(bytes.subarray(at, at + CHUNK_BYTES));
  converter.end();
}

export function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

export interface Sizes {
  /** Bytes of each log type's objects together. */
  readonly bytes: number;
  readonly rounds: number;
}

/** Measures the log types whose name holds `only`, one after another. */
export function* measureTypes(only: string, { bytes, rounds }: Sizes): Generator<TypeFigures, void, void> {
  const groups = goldenRecords().filter(({ type }) => type.name.includes(only));
  const dress = { leef: bareDress('leef'), cef: bareDress('cef') };
  for (const name of new Set(groups.map(({ type }) => type.name))) {
    const mine = groups.filter(({ type }) => type.name === name);
    const once = mine.reduce((sum, { texts }) => sum + texts.join('').length, 0);
    const inputs = mine.map((group) => inputOf(group, Math.ceil(bytes / once)));
    yield measure(name, inputs, dress, rounds);
  }
}

function measure(
  type: string,
  inputs: readonly Input[],
  dress: Readonly<Record<'leef' | 'cef', Dress>>,
  rounds: number,
): TypeFigures {
  const times = { least: [] as number[], leef: [] as number[], cef: [] as number[] };
  const records = inputs.reduce((sum, input) => sum + input.records, 0);
  for (let round = 0; round < rounds; round += 1) {
    times.least.push(
      cpuMs(() => {
        for (const { least } of inputs) least();
      }),
    );
    for (const format of ['leef', 'cef'] as const) {
      const sink = new Count();
      times[format].push(
        cpuMs(() => {
          for (const input of inputs) convert(input, dress[format], sink);
        }),
      );
      if (sink.frames < records / 2) throw new Error(`${type}: ${sink.frames} frames of ${records} records`);
    }
  }
  // The first rounds warm up.
  const cost = (list: readonly number[]): number => median(list.slice(Math.floor(rounds / 3)));
  const size = inputs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return {
    type,
    records,
    bytes: size,
    leastMs: cost(times.least),
    leefMs: cost(times.leef),
    cefMs: cost(times.cef),
  };
}
