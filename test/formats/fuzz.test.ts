import { gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { contentsOf } from '../../agent/object-type.ts';
import { randomFrom } from '../../demo/synthetic.ts';
import { decompress } from '../../formats/framing/decompress.ts';
import { FormatError } from '../../formats/framing/record.ts';
import { allLogTypes } from '../../formats/log-types/index.ts';
import { plainContents } from '../../formats/reader.ts';
import { formatNames } from '../../formats/wire/index.ts';
import { ownTime } from '../own-time.ts';
import { NO_SAMPLES, samplesDir } from '../samples.ts';
import { type Account, Destinations } from './account.ts';
import { origin, stream } from './convert.ts';
import { type CorpusObject, type CorpusRecord, goldenObjects, recordsOf, sampleObjects } from './corpus.ts';
import { SNAPPY_IDENTIFIER, snappyData, zipOf } from './framing/archives.ts';
import { below, mutated, mutatedStrings, pick, type Random } from './mutations.ts';

/** `FUZZ_SEED=random` tries what was not tried yet; the seed is printed. Without it, every run does the same. */
const SEED = process.env['FUZZ_SEED'] === 'random' ? Date.now() % 2 ** 31 : Number(process.env['FUZZ_SEED'] ?? 1);
/** Records that are mutated and handed in. What the converter then counts may be more or fewer: a brace opens or ends one. */
const RECORDS = Number(process.env['FUZZ_RECORDS'] ?? 200_000);
/** Generous: a neighbour, or the collector, may have the processor meanwhile. Milliseconds. */
const LONGEST = 3000;
const LONGEST_RECORD = 8192;

const records: CorpusRecord[] = [];
const byType = new Map<string, CorpusRecord[]>();
let objects: CorpusObject[] = [];

beforeAll(async () => {
  if (samplesDir() === undefined) process.stderr.write(`fuzz: golden inputs alone, ${NO_SAMPLES}\n`);
  objects = [...goldenObjects(), ...sampleObjects(200_000)].filter(({ bytes }) => bytes.length > 0);
  for (const object of objects) {
    // Of a large sample a few records say what all do.
    for (const record of (await recordsOf(object)).slice(0, 20)) {
      if (record.text.length > LONGEST_RECORD) continue;
      const name = nameOf(record.type);
      byType.set(name, [...(byType.get(name) ?? []), record]);
      records.push(record);
    }
  }
}, 60_000);

const nameOf = ({ name, spec }: CorpusRecord['type']): string => `${name} ${spec.layout.kind}`;

interface Counts {
  made: number;
  records: number;
  frames: number;
  refused: number;
  objects: number;
  slowest: number;
}

const noCounts = (): Counts => ({ made: 0, records: 0, frames: 0, refused: 0, objects: 0, slowest: 0 });

/** Runs one object and holds the outcome to what is promised of any bytes. */
function hold(counts: Counts, what: string, bytes: Buffer, run: () => Account): void {
  const started = ownTime();
  let faults: readonly string[];
  try {
    const account = run();
    faults = account.faults;
    counts.records += account.records;
    for (const { frames, refused } of account.sinks) {
      counts.frames += frames;
      for (const count of refused.values()) counts.refused += count;
    }
  } catch (error) {
    faults = [`threw ${(error as Error).stack}`];
  }
  const took = ownTime() - started;
  counts.slowest = Math.max(counts.slowest, took);
  counts.objects += 1;
  if (took > LONGEST) faults = [...faults, `took ${took} ms`];
  if (faults.length === 0) return;
  const shown = JSON.stringify(bytes.toString('latin1').slice(0, 2000));
  throw new Error(`FUZZ_SEED=${SEED}, record ${counts.made}, ${what}:\n${faults.join('\n')}\nof ${shown}`);
}

function tell(what: string, counts: Counts): void {
  const { made, objects: all, records: read, frames, refused, slowest } = counts;
  process.stderr.write(
    `fuzz: FUZZ_SEED=${SEED}, ${what}: ${made} mutated in ${all} objects, ${read} records read; at ${formatNames.length} formats ` +
      `${frames} frames and ${refused} refusals; slowest object ${slowest.toFixed(0)} ms\n`,
  );
}

/** One to eight mutated records of one log type, as its objects have them. */
function objectOf(list: readonly CorpusRecord[], random: Random, counts: Counts): Buffer {
  const first = pick(random, list);
  const texts = Array.from({ length: 1 + below(random, 8) }, () => {
    const other = random() < 0.7 ? pick(random, list) : pick(random, records);
    counts.made += 1;
    const { text, type } = pick(random, list);
    const change = type.spec.layout.kind === 'json' && random() < 0.75 ? mutatedStrings : mutated;
    return change(text, other.text, random);
  });
  const header = first.header === '' ? [] : [random() < 0.9 ? first.header : mutated(first.header, first.text, random)];
  return Buffer.from([...header, ...texts].join(random() < 0.95 ? '\n' : ''), 'latin1');
}

/** The bytes in chunks, most of them in one. */
function chunked(bytes: Buffer, random: Random): Buffer[] {
  if (random() < 0.7) return [bytes];
  const at = below(random, bytes.length + 1);
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

describe('mutated records', () => {
  it('become frames or refusals in every format, whatever their log type', () => {
    const random = randomFrom(SEED);
    const counts = noCounts();
    const rooms = [new Destinations(64 * 1024), new Destinations(1500)] as const;
    const types = allLogTypes.filter((type) => byType.has(nameOf(type)));
    expect(types.length).toBe(allLogTypes.length);
    while (counts.made < RECORDS) {
      const type = pick(random, types);
      const list = byType.get(nameOf(type)) ?? [];
      const bytes = objectOf(random() < 0.95 ? list : records, random, counts);
      const destinations = rooms[random() < 0.9 ? 0 : 1];
      const byContent = random() < 0.15;
      const contents = byContent ? contentsOf({ ...origin }, bytes, []) : plainContents(type, origin);
      hold(counts, contents.name, bytes, () => destinations.convert(contents, chunked(bytes, random)));
    }
    tell('records', counts);
    expect(counts.made).toBeGreaterThanOrEqual(RECORDS);
    // What is refused at every place says nothing of formats.
    expect(counts.frames).toBeGreaterThan(counts.refused);
  }, 300_000);
});

describe('mutated objects', () => {
  it('become records that are accounted for, whatever stands around them', () => {
    const random = randomFrom(SEED + 1);
    const counts = noCounts();
    const destinations = new Destinations(64 * 1024);
    const small = objects.filter(({ bytes }) => bytes.length < 20_000);
    while (counts.made < Math.min(1000, RECORDS)) {
      const { bytes, key } = pick(random, small);
      const other = pick(random, small).bytes.toString('latin1');
      const changed = Buffer.from(mutated(bytes.toString('latin1'), other, random), 'latin1');
      counts.made += 1;
      const contents = contentsOf({ ...origin, key: random() < 0.5 ? key : '' }, changed, []);
      hold(counts, contents.name, changed, () => destinations.convert(contents, chunked(changed, random)));
    }
    tell('objects', counts);
  }, 120_000);

  it('give what can be unpacked, and then the reason, whatever was damaged', async () => {
    const random = randomFrom(SEED + 2);
    const text = 'one\ntwo two two\n'.repeat(20);
    const plain = Buffer.from(text);
    const packed = [
      gzipSync(text),
      Buffer.concat([gzipSync(text), gzipSync(text)]),
      gzipSync(gzipSync(text)),
      zstdCompressSync(text),
      zipOf([['a', text]]),
      zipOf([['a', text]], { stored: true, zip64: true }),
      zipOf([['a', text]], { followed: 'marked' }),
      Buffer.concat([SNAPPY_IDENTIFIER, snappyData(plain), snappyData(plain)]),
    ];
    for (let count = 0; count < Math.min(3000, RECORDS); count += 1) {
      const from = pick(random, packed).toString('latin1');
      const bytes = Buffer.from(mutated(from, pick(random, packed).toString('latin1'), random), 'latin1');
      let unpacked = 0;
      try {
        for await (const chunk of decompress(stream(chunked(bytes, random)))) unpacked += chunk.length;
      } catch (error) {
        if (!(error instanceof FormatError))
          throw new Error(`FUZZ_SEED=${SEED}, ${bytes.toString('base64')}: ${error}`);
      }
      expect(unpacked).toBeLessThan(2 ** 24);
    }
  }, 120_000);
});
