import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import type { SchemaElement } from 'hyparquet/src/types.js';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { inMemory, type RandomAccess } from '../../../formats/framing/random-access.ts';
import { fileOf, levels, readParquet, rowsIn, run, texts } from './parquet-file.ts';

type Written = Parameters<typeof parquetWriteBuffer>[0];

const compressors = { GZIP: gzipSync, ZSTD: zstdCompressSync, BROTLI: brotliCompressSync } as const;
const written = (options: Written): Buffer => Buffer.from(parquetWriteBuffer({ compressors, ...options }));

const root = (children: number): SchemaElement => ({ name: 'root', num_children: children });

/** The JSON texts of one column's values; undefined where the row has none. */
async function column(element: Omit<SchemaElement, 'name'>, data: unknown[]): Promise<(string | undefined)[]> {
  const schema = [root(1), { name: 'v', repetition_type: 'OPTIONAL' as const, ...element }];
  const rows = await rowsIn(written({ columnData: [{ name: 'v', data }], schema, statistics: false }));
  return rows.map((row) => (row === '{}' ? undefined : row.slice('{"v":'.length, -1)));
}

describe('values of a Parquet file', () => {
  it('are integers with all their digits', async () => {
    const big = [2n ** 40n + 1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -1n, -(2n ** 63n), 2n ** 63n - 1n, 0n];
    expect(await column({ type: 'INT64' }, big)).toEqual(big.map(String));
    expect(await column({ type: 'INT32' }, [-(2 ** 31), 2 ** 31 - 1])).toEqual(['-2147483648', '2147483647']);
    expect(await column({ type: 'INT32', converted_type: 'UINT_32' }, [4294967295, 5])).toEqual(['4294967295', '5']);
    expect(await column({ type: 'INT64', converted_type: 'UINT_64' }, [2n ** 64n - 1n, 2n ** 40n + 1n])).toEqual([
      '18446744073709551615',
      '1099511627777',
    ]);
  });

  it('are decimals with all their digits', async () => {
    const decimal = { converted_type: 'DECIMAL', precision: 38, scale: 2 } as const;
    const wide = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, ...decimal } as const;
    expect(await column(wide, [123456789012345678901234567890n, -1n, 0n, -100n])).toEqual([
      '1234567890123456789012345678.90',
      '-0.01',
      '0.00',
      '-1.00',
    ]);
    expect(await column({ type: 'INT64', ...decimal }, [9007199254740993n])).toEqual(['90071992547409.93']);
    expect(await column({ type: 'INT32', ...decimal, scale: 0 }, [-7n])).toEqual(['-7']);
  });

  it('are floats as JSON writes them, and nothing where JSON has none', async () => {
    const values = [0.1, -0, 1e300, 5e-324, Number.NaN, Number.POSITIVE_INFINITY];
    expect(await column({ type: 'DOUBLE' }, values)).toEqual(['0.1', '0', '1e+300', '5e-324', undefined, undefined]);
    expect(await column({ type: 'BOOLEAN' }, [true, false, null])).toEqual(['true', 'false', undefined]);
  });

  it('are times in ISO 8601', async () => {
    const time = (converted_type: NonNullable<SchemaElement['converted_type']>): Omit<SchemaElement, 'name'> => ({
      type: 'INT64',
      converted_type,
    });
    expect(await column(time('TIMESTAMP_MILLIS'), [1631047050642n, 0n, -1n])).toEqual([
      '"2021-09-07T20:37:30.642Z"',
      '"1970-01-01T00:00:00Z"',
      '"1969-12-31T23:59:59.999Z"',
    ]);
    expect(await column(time('TIMESTAMP_MICROS'), [1631047050642001n])).toEqual(['"2021-09-07T20:37:30.642001Z"']);
    const nanos = { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' } as const;
    expect(await column({ type: 'INT64', logical_type: nanos }, [1000000001n])).toEqual([
      '"1970-01-01T00:00:01.000000001"',
    ]);
    expect(await column({ type: 'INT32', converted_type: 'DATE' }, [0, -1, 2 ** 31 - 1])).toEqual([
      '"1970-01-01"',
      '"1969-12-31"',
      '"2147483647"',
    ]);
    expect(await column(time('TIME_MICROS'), [86399999999n, 3600000000n])).toEqual(['"23:59:59.999999"', '"01:00:00"']);
  });

  it('are text where they are UTF-8, else base64', async () => {
    const awkward = ['"\\', 'a\u0000\n\r\t', 'Größe 🦀 \u2028', '', '</script>'];
    expect(await column({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, awkward)).toEqual(
      awkward.map((text) => JSON.stringify(text)),
    );
    const bytes = [Buffer.from('plain'), Buffer.from([0xff, 0x00]), Buffer.from('ö')];
    expect(await column({ type: 'BYTE_ARRAY' }, bytes)).toEqual(['"plain"', '"/wA="', '"ö"']);
    const uuid = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } } as const;
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    expect(await column(uuid, [id])).toEqual([JSON.stringify(id)]);
    expect(await column({ type: 'BYTE_ARRAY', converted_type: 'JSON' }, [{ a: [1, null] }])).toEqual([
      '{"a":[1,null]}',
    ]);
  });

  it('keep broken UTF-8 in what is said to be text, for the framing to mend', async () => {
    const element = { name: 'v', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
    const values = Buffer.from([2, 0, 0, 0, 0x61, 0xff]);
    const file = fileOf([root(1), element], [{ path: ['v'], element, pages: [{ entries: 1, values }] }], 1);
    expect((await rowsIn(file)).join()).toBe('{"v":"a\ufffd"}');
  });
});

const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'BROTLI'] as const;

/** Encodings, and what of them a column can hold. */
const ENCODED = [
  ['DELTA_BINARY_PACKED', 'INT32', fc.integer()],
  ['DELTA_BINARY_PACKED', 'INT64', fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n })],
  ['DELTA_LENGTH_BYTE_ARRAY', 'BYTE_ARRAY', fc.string({ unit: 'binary' })],
  ['DELTA_BYTE_ARRAY', 'BYTE_ARRAY', fc.string({ unit: 'binary' })],
  ['BYTE_STREAM_SPLIT', 'DOUBLE', fc.double({ noNaN: true, noDefaultInfinity: true })],
  ['BYTE_STREAM_SPLIT', 'INT32', fc.integer()],
  ['RLE', 'BOOLEAN', fc.boolean()],
  ['PLAIN', 'BOOLEAN', fc.boolean()],
  ['PLAIN', 'INT64', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ['RLE_DICTIONARY', 'BYTE_ARRAY', fc.constantFrom('a', 'bb', 'Größe')],
] as const;

const jsonOf = (value: unknown): string => (typeof value === 'bigint' ? String(value) : JSON.stringify(value));

describe('a Parquet file', () => {
  it.each(ENCODED)('is read in %s of %s, in any codec, pages and row groups', async (encoding, type, value) => {
    const element = {
      name: 'v',
      type,
      repetition_type: 'OPTIONAL',
      ...(type === 'BYTE_ARRAY' && { converted_type: 'UTF8' as const }),
    } as const;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(value as fc.Arbitrary<unknown>, { freq: 4 }), { minLength: 1, maxLength: 60 }),
        fc.constantFrom(...CODECS),
        fc.integer({ min: 1, max: 70 }),
        async (data, codec, rowGroupSize) => {
          const columnData = [{ name: 'v', data, encoding }];
          const file = written({ columnData, schema: [root(1), element], codec, rowGroupSize, pageSize: 100 });
          expect(await rowsIn(file)).toEqual(data.map((one) => (one === null ? '{}' : `{"v":${jsonOf(one)}}`)));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is put together from lists, maps and groups in each other, wherever pages and pieces end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(NESTED, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        async (rows, size) => {
          const columnData = ['who', 'groups', 'tags', 'deep'].map((name) => ({
            name,
            data: rows.map((row) => (row as Record<string, unknown>)[name]),
          }));
          const file = written({
            columnData,
            schema: NESTED_SCHEMA,
            rowGroupSize: size,
            pageSize: 60,
            statistics: false,
          });
          const got = (await rowsIn(file)).map((row) => JSON.parse(row) as unknown);
          expect(got).toEqual(rows.map(withoutNulls));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is read in lists of two levels, as Avro wrote them', async () => {
    const schema: SchemaElement[] = [
      root(2),
      { name: 'answers', converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
      { name: 'array', repetition_type: 'REPEATED', num_children: 2 },
      { name: 'type', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'rdata', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'profiles', converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
      { name: 'array', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REPEATED' },
    ];
    const leaf = (at: number): SchemaElement => schema[at] as SchemaElement;
    const file = fileOf(
      schema,
      [
        {
          path: ['answers', 'array', 'type'],
          element: leaf(3),
          pages: [
            // Two answers of the first row, a row with none, one that is null; the last row goes on in the next page.
            {
              entries: 5,
              reps: levels([0, 1, 0, 0, 0], 1),
              defs: levels([2, 2, 1, 0, 2], 2),
              values: texts('A', 'B', 'C'),
            },
            { entries: 1, reps: levels([1], 1), defs: levels([2], 2), values: texts('D') },
          ],
        },
        {
          path: ['answers', 'array', 'rdata'],
          element: leaf(4),
          pages: [
            {
              entries: 6,
              reps: levels([0, 1, 0, 0, 0, 1], 1),
              defs: levels([3, 2, 1, 0, 2, 3], 2),
              values: texts('a', 'd'),
            },
          ],
        },
        {
          path: ['profiles', 'array'],
          element: leaf(6),
          pages: [
            {
              entries: 5,
              reps: levels([0, 1, 0, 0, 0], 1),
              defs: levels([2, 2, 1, 0, 2], 2),
              values: texts('x', 'y', 'z'),
            },
          ],
        },
      ],
      4,
    );
    expect(await rowsIn(file)).toEqual([
      '{"answers":[{"type":"A","rdata":"a"},{"type":"B"}],"profiles":["x","y"]}',
      '{"answers":[],"profiles":[]}',
      '{}',
      '{"answers":[{"type":"C"},{"type":"D","rdata":"d"}],"profiles":["z"]}',
    ]);
  });

  it('of a flow log becomes the lines of one', async () => {
    const columnData = [
      { name: 'version', data: [5, 5] },
      { name: 'srcaddr', data: ['192.0.2.1', null] },
      { name: 'instance_tag', data: ['a b', ''] },
      { name: 'bytes', data: [2n ** 60n, null] },
    ];
    expect(await rowsIn(written({ columnData }))).toEqual([
      'version srcaddr instance-tag bytes',
      '5 192.0.2.1 a%20b 1152921504606846976',
      '5 - - -',
    ]);
    expect(await rowsIn(written({ columnData: [...columnData, { name: 'other', data: [1, 2] }] }))).toHaveLength(2);
    expect(
      await rowsIn(
        written({
          columnData: [
            { name: 'version', data: [5] },
            { name: 'type', data: ['x'] },
          ],
        }),
      ),
    ).toEqual(['{"version":5,"type":"x"}']);
  });

  it('is fetched in parts where it is large, and reads the same', async () => {
    const data = Array.from({ length: 3000 }, (_, at) => `${at} ${'x'.repeat(10_000)}`);
    const file = written({ columnData: [{ name: 'v', data }], codec: 'UNCOMPRESSED', rowGroupSize: 3000 });
    expect(file.length).toBeGreaterThan(28_000_000);
    const parts: number[] = [];
    const watched: RandomAccess = {
      byteLength: file.length,
      slice(start, end) {
        parts.push(end - start);
        return inMemory(file).slice(start, end);
      },
    };
    expect(await rowsIn(watched)).toEqual(data.map((text) => `{"v":"${text}"}`));
    expect(Math.max(...parts)).toBeLessThanOrEqual(16 * 1024 * 1024 + 2 ** 21);
  });
});

const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 4 }));
const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[] | null> => fc.option(fc.array(item, { maxLength: 4 }));

const NESTED = fc.record({
  who: fc.option(fc.record({ name: text, id: fc.integer() })),
  groups: list(text),
  tags: fc.option(
    fc.dictionary(
      fc.string({ maxLength: 3 }).filter((key) => key !== '__proto__'),
      text,
      { maxKeys: 3 },
    ),
  ),
  deep: list(fc.record({ hosts: list(fc.record({ ip: text, ports: list(fc.option(fc.integer())) })) })),
});

const string = (name: string, repetition_type: SchemaElement['repetition_type'] = 'OPTIONAL'): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type,
});

const listOf = (name: string, ...element: SchemaElement[]): SchemaElement[] => [
  { name, converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...element,
];

const group = (name: string, children: number): SchemaElement => ({
  name,
  repetition_type: 'OPTIONAL',
  num_children: children,
});

const NESTED_SCHEMA: SchemaElement[] = [
  root(4),
  group('who', 2),
  string('name'),
  { name: 'id', type: 'INT32', repetition_type: 'REQUIRED' },
  ...listOf('groups', string('element')),
  { name: 'tags', converted_type: 'MAP', repetition_type: 'OPTIONAL', num_children: 1 },
  { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
  string('key', 'REQUIRED'),
  string('value'),
  ...listOf(
    'deep',
    group('element', 1),
    ...listOf(
      'hosts',
      group('element', 2),
      string('ip'),
      ...listOf('ports', { name: 'element', type: 'INT32', repetition_type: 'OPTIONAL' }),
    ),
  ),
];

/** As rows are written: members that are null are left out, nulls in lists stay. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (item === null ? null : withoutNulls(item)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => [name, withoutNulls(inner)]),
  );
}

const optional = string('v');

/** A column of so many nulls in a few bytes. */
const nulls = (count: number): Buffer =>
  fileOf(
    [root(1), optional],
    [{ path: ['v'], element: optional, pages: [{ entries: count, defs: run(count, 0), values: Buffer.alloc(0) }] }],
    count,
  );

describe('few bytes that stand for many', () => {
  it('are unfolded a little at a time', async () => {
    const file = nulls(20_000_000);
    expect(file.length).toBeLessThan(200);
    const before = process.memoryUsage().rss;
    let most = 0;
    let rows = 0;
    const { parquetRows } = await import('../../../formats/framing/parquet.ts');
    for await (const chunk of parquetRows(inMemory(file))) {
      rows += chunk.length / 3;
      most = Math.max(most, process.memoryUsage.rss() - before);
      expect(chunk.length).toBeLessThan(2 ** 17);
      if (rows > 2_000_000) break;
    }
    expect(most).toBeLessThan(100 * 2 ** 20);
  });

  it('count all rows', async () => {
    const data = new Array<string>(529_478).fill('x');
    const file = written({ columnData: [{ name: 'v', data }], rowGroupSize: 1_000_000 });
    expect(file.length).toBeLessThan(20_000);
    expect((await rowsIn(file)).length).toBe(529_478);
  });

  it('are refused beyond a hundred million rows', async () => {
    expect(await readParquet(nulls(100_000_001))).toEqual({ text: '', code: 'TF-PARQUET-TOO-LARGE' });
  });

  it('are refused as lists of one row', async () => {
    const schema = [root(1), ...listOf('l', string('element'))];
    const page = {
      entries: 2 ** 25,
      reps: Buffer.concat([levels([0], 1), run(2 ** 25 - 1, 1)]),
      defs: run(2 ** 25, 2),
      values: Buffer.alloc(0),
    };
    const file = fileOf(schema, [{ path: ['l', 'list', 'element'], element: optional, pages: [page] }], 1);
    expect(await readParquet(file)).toEqual({ text: '', code: 'TF-PARQUET-ROW' });
  });

  it('make a row that ends, though not with all of its lists', async () => {
    const schema = [root(2), ...listOf('l', string('element')), string('after')];
    const data = new Array<string>(100).fill('x'.repeat(1_000_000));
    const columnData = [
      { name: 'l', data: [data, ['short']] },
      { name: 'after', data: ['a', 'b'] },
    ];
    const [long = '', short] = await rowsIn(written({ columnData, schema }));
    expect((JSON.parse(long) as { after: string }).after).toBe('a');
    expect(long.length).toBeGreaterThan(32_000_000);
    expect(long.length).toBeLessThan(36_000_000);
    expect(short).toBe('{"l":["short"],"after":"b"}');
  });
});

describe('what is no Parquet file to be read', () => {
  const whole = written({ columnData: [{ name: 'v', data: ['a', 'b', 'c'] }] });

  it.each([1, 4, 8, 12, 60])('is refused when its last %i bytes are missing', async (count) => {
    expect((await readParquet(whole.subarray(0, -count))).code).toBe('TF-PARQUET-TRUNCATED');
  });

  it('is refused when it is encrypted, compressed in an unknown way, or too large', async () => {
    const encrypted = Buffer.from(whole);
    encrypted.write('PARE', encrypted.length - 4);
    expect((await readParquet(encrypted)).code).toBe('TF-PARQUET-ENCRYPTED');
    const column = (lie: { codec?: 'LZ4_RAW'; size?: number }): Buffer =>
      fileOf([root(1), optional], [{ path: ['v'], element: optional, pages: [], lie }], 0);
    expect((await readParquet(column({ codec: 'LZ4_RAW' }))).code).toBe('TF-PARQUET-CODEC');
    expect((await readParquet(column({ size: 2 ** 29 + 1 }))).code).toBe('TF-PARQUET-TOO-LARGE');
  });

  it('is damaged in one way or another, wherever a byte is wrong, and never anything worse', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4, max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const bytes = Buffer.from(whole);
          bytes[at] = (bytes[at] as number) ^ flip;
          const { code } = await readParquet(bytes);
          if (code !== undefined) expect(code).toMatch(/^TF-PARQUET-[A-Z-]+$/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('fails with the failure of the file where that fails', async () => {
    const failure = new Error('gone');
    const gone: RandomAccess = { byteLength: whole.length, slice: () => Promise.reject(failure) };
    await expect(rowsIn(gone)).rejects.toBe(failure);
  });
});
