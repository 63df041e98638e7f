import { randomBytes } from 'node:crypto';
import { constants, createGzip, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompress } from '../../../formats/framing/decompress.ts';
import { FormatError } from '../../../formats/framing/record.ts';
import { cutAt, every, latin1 } from './conformance.ts';

async function* from(chunks: Iterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  yield* chunks;
}

/** All that comes out, and the code of what ended it. */
async function outcome(chunks: Iterable<Buffer>): Promise<{ text: string; code: string | undefined }> {
  const out: Buffer[] = [];
  try {
    for await (const chunk of decompress(from(chunks))) out.push(Buffer.from(chunk));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { text: Buffer.concat(out).toString('latin1'), code: error.code };
  }
  return { text: Buffer.concat(out).toString('latin1'), code: undefined };
}

const fine = (text: string): { text: string; code: undefined } => ({ text, code: undefined });
const PARTS = ['one\n', 'two two two\n', '', 'three\n'];
const WHOLE = PARTS.join('');
const FORMS = {
  plain: Buffer.concat(PARTS.map(latin1)),
  'gzip of one member': gzipSync(WHOLE),
  'gzip of four members': Buffer.concat(PARTS.map((part) => gzipSync(part))),
  'gzip with a file name and a comment in its header': Buffer.concat([
    latin1('\x1f\x8b\x08\x18\0\0\0\0\0\x03name\0comment\0'),
    gzipSync(WHOLE).subarray(10),
  ]),
  'zstd of one frame': zstdCompressSync(WHOLE),
  'zstd of four frames': Buffer.concat(PARTS.map((part) => zstdCompressSync(part))),
  'double gzip': gzipSync(gzipSync(WHOLE)),
  'gzip around members': gzipSync(Buffer.concat(PARTS.map((part) => gzipSync(part)))),
  'zstd in gzip': gzipSync(zstdCompressSync(WHOLE)),
};

for (const [name, bytes] of Object.entries(FORMS)) {
  describe(`decompress: ${name}`, () => {
    it('gives the plain bytes at every split, and byte by byte', async () => {
      for (let place = 0; place <= bytes.length; place += 1) {
        expect(await outcome(cutAt(bytes, [place]))).toEqual(fine(WHOLE));
      }
      expect(await outcome(every(bytes, 1))).toEqual(fine(WHOLE));
      expect(await outcome(every(bytes, 3))).toEqual(fine(WHOLE));
    });
  });
}

describe('decompress', () => {
  it('gives the plain bytes of many members in any chunking', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 60 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        fc.constantFrom(gzipSync, zstdCompressSync),
        async (parts, places, compress) => {
          const bytes = Buffer.concat(parts.map((part) => compress(part)));
          expect(await outcome(cutAt(bytes, places))).toEqual(fine(parts.join('')));
        },
      ),
    );
  });

  it('passes plain bytes through, also fewer than any magic, and none', async () => {
    for (const text of ['', 'a', '\x1f', 'PK', '{"a":1}', '\x1f\x8c and more']) {
      expect(await outcome([latin1(text)])).toEqual(fine(text));
      expect(await outcome(every(latin1(text), 1))).toEqual(fine(text));
    }
  });

  it('goes by the bytes, never by a name: an empty gzip is nothing, a gzip of gzip text stays text', async () => {
    expect(await outcome([gzipSync('')])).toEqual(fine(''));
  });

  it('gives everything before a truncation, wherever it is, and then says so', async () => {
    for (const [code, compress] of [
      ['TF-GZIP-TRUNCATED', gzipSync],
      ['TF-ZSTD-TRUNCATED', zstdCompressSync],
    ] as const) {
      const first = compress('first\n');
      const bytes = Buffer.concat([first, compress(`second ${'x'.repeat(5000)}\n`)]);
      for (let length = first.length + 1; length < bytes.length; length += 1) {
        for (const chunks of [[bytes.subarray(0, length)], every(bytes.subarray(0, length), 7)]) {
          const got = await outcome(chunks);
          expect(got.code).toBe(code);
          expect(got.text.startsWith('first\n')).toBe(true);
        }
      }
    }
  });

  it('gives all that a truncated gzip of many chunks holds', async () => {
    const text = randomBytes(300_000).toString('base64');
    const bytes = gzipSync(text);
    const got = await outcome(every(bytes.subarray(0, bytes.length - 4), 16_384));
    expect(got.code).toBe('TF-GZIP-TRUNCATED');
    expect(got.text).toBe(text);
  });

  it('is stopped by corruption in the middle, after all chunks before it', async () => {
    const text = randomBytes(300_000).toString('base64');
    const bytes = gzipSync(text);
    bytes.fill(0xaa, 200_000, 200_100);
    const got = await outcome(every(bytes, 16_384));
    expect(got.code).toBe('TF-GZIP-CORRUPT');
    expect(got.text.length).toBeGreaterThan(150_000);
    expect(text.startsWith(got.text.slice(0, 150_000))).toBe(true);
  });

  it('notices a wrong check sum and a wrong length', async () => {
    for (const back of [8, 4]) {
      const bytes = gzipSync(WHOLE);
      bytes.writeUInt32LE(0x1234, bytes.length - back);
      expect((await outcome([bytes])).code).toBe('TF-GZIP-CORRUPT');
    }
  });

  it('never says success at a later member whose magic is damaged, at any split', async () => {
    const member = gzipSync('first\n');
    for (const [at, byte] of [
      [0, 0x00],
      [0, 0x1e],
      [1, 0x00],
      [1, 0x8c],
    ] as const) {
      const damaged = gzipSync('second\n');
      damaged[at] = byte;
      const bytes = Buffer.concat([member, damaged]);
      for (let place = 0; place <= bytes.length; place += 1) {
        const got = await outcome(cutAt(bytes, [place]));
        expect(got.code).toBe('TF-GZIP-TRAILING');
        expect('first\n'.startsWith(got.text)).toBe(true);
      }
      expect(await outcome(every(bytes, 1))).toEqual({ text: 'first\n', code: 'TF-GZIP-TRAILING' });
    }
  });

  it('takes zeros behind gzip for padding, and nothing else', async () => {
    const member = gzipSync('first\n');
    for (const zeros of [1, 2, 511, 100_000]) {
      const bytes = Buffer.concat([member, Buffer.alloc(zeros)]);
      for (const size of [1000, 5, bytes.length]) expect(await outcome(every(bytes, size))).toEqual(fine('first\n'));
    }
    for (const tail of ['\0\0x', '\0'.repeat(5000) + gzipSync('second\n').toString('latin1'), 'text']) {
      for (const size of [1, 30, 10_000]) {
        expect((await outcome(every(Buffer.concat([member, latin1(tail)]), size))).code).toBe('TF-GZIP-TRAILING');
      }
    }
  });

  it('takes nothing behind zstd that is no frame', async () => {
    const bytes = Buffer.concat([zstdCompressSync('first\n'), latin1('\0\0\0\0 text')]);
    for (let place = 0; place <= bytes.length; place += 1) {
      expect(await outcome(cutAt(bytes, [place]))).toEqual({ text: 'first\n', code: 'TF-ZSTD-TRAILING' });
    }
  });

  it('refuses what it does not read, by name', async () => {
    const refused: Record<string, string> = {
      ZIP: 'PK\x03\x04rest of it',
      BZIP2: 'BZh91AY&SY',
      SNAPPY: '\xff\x06\x00\x00sNaPpY',
      XZ: '\xfd7zXZ\x00rest',
      PARQUET: 'PAR1rest of it PAR1',
    };
    for (const [name, text] of Object.entries(refused)) {
      expect(await outcome([latin1(text)])).toEqual({ text: '', code: `TF-COMPRESSION-${name}` });
      expect(await outcome(every(latin1(text), 1))).toEqual({ text: '', code: `TF-COMPRESSION-${name}` });
      expect((await outcome([gzipSync(gzipSync(latin1(text)))])).code).toBe(`TF-COMPRESSION-${name}`);
    }
  });

  it('refuses a third layer', async () => {
    expect((await outcome([gzipSync(gzipSync(gzipSync(WHOLE)))])).code).toBe('TF-COMPRESSION-DEPTH');
    expect((await outcome([gzipSync(gzipSync(zstdCompressSync(WHOLE)))])).code).toBe('TF-COMPRESSION-DEPTH');
  });

  it('hands on what came before its source failed, and then the failure', async () => {
    const failing = async function* (chunks: readonly Buffer[]): AsyncGenerator<Buffer, void, void> {
      yield* chunks;
      throw new Error('connection reset');
    };
    for (const [bytes, text] of [
      [latin1('a\nb'), 'a\nb'],
      [latin1('a longer text\n'), 'a longer text\n'],
      [gzipSync('a\nb\n'), 'a\nb\n'],
    ] as const) {
      const out: string[] = [];
      const read = async (): Promise<void> => {
        for await (const chunk of decompress(failing(every(bytes, 4)))) out.push(chunk.toString('latin1'));
      };
      await expect(read()).rejects.toThrow('connection reset');
      expect(out.join('')).toBe(text);
    }
  });

  it('ends its source when it refuses, fails, or is left', async () => {
    const watched = (chunks: readonly Buffer[]): { source: AsyncIterable<Buffer>; ended: () => boolean } => {
      let ended = false;
      async function* source(): AsyncGenerator<Buffer, void, void> {
        try {
          yield* chunks;
          yield* chunks;
          yield* chunks;
        } finally {
          ended = true;
        }
      }
      return { source: source(), ended: () => ended };
    };
    const corrupt = gzipSync(WHOLE).fill(0xaa, 12);
    for (const bytes of [
      latin1('PAR1 and more'),
      corrupt,
      gzipSync(WHOLE),
      latin1('plain text'),
      gzipSync(gzipSync(WHOLE)),
    ]) {
      const { source, ended } = watched([bytes]);
      try {
        for await (const chunk of decompress(source)) if (chunk.length > 0) break;
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
      expect(ended()).toBe(true);
    }
  });

  it('stays small with a bomb: 1 GiB out of 1 MiB', async () => {
    const mebibyte = Buffer.alloc(2 ** 20);
    async function* bomb(): AsyncGenerator<Buffer, void, void> {
      const gzip = createGzip({ level: constants.Z_BEST_SPEED });
      const feed = async (): Promise<void> => {
        for (let count = 0; count < 1024; count += 1) {
          await new Promise<void>((resolve) => gzip.write(mebibyte, () => resolve()));
        }
        gzip.end();
      };
      const fed = feed();
      for await (const chunk of gzip) yield chunk as Buffer;
      await fed;
    }
    const compressed: Buffer[] = [];
    for await (const chunk of bomb()) compressed.push(chunk);
    const before = process.memoryUsage.rss();
    let settled = 0;
    let most = 0;
    let total = 0;
    for await (const chunk of decompress(from(compressed))) {
      total += chunk.length;
      const rss = process.memoryUsage.rss();
      // Up to here the collector takes its time: it looks at buffers once they make up 64 MiB.
      if (total <= 2 ** 28) settled = Math.max(settled, rss);
      most = Math.max(most, rss);
    }
    expect(total).toBe(2 ** 30);
    expect(Buffer.concat(compressed).length).toBeLessThan(2 ** 23);
    expect(most - settled).toBeLessThan(64 * 2 ** 20);
    expect(settled - before).toBeLessThan(192 * 2 ** 20);
  }, 60_000);

  it('knows no deflate without a header: that is plain bytes', async () => {
    const raw = deflateRawSync(WHOLE);
    expect(await outcome([raw])).toEqual(fine(raw.toString('latin1')));
  });
});
