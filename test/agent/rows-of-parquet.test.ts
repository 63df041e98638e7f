import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parquetRows } from '../../formats/framing/parquet.ts';
import { inMemory } from '../../formats/framing/random-access.ts';
import { bytesOf, RowChunk } from '../../formats/framing/row-chunk.ts';
import { formatNames } from '../../formats/wire/index.ts';
import { fileOf, texts } from '../formats/framing/parquet-file.ts';
import { converted, explained, flowObject, ocsfObject } from './rows-of-parquet.ts';

const odd = fc.constantFrom(
  ...['', '-', 'plain', 'two words', 'say "it"', 'back\\slash', 'C:\\users', 'tab\there', '\0', '\x7f', 'a|b', 'a=b'],
  ...[
    'ü',
    '\u2028',
    '\ud83d\ude00',
    '[1]',
    '{"a":1}',
    'null',
    '203.0.113.7',
    'eni-0',
    'log-status',
    'ACCEPT',
    'srcaddr',
  ],
  ...[
    'https://s3.test/?X-Amz-Signature=0123&X-Amz-Security-Token=abc',
    'https://s3.test/?Signature=12',
    'authorization',
  ],
);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 4 });
const big = fc.oneof(
  fc.constant(1_795_478_400_000n),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.bigInt(0n, 2n ** 54n),
);
const header = maybe(fc.record({ name: maybe(fc.oneof(odd, fc.constant('Cookie'))), value: maybe(odd) }));

const ocsfRow = fc.record({
  metadata: maybe(fc.record({ version: maybe(odd), uid: maybe(odd), product: maybe(fc.record({ name: maybe(odd) })) })),
  class_uid: maybe(fc.constantFrom(1007, 2002, 2004, 3002, 6003, -1)),
  type_uid: maybe(big),
  time: maybe(big),
  severity_id: maybe(fc.constantFrom(1, 3, 99, 0.5, Number.NaN, 1.2345678901234568e20, 1e21, -0)),
  class_name: maybe(odd),
  activity_name: maybe(odd),
  status: maybe(fc.constantFrom('Success', 'Failure')),
  actor: maybe(fc.record({ user: maybe(fc.record({ name: maybe(odd), uid: maybe(odd) })), flag: maybe(fc.boolean()) })),
  cloud: maybe(fc.record({ region: maybe(odd), account: maybe(fc.record({ uid: maybe(odd) })) })),
  http_request: maybe(fc.record({ user_agent: maybe(odd), http_headers: maybe(fc.array(header, { maxLength: 3 })) })),
  resources: maybe(fc.array(maybe(fc.record({ uid: maybe(odd), type: maybe(odd) })), { maxLength: 3 })),
  src_endpoint: maybe(
    fc.constantFrom({ ip: '10.0.0.1', port: 443, uid: 'ü' }, { port: 2 ** 53 + 2 }, [1, { ip: 'x' }], 'text', 5),
  ),
  unmapped: maybe(fc.dictionary(odd, maybe(odd), { maxKeys: 3 })),
});

const number = maybe(fc.oneof(fc.bigInt(0n, 65_535n), big));
const flowRow = fc.record({
  account_id: maybe(fc.oneof(odd, fc.constant('111122223333'))),
  interface_id: maybe(odd),
  srcaddr: maybe(odd),
  dstaddr: maybe(odd),
  srcport: number,
  bytes: number,
  start: number,
  end: number,
  action: maybe(odd),
  log_status: maybe(fc.oneof({ weight: 30, arbitrary: fc.constant('OK') }, odd)),
});

/** Fill a chunk by themselves: what comes behind them is looked at in the light of words that were asked for already. */
const long = Array.from({ length: 25 }, () => ({ metadata: { uid: 'x'.repeat(3000) }, class_uid: 6003 }));

const objects = fc.oneof(
  fc.array(ocsfRow, { minLength: 1, maxLength: 60 }).map(ocsfObject),
  fc.array(ocsfRow, { minLength: 1, maxLength: 8 }).map((rows) => ocsfObject([...long, ...rows])),
  fc.array(flowRow, { minLength: 1, maxLength: 60 }).map((rows) => flowObject([...rows, { account_id: '1' }])),
);

const required = { repetition_type: 'REQUIRED' } as const;
const clean = { metadata: { version: '1.1.0', product: { name: 'CloudTrail' } }, class_uid: 6003, status: 'Success' };

describe('rows of Parquet', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('give what their text gives, in every format', async () => {
    await fc.assert(
      fc.asyncProperty(objects, fc.constantFrom(...formatNames), fc.nat(5), async (object, format, offered) => {
        const asText = await converted(object, format, false, offered);
        expect(await converted(object, format, true, offered)).toEqual(asText);
      }),
      { numRuns: 400 },
    );
  });

  it('are explained as their text is', async () => {
    await fc.assert(
      fc.asyncProperty(objects, async (object) => {
        expect(await explained(object, true)).toEqual(await explained(object, false));
      }),
      { numRuns: 60 },
    );
  });

  it('become no text for a format that shows fields, once it is known that they hold no secret', async () => {
    const text = vi.spyOn(RowChunk.prototype, 'text', 'get');
    const output = await converted(ocsfObject(Array.from({ length: 5000 }, () => clean)), 'cef', true);
    expect(output).toHaveLength(5000);
    expect(text.mock.calls.length).toBeLessThan(1000);
  });

  it('are masked in whichever page of a chunk a secret stands', async () => {
    const secret = (row: number): object => ({
      ...clean,
      activity_name: `https://s3.test/?X-Amz-Signature=${row}secret`,
    });
    const rows = Array.from({ length: 1500 }, (_, row) => (row === 10 || row === 1200 ? secret(row) : clean));
    const output = (await converted(ocsfObject(rows as object[] as Record<string, unknown>[]), 'cef', true)).join('');
    expect(output.match(/X-Amz-Signature\\=\*\*\*/g)).toHaveLength(2);
    expect(output).not.toContain('secret');
  });

  it('are masked where they hold headers', async () => {
    const rows = [...long, { ...clean, http_request: { http_headers: [{ name: 'Cookie', value: 'secret' }] } }];
    expect((await converted(ocsfObject(rows), 'json', true)).at(-1)).toContain('{"name":"Cookie","value":"***"}');
  });

  it.each([
    { account_id: 'account-id', srcaddr: 'action', action: 'end' },
    { account_id: '1-account-id', srcaddr: 'srcaddr', action: 'action' },
  ])('are lines where one may be taken for a header', async (line) => {
    const object = flowObject([{ account_id: '1', srcaddr: '2', action: '3' }, line]);
    expect(await converted(object, 'raw', true)).toEqual(await converted(object, 'raw', false));
  });

  it.each(['cloudfront', 'alb', 'ocsf', 'generic'])('are read as lines by who says that they are %s', async (type) => {
    const line = { account_id: '1', srcaddr: '203.0.113.7', action: 'ACCEPT' };
    const object = { ...flowObject([line, line]), type };
    expect(await converted(object, 'cef', true)).toEqual(await converted(object, 'cef', false));
  });

  it('are mended as their text is where it is no UTF-8', async () => {
    const element = { name: 'class_name', type: 'BYTE_ARRAY', converted_type: 'UTF8', ...required } as const;
    const values = Buffer.concat([texts('a', 'b'), Buffer.from([2, 0, 0, 0, 0x63, 0xff])]);
    const file = fileOf(
      [{ name: 'root', num_children: 1 }, element],
      [{ path: ['class_name'], element, pages: [{ entries: 3, values }] }],
      3,
    );
    const object = { ...ocsfObject([clean]), file };
    const asText = await converted(object, 'cef', false);
    expect(asText.at(-1)).toContain('c\xef\xbf\xbd');
    expect(await converted(object, 'cef', true)).toEqual(asText);
  });

  it('are found in JSON with white space around it', async () => {
    const column = (name: string, value: string, converted_type: 'UTF8' | 'JSON' = 'UTF8') => ({
      path: [name],
      element: { name, type: 'BYTE_ARRAY', converted_type, ...required } as const,
      pages: [{ entries: 1, values: texts(value) }],
    });
    const columns = [column('class_uid', '6003'), column('actor', '\n {"user":{"name":"someone"}}\n', 'JSON')];
    const file = fileOf([{ name: 'root', num_children: 2 }, ...columns.map(({ element }) => element)], columns, 1);
    const object = { ...ocsfObject([clean]), file };
    const asText = await converted(object, 'cef', false);
    expect(asText[0]).toContain('someone');
    expect(await converted(object, 'cef', true)).toEqual(asText);
  });

  it('are refused where one is too long, cut as its text is', async () => {
    const object = ocsfObject([clean, { ...clean, activity_name: 'x'.repeat(5000) }, clean]);
    const asText = await converted(object, 'cef', false, 0, 1000);
    expect(asText[1]).toContain('TF-RECORD-TOO-LARGE');
    expect(await converted(object, 'cef', true, 0, 1000)).toEqual(asText);
  });

  it('say beforehand how long their text is', async () => {
    await fc.assert(
      fc.asyncProperty(objects, async ({ file }) => {
        for await (const chunk of parquetRows(inMemory(file))) expect(bytesOf(chunk)).toHaveLength(chunk.length);
      }),
      { numRuns: 100 },
    );
  });

  it('are held in a small number of values, however little text they have', async () => {
    const names = Array.from({ length: 300 }, (_, at) => `column${at}`);
    const columnData = names.map((name) => ({ name, data: new Array(2000).fill(null), type: 'STRING' as const }));
    const file = Buffer.from(parquetWriteBuffer({ columnData }));
    let most = 0;
    let bytes = 0;
    for await (const chunk of parquetRows(inMemory(file))) {
      bytes += chunk.length;
      most = Math.max(most, chunk instanceof RowChunk ? chunk.slots.length : 0);
    }
    expect(bytes).toBe(2000 * '{}\n'.length);
    expect(most).toBeLessThan(100_000);
  });
});
