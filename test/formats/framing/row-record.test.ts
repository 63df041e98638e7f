import type { SchemaElement } from 'hyparquet/src/types.js';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { JsonFraming } from '../../../formats/framing/json.ts';
import { JsonPaths } from '../../../formats/framing/json-paths.ts';
import { parquetRows } from '../../../formats/framing/parquet.ts';
import { inMemory } from '../../../formats/framing/random-access.ts';
import type { RecordSink } from '../../../formats/framing/record.ts';
import { bytesOf, type RowChunk } from '../../../formats/framing/row-chunk.ts';

const optional = { repetition_type: 'OPTIONAL' } as const;
const text = (name: string): SchemaElement => ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', ...optional });

const SCHEMA: SchemaElement[][] = [
  [text('id')],
  [{ name: 'actor', ...optional, num_children: 2 }, text('name'), text('uid')],
  [
    { name: 'resources', converted_type: 'LIST', ...optional, num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    text('element'),
  ],
  [
    { name: 'tags', converted_type: 'MAP', ...optional, num_children: 1 },
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    { ...text('key'), repetition_type: 'REQUIRED' },
    text('value'),
  ],
  [{ name: 'outer', ...optional, num_children: 1 }, { name: 'inner', ...optional, num_children: 1 }, text('x')],
  [{ name: 'json', type: 'BYTE_ARRAY', converted_type: 'JSON', ...optional }],
];

const ROWS = [
  { id: 'a', actor: { name: 'n' }, resources: ['r'], tags: { k: 'v' }, outer: { inner: { x: 'v' } }, json: { a: 1 } },
  { id: 'b' },
  { id: 'c', actor: {}, resources: [], tags: {}, outer: {}, json: { a: 'text' } },
];

const PATHS = [
  'id',
  'actor',
  'actor.name',
  'resources',
  'tags',
  'outer',
  'outer.inner',
  'outer.inner.x',
  'json',
  'json.a',
];

/** What every path finds in every record. */
async function found(file: Buffer, asRows: boolean): Promise<unknown[]> {
  const paths = new JsonPaths();
  const places = PATHS.map((path) => paths.placeOf(path.split('.')));
  const framing = new JsonFraming([], { skip: 0, maxRecordBytes: 1e6 }, paths);
  const all: unknown[] = [];
  const emit: RecordSink = ({ json }) => {
    for (const [at, place] of places.entries())
      all.push([PATHS[at], json?.found(paths, place), at === 9 ? '' : json?.foundText(paths, place)]);
  };
  for await (const chunk of parquetRows(inMemory(file))) {
    if (asRows) expect(framing.pushRows(chunk as RowChunk, emit)).toBe(true);
    else framing.push(bytesOf(chunk), emit);
  }
  framing.end(emit);
  return all;
}

test('a row finds what its text finds, also where a list, a map or a structure is null', async () => {
  const columnData = SCHEMA.map(([top]) => ({
    name: top?.name ?? '',
    data: ROWS.map((row) => Reflect.get(row, top?.name ?? '')),
  }));
  const schema = [{ name: 'root', num_children: SCHEMA.length }, ...SCHEMA.flat()];
  const file = Buffer.from(parquetWriteBuffer({ columnData, schema, statistics: false }));
  const asRows = await found(file, true);
  expect(asRows).toHaveLength(30);
  expect(asRows).toEqual(await found(file, false));
});
