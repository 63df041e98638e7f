import type { SchemaElement } from 'hyparquet/src/types.js';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { Converter, Dress, type FrameSink } from '../../agent/convert.ts';
import { explainObject } from '../../agent/explain.ts';
import { contentsOf } from '../../agent/object-type.ts';
import { parquetRows } from '../../formats/framing/parquet.ts';
import { inMemory } from '../../formats/framing/random-access.ts';
import { bytesOf } from '../../formats/framing/row-chunk.ts';
import type { FormatName } from '../../formats/wire/formatter.ts';
import { formats } from '../../formats/wire/index.ts';

const optional = { repetition_type: 'OPTIONAL' } as const;
const text = (name: string): SchemaElement => ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', ...optional });
const group = (name: string, ...members: SchemaElement[][]): SchemaElement[] => [
  { name, ...optional, num_children: members.length },
  ...members.flat(),
];
const list = (name: string, element: SchemaElement[]): SchemaElement[] => [
  { name, converted_type: 'LIST', ...optional, num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...element,
];

/** What OCSF may look like: structures, lists, a map, JSON in a column, numbers of all kinds. */
const OCSF: SchemaElement[][] = [
  group('metadata', [text('version')], [text('uid')], group('product', [text('name')])),
  [{ name: 'class_uid', type: 'INT32', ...optional }],
  [{ name: 'type_uid', type: 'INT64', ...optional }],
  [{ name: 'time', type: 'INT64', ...optional }],
  [{ name: 'severity_id', type: 'DOUBLE', ...optional }],
  [text('class_name')],
  [text('activity_name')],
  [text('status')],
  group('actor', group('user', [text('name')], [text('uid')]), [{ name: 'flag', type: 'BOOLEAN', ...optional }]),
  group('cloud', [text('region')], group('account', [text('uid')])),
  group('http_request', [text('user_agent')], list('http_headers', group('element', [text('name')], [text('value')]))),
  list('resources', group('element', [text('uid')], [text('type')])),
  [{ name: 'src_endpoint', type: 'BYTE_ARRAY', converted_type: 'JSON', ...optional }],
  [
    { name: 'unmapped', converted_type: 'MAP', ...optional, num_children: 1 },
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    { name: 'key', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
    text('value'),
  ],
];

const KEY = 'aws/CLOUD_TRAIL_MGMT/2.0/region=eu-west-1/accountId=111122223333/eventDay=20261124/a.gz.parquet';

export interface ParquetObject {
  readonly key: string;
  readonly file: Buffer;
  /** Log type, as an admin would name it. */
  readonly type?: string;
}

/** Pages of a few values, so that a chunk of rows comes from several; only of columns that any row has. */
function written(all: SchemaElement[][], rows: readonly Readonly<Record<string, unknown>>[]): Buffer {
  const columns = all.filter(([top]) => rows.some((row) => row[top?.name ?? ''] !== undefined));
  const schema = [{ name: 'root', num_children: columns.length }, ...columns.flat()];
  const columnData = columns.map(([top]) => {
    const name = top?.name ?? '';
    return { name, data: rows.map((row) => row[name]) };
  });
  return Buffer.from(parquetWriteBuffer({ columnData, schema, pageSize: 600, rowGroupSize: 40, statistics: false }));
}

export function ocsfObject(rows: readonly Readonly<Record<string, unknown>>[]): ParquetObject {
  return { key: KEY, file: written(OCSF, rows) };
}

const FLOW = [
  'account_id',
  'interface_id',
  'srcaddr',
  'dstaddr',
  'srcport',
  'bytes',
  'start',
  'end',
  'action',
  'log_status',
];
const NUMBERS = new Set(['srcport', 'bytes', 'start', 'end']);

/** Flow logs with fields of one's own choice. */
export function flowObject(rows: readonly Readonly<Record<string, unknown>>[]): ParquetObject {
  const columns = FLOW.map((name) => [NUMBERS.has(name) ? { name, type: 'INT64' as const, ...optional } : text(name)]);
  return { key: 'AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/11/24/a.log.parquet', file: written(columns, rows) };
}

/** What a destination of this format is given of an object. @param asRows as rows or as their text */
export async function converted(
  object: ParquetObject,
  format: FormatName,
  asRows: boolean,
  offered = 0,
  maxRecordBytes = 2 ** 24,
): Promise<string[]> {
  const output: string[] = [];
  const sink: FrameSink = {
    offered,
    frame: (ordinal, frame) => output.push(`${ordinal} ${frame}`),
    pass: (ordinal) => output.push(`${ordinal} passed`),
    refuse: (ordinal, record, { code }) => output.push(`${ordinal} ${code} ${record.text} ${record.repaired}`),
  };
  const dress = new Dress(formats[format], { bind: () => ({ room: 2 ** 20, frame: (frame) => frame }) });
  await feed(object, asRows, (contents) => new Converter(contents, [{ dress, sink }], { maxRecordBytes }));
  return output;
}

/** What `convert --explain` says of an object. */
export async function explained(object: ParquetObject, asRows: boolean): Promise<string[]> {
  const output: string[] = [];
  const sink = { offered: 0, frame: () => {}, pass: () => {}, refuse: () => {} };
  const dress = new Dress(formats.cef, { bind: () => ({ room: 2 ** 20, frame: (frame) => frame }) });
  await feed(object, asRows, (contents) => explainObject(contents, dress, sink, (page) => output.push(page)));
  return output;
}

async function feed(
  { key, file, type }: ParquetObject,
  asRows: boolean,
  open: (contents: ReturnType<typeof contentsOf>) => Pick<Converter, 'push' | 'end'>,
): Promise<void> {
  const words = type === undefined ? [] : [{ key: '*', type, columns: null }];
  let into: Pick<Converter, 'push' | 'end'> | undefined;
  for await (const chunk of parquetRows(inMemory(file))) {
    into ??= open(contentsOf({ bucket: 'logs', key, version: 'v1' }, chunk, words));
    into.push(asRows ? chunk : bytesOf(chunk));
  }
  into?.end();
}
