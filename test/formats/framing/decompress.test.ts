import { randomBytes } from 'node:crypto';
import { constants, createGzip, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { decompress } from '../../../formats/framing/decompress.ts';
import { FormatError } from '../../../formats/framing/record.ts';
import { bytesOf } from '../../../formats/framing/row-chunk.ts';
import { SNAPPY_IDENTIFIER, snappyChunk, snappyData, zipOf } from './archives.ts';
import { cutAt, every, latin1 } from './conformance.ts';

async function* from(chunks: Iterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  yield* chunks;
}

/** All that comes out, and the code of what ended it. */
async function outcome(chunks: Iterable<Buffer>): Promise<{ text: string; code: string | undefined }> {
  const out: Buffer[] = [];
  try {
    for await (const chunk of decompress(from(chunks))) out.push(Buffer.from(bytesOf(chunk)));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { text: Buffer.concat(out).toString('latin1'), code: error.code };
  }
  return { text: Buffer.concat(out).toString('latin1'), code: undefined };
}

const fine = (text: string): { text: string; code: undefined } => ({ text, code: undefined });
const PARTS = ['one\n', 'two two two\n', '', 'three\n'];
const WHOLE = PARTS.join('');

/** `WHOLE` three times, compressed by another implementation: literals, a near copy and far ones that overlap. */
const SNAPPY_OF_OTHERS = latin1(
  Buffer.from('/wYAAHNOYVBwWQAkAAD7396EigEcb25lCnR3byANBBgKdGhyZWUgWgYAAAr+LgBuLgA=', 'base64').toString('latin1'),
);
const THRICE = 'one\ntwo two two\nthree three three three three\n'.repeat(3);

/** A frame that readers pass over. */
const skippable = (kind: number, length: number): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a50 + kind, 0);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, Buffer.alloc(length, 0xab)]);
};

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
  'zstd between skippable frames': Buffer.concat([
    skippable(0, 3),
    zstdCompressSync('one\n'),
    skippable(15, 0),
    skippable(7, 40),
    zstdCompressSync(WHOLE.slice(4)),
    skippable(1, 9),
  ]),
  zip: zipOf([['a.log', WHOLE]]),
  'zip, stored': zipOf([['a.log', WHOLE]], { stored: true }),
  'zip that was streamed': zipOf([['a.log', WHOLE]], { followed: 'marked', comment: 'x' }),
  'zip that was streamed, without a mark': zipOf([['a.log', WHOLE]], { followed: 'bare' }),
  zip64: zipOf([['a.log', WHOLE]], { zip64: true }),
  'zip64, stored': zipOf([['a.log', WHOLE]], { zip64: true, stored: true }),
  'zip64 that was streamed': zipOf([['a.log', WHOLE]], { zip64: true, followed: 'marked' }),
  'gzip in zip': zipOf([['a.log.gz', gzipSync(WHOLE)]]),
  'snappy, not compressed': Buffer.concat([SNAPPY_IDENTIFIER, ...PARTS.map((part) => snappyData(latin1(part)))]),
  'snappy with padding, what others may write, and a stream behind it': Buffer.concat([
    SNAPPY_IDENTIFIER,
    snappyChunk(0xfe, Buffer.alloc(5)),
    snappyData(latin1('one\n')),
    snappyChunk(0x80, latin1('to be ignored')),
    SNAPPY_IDENTIFIER,
    snappyData(latin1(WHOLE.slice(4)), latin1(`\x12\x44${WHOLE.slice(4)}`)),
    snappyChunk(0xfd, Buffer.alloc(0)),
  ]),
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
      ZIP: 'PK\x07\x08rest of it',
      BZIP2: 'BZh91AY&SY',
      XERIAL: '\x82SNAPPY\x00rest',
      LZ4: '\x04\x22\x4d\x18rest',
      COMPRESS: '\x1f\x9drest',
      '7Z': '7z\xbc\xaf\x27\x1crest',
      XZ: '\xfd7zXZ\x00rest',
    };
    for (const [name, text] of Object.entries(refused)) {
      expect(await outcome([latin1(text)])).toEqual({ text: '', code: `TF-COMPRESSION-${name}` });
      expect(await outcome(every(latin1(text), 1))).toEqual({ text: '', code: `TF-COMPRESSION-${name}` });
      expect((await outcome([gzipSync(gzipSync(latin1(text)))])).code).toBe(`TF-COMPRESSION-${name}`);
    }
  });

  it('takes Parquet as a layer, also inside another', async () => {
    const rows = Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'v', data: ['a', null] }] }));
    for (const bytes of [rows, gzipSync(rows), zstdCompressSync(rows)]) {
      expect(await outcome(every(bytes, 7))).toEqual(fine('{"v":"a"}\n{}\n'));
    }
    expect(await outcome([rows.subarray(0, -1)])).toEqual({ text: '', code: 'TF-PARQUET-TRUNCATED' });
    expect(await outcome([latin1('PARE and so on PARE')])).toEqual({ text: '', code: 'TF-PARQUET-ENCRYPTED' });
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

describe('decompress: zstd', () => {
  it('notices a skippable frame that is cut off, at any split', async () => {
    const frame = zstdCompressSync('first\n');
    const bytes = Buffer.concat([frame, skippable(3, 20)]);
    for (let length = frame.length + 1; length < bytes.length; length += 1) {
      for (const chunks of [[bytes.subarray(0, length)], every(bytes.subarray(0, length), 3)]) {
        expect(await outcome(chunks)).toEqual({ text: 'first\n', code: 'TF-ZSTD-TRUNCATED' });
      }
    }
  });

  it('hands on a failure of its source between two frames', async () => {
    async function* failing(): AsyncGenerator<Buffer, void, void> {
      yield Buffer.concat([zstdCompressSync('first\n'), skippable(3, 20)]);
      throw new Error('connection reset');
    }
    const read = async (): Promise<void> => {
      for await (const _ of decompress(failing()));
    };
    await expect(read()).rejects.toThrow('connection reset');
  });

  it('gives no frame more memory than a reader must have', async () => {
    const params = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 24 };
    const bytes = zstdCompressSync(Buffer.alloc(2 ** 24 + 1, 'line\n'), { params });
    expect(await outcome([bytes])).toEqual({ text: '', code: 'TF-ZSTD-WINDOW' });
    const fits = { ...params, [constants.ZSTD_c_windowLog]: 23 };
    const text = 'line\n'.repeat(2 ** 21);
    expect(await outcome([zstdCompressSync(text, { params: fits })])).toEqual(fine(text));
  });
});

describe('decompress: zip', () => {
  it('reads a file of many chunks in any form, in any chunks', async () => {
    const text = `${randomBytes(150_000).toString('base64')}\n${'flow\n'.repeat(100_000)}`;
    for (const stored of [true, false]) {
      const forms = [{}, { zip64: true }, ...(stored ? [] : [{ followed: 'marked' } as const])];
      for (const form of forms) {
        const bytes = zipOf([['a.log', text]], { stored, ...form });
        for (const size of [7000, 65_536, bytes.length]) expect(await outcome(every(bytes, size))).toEqual(fine(text));
      }
    }
  });

  it('refuses an archive that does not hold exactly one file, behind the bytes of the first', async () => {
    const two = zipOf([
      ['a.log', 'first\n'],
      ['b.log', 'second\n'],
    ]);
    for (const chunks of [[two], every(two, 1)]) {
      expect(await outcome(chunks)).toEqual({ text: 'first\n', code: 'TF-ZIP-ENTRIES' });
    }
    expect(await outcome([zipOf([])])).toEqual({ text: '', code: 'TF-ZIP-ENTRIES' });
    expect(await outcome([zipOf([['logs/', '']], { stored: true })])).toEqual({ text: '', code: 'TF-ZIP-ENTRIES' });
    const hidden = zipOf([['a.log', 'first\n']]);
    const at = hidden.indexOf('PK\x01\x02');
    const twice = Buffer.concat([hidden.subarray(0, hidden.indexOf('PK\x05\x06')), hidden.subarray(at)]);
    expect(await outcome([twice])).toEqual({ text: 'first\n', code: 'TF-ZIP-ENTRIES' });
  });

  it('refuses what is encrypted, or packed by a method that is not read', async () => {
    expect(await outcome([zipOf([['a.log', WHOLE]], { flags: 1 })])).toEqual({ text: '', code: 'TF-ZIP-ENCRYPTED' });
    expect(await outcome([zipOf([['a.log', WHOLE]], { method: 12 })])).toEqual({ text: '', code: 'TF-ZIP-METHOD' });
    const endless = zipOf([['a.log', WHOLE]], { stored: true, followed: 'marked' });
    expect(await outcome([endless])).toEqual({ text: '', code: 'TF-ZIP-METHOD' });
  });

  it('gives everything before a truncation, wherever it is, and then says so', async () => {
    const text = 'x'.repeat(500);
    for (const form of [{}, { stored: true }, { followed: 'marked' }, { zip64: true, comment: 'c' }] as const) {
      const bytes = zipOf([['a.log', text]], form);
      for (let length = 4; length < bytes.length; length += 1) {
        for (const chunks of [[bytes.subarray(0, length)], every(bytes.subarray(0, length), 7)]) {
          const got = await outcome(chunks);
          expect(got.code).toBe('TF-ZIP-TRUNCATED');
          expect(text.startsWith(got.text)).toBe(true);
          if (length > bytes.indexOf('PK\x01\x02') + 4) expect(got.text).toBe(text);
        }
      }
    }
  });

  it('never says success over other bytes than were packed, whatever bit was flipped', async () => {
    for (const form of [{}, { stored: true }, { followed: 'bare' }, { zip64: true, followed: 'marked' }] as const) {
      const bytes = zipOf([['a.log', WHOLE]], form);
      for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        const got = await outcome([flipped]);
        // Of the magic only its own bytes tell that this is an archive.
        if (got.code === undefined && bit >= 32) expect(got.text).toBe(WHOLE);
      }
    }
  });
});

describe('decompress: snappy', () => {
  it('reads what others wrote', async () => {
    for (const size of [1, 10, 1000]) expect(await outcome(every(SNAPPY_OF_OTHERS, size))).toEqual(fine(THRICE));
  });

  it('gives all chunks before a truncation, and then says so', async () => {
    const first = Buffer.concat([SNAPPY_IDENTIFIER, snappyData(latin1('first\n'))]);
    const bytes = Buffer.concat([first, snappyData(latin1('second\n'))]);
    for (let length = first.length + 1; length < bytes.length; length += 1) {
      for (const chunks of [[bytes.subarray(0, length)], every(bytes.subarray(0, length), 3)]) {
        expect(await outcome(chunks)).toEqual({ text: 'first\n', code: 'TF-SNAPPY-TRUNCATED' });
      }
    }
    const padded = Buffer.concat([first, snappyChunk(0xfe, Buffer.alloc(9))]);
    expect((await outcome([padded.subarray(0, -1)])).code).toBe('TF-SNAPPY-TRUNCATED');
  });

  it('never says success over other bytes than were packed, whatever bit was flipped', async () => {
    for (let bit = 80; bit < 8 * SNAPPY_OF_OTHERS.length; bit += 1) {
      const flipped = Buffer.from(SNAPPY_OF_OTHERS);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      const got = await outcome([flipped]);
      // A data chunk whose type has become that of one to be passed over cannot be told from one.
      if (got.code === undefined && bit >> 3 !== 10) expect(got.text).toBe(THRICE);
    }
  });

  it('is stopped by a chunk it may not pass over, one that is too large, and a second identifier that is none', async () => {
    const first = Buffer.concat([SNAPPY_IDENTIFIER, snappyData(latin1('first\n'))]);
    for (const chunk of [
      snappyChunk(0x02, Buffer.alloc(3)),
      snappyChunk(0x7f, Buffer.alloc(0)),
      snappyChunk(0xff, latin1('sNaPpy')),
      snappyChunk(0x01, Buffer.alloc(3)),
      snappyData(Buffer.alloc(65_537)),
      snappyData(Buffer.alloc(0), Buffer.alloc(76_491)),
      latin1('text, where a chunk should be'),
    ]) {
      expect(await outcome([Buffer.concat([first, chunk])])).toEqual({ text: 'first\n', code: 'TF-SNAPPY-CORRUPT' });
    }
  });
});
