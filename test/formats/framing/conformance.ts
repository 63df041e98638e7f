import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Framing, FramingOptions } from '../../../formats/framing/record.ts';

/** What a framing handed over, kept. */
export interface Seen {
  readonly ordinal: number;
  readonly text: string;
  readonly repaired: boolean;
  readonly problem: string | undefined;
}

/** One framing in one of its forms, for the suite. */
export interface FramingCase {
  readonly name: string;
  open(options: FramingOptions): Framing;
  /** Any record as a text that this form can hold. */
  readonly record: fc.Arbitrary<string>;
  /** An object with these records, in this form. Tests put bytes into it that no string can hold, so it is latin1. */
  write(records: readonly string[]): string;
  /** A record of about this many bytes. */
  ofLength(length: number): string;
  /** What an object may begin with that is no record. */
  readonly prefixes: readonly string[];
  /** What may stand between two records besides what must. */
  readonly gaps: readonly string[];
}

const MANY = 2 ** 20;

/** All that a framing makes of these chunks. */
export function seen(framing: Framing, chunks: readonly Buffer[]): Seen[] {
  const all: Seen[] = [];
  const keep = (record: Parameters<Parameters<Framing['push']>[1]>[0]): void => {
    const { ordinal, text, repaired, problem } = record;
    all.push({ ordinal, text, repaired, problem: problem?.code });
  };
  for (const chunk of chunks) framing.push(chunk, keep);
  framing.end(keep);
  return all;
}

/** Cuts bytes at these places, wherever they lie. Each chunk is a copy: a framing must not look beside what it was given. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [...new Set([0, ...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  return edges.slice(1).map((edge, index) => Buffer.from(bytes.subarray(edges[index], edge)));
}

export function every(bytes: Buffer, size: number): Buffer[] {
  return cutAt(
    bytes,
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => index * size),
  );
}

export const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
export const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** What every framing owes its callers, whatever it frames. */
export function framingConformance(subject: FramingCase): void {
  const open = (options: Partial<FramingOptions> = {}): Framing =>
    subject.open({ skip: 0, maxRecordBytes: MANY, ...options });
  const records = fc.array(subject.record, { maxLength: 8 });
  const cuts = fc.array(fc.nat(), { maxLength: 6 });
  const texts = (chunks: readonly Buffer[], options: Partial<FramingOptions> = {}): string[] =>
    seen(open(options), chunks).map(({ text }) => text);

  describe(`framing: ${subject.name}`, () => {
    it('hands over every record byte for byte, in order, counted from 0', () => {
      fc.assert(
        fc.property(records, (given) => {
          const got = seen(open(), [latin1(subject.write(given))]);
          expect(got.map(({ text }) => text)).toEqual(given);
          expect(got.map(({ ordinal }) => ordinal)).toEqual(given.map((_, index) => index));
          expect(got.every(({ problem, repaired }) => problem === undefined && !repaired)).toBe(true);
        }),
      );
    });

    it('gives the same records for any chunking', () => {
      fc.assert(
        fc.property(records, cuts, (given, places) => {
          const bytes = latin1(subject.write(given));
          for (const chunks of [every(bytes, 1), every(bytes, 5), cutAt(bytes, places)]) {
            expect(texts(chunks)).toEqual(given);
          }
        }),
        { numRuns: 40 },
      );
    });

    it('passes over the first n records and gives exactly the rest', () => {
      fc.assert(
        fc.property(records, fc.nat(10), cuts, (given, skip, places) => {
          const chunks = cutAt(latin1(subject.write(given)), places);
          expect(seen(open({ skip }), chunks)).toEqual(seen(open(), chunks).slice(skip));
        }),
      );
    });

    it('passes over what is no record before and between records', () => {
      fc.assert(
        fc.property(
          records,
          fc.constantFrom('', ...subject.prefixes),
          fc.constantFrom('', ...subject.gaps),
          cuts,
          (given, prefix, gap, places) => {
            const text = prefix + given.map((record) => subject.write([record])).join(gap) + gap;
            expect(texts(cutAt(latin1(text), places))).toEqual(given);
          },
        ),
      );
    });

    it('has nothing to say of nothing', () => {
      expect(seen(open(), [])).toEqual([]);
      expect(seen(open(), [Buffer.alloc(0), Buffer.alloc(0)])).toEqual([]);
      expect(seen(open(), [latin1(subject.write([]))])).toEqual([]);
    });

    it('hands over a too large record cut, with the reason, and goes on behind it', () => {
      const given = [subject.ofLength(40), subject.ofLength(500), subject.ofLength(50), subject.ofLength(3000)];
      const last = subject.ofLength(60);
      const bytes = latin1(subject.write([...given, last]));
      for (const chunks of [[bytes], every(bytes, 1), every(bytes, 7), every(bytes, 130)]) {
        const got = seen(open({ maxRecordBytes: 100 }), chunks);
        expect(got.map(({ problem }) => problem)).toEqual([
          undefined,
          'TF-RECORD-TOO-LARGE',
          undefined,
          'TF-RECORD-TOO-LARGE',
          undefined,
        ]);
        expect(got.map(({ text }) => text)).toEqual([...given, last].map((text) => text.slice(0, 100)));
      }
    });

    it('takes a record of exactly the limit whole, and cuts one of a byte more', () => {
      const record = subject.ofLength(100);
      const bytes = latin1(subject.write([record, subject.ofLength(40)]));
      for (const chunks of [[bytes], every(bytes, 1)]) {
        expect(seen(open({ maxRecordBytes: record.length }), chunks)[0]?.problem).toBeUndefined();
        expect(seen(open({ maxRecordBytes: record.length - 1 }), chunks)[0]?.problem).toBe('TF-RECORD-TOO-LARGE');
      }
    });

    it('holds no more than the limit of a record that never ends', () => {
      const framing = open({ maxRecordBytes: 64 * 1024 });
      const chunk = latin1(subject.write([subject.ofLength(64 * 1024)]).slice(0, 60 * 1024));
      const filler = Buffer.alloc(64 * 1024, 'x');
      const handed: number[] = [];
      framing.push(chunk, ({ text }) => handed.push(text.length));
      const before = process.memoryUsage().rss;
      for (let index = 0; index < 500; index += 1) framing.push(filler, ({ text }) => handed.push(text.length));
      expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
      expect(handed).toEqual([64 * 1024]);
    });

    it('repairs invalid UTF-8, says so of that record alone, and leaves valid UTF-8 as it is', () => {
      const sound = subject.ofLength(40).replace('xx', utf8('ü'));
      const broken = subject.ofLength(40).replace('xxxx', 'x\xff\xc3x');
      const marked = subject.ofLength(40).replace('xxx', utf8('\ufffd'));
      const bytes = latin1(subject.write([sound, broken, marked, sound]));
      for (const chunks of [[bytes], every(bytes, 1), every(bytes, 3)]) {
        const got = seen(open(), chunks);
        const mended = broken.replace('\xff\xc3', utf8('\ufffd\ufffd'));
        expect(got.map(({ text }) => text)).toEqual([sound, mended, marked, sound]);
        expect(got.map(({ repaired }) => repaired)).toEqual([false, true, false, false]);
      }
    });
  });
}

/**
 * Bytes that mean nothing give the same whatever the chunks, and all of them are in some record: what is left out is
 * white space and punctuation.
 */
export function noiseConformance(
  name: string,
  open: (options: FramingOptions) => Framing,
  seed: fc.Arbitrary<string>,
): void {
  const odd = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '\n', '\r', ' ', 'a', '1', '\xef', '\xe2');
  const noise = fc.array(fc.oneof(odd, seed), { maxLength: 30 }).map((parts) => latin1(parts.join('')));
  const cuts = fc.array(fc.nat(), { maxLength: 6 });

  it(`framing: ${name} gives the same for any chunking of bytes that mean nothing`, () => {
    fc.assert(
      fc.property(noise, cuts, fc.constantFrom(MANY, 64), (bytes, places, maxRecordBytes) => {
        const options = { skip: 0, maxRecordBytes };
        const whole = seen(open(options), [bytes]);
        expect(seen(open(options), every(bytes, 1))).toEqual(whole);
        expect(seen(open(options), cutAt(bytes, places))).toEqual(whole);
        expect(seen(open({ ...options, skip: 2 }), cutAt(bytes, places))).toEqual(whole.slice(2));
      }),
      { numRuns: 300 },
    );
  });

  it(`framing: ${name} passes over nothing but white space and punctuation`, () => {
    const word = fc.constantFrom('{', '}', '[', ']', ',', ' ', '\n', 'ab', '7', '"c d"', '{"e":1}', '\xef\xbb\xbf');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const letters = (text: string): string => text.replace(/[^a-z0-9]/g, '');
        const got = seen(open({ skip: 0, maxRecordBytes: MANY }), [latin1(words.join(''))]);
        expect(letters(got.map(({ text }) => text).join(''))).toBe(letters(words.join('')));
      }),
      { numRuns: 300 },
    );
  });
}
