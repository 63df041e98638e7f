import { expect, test } from 'vitest';
import { eventIds } from '../../../formats/event-id.ts';
import type { LogRecord } from '../../../formats/framing/record.ts';
import { cloudtrail } from '../../../formats/log-types/cloudtrail.ts';
import type { FormatName, Tally } from '../../../formats/wire/formatter.ts';
import { formats } from '../../../formats/wire/index.ts';
import { parseCef } from '../../cef-parser.ts';
import { parseLeef } from '../../leef-parser.ts';
import { origin } from '../convert.ts';

/** The text of one record, and what the format counted for it. */
function written(format: FormatName, record: Record<string, unknown>, room = 2 ** 20): { text: string; tally: Tally } {
  const tally: Tally = { truncated: 0, replaced: 0 };
  const formatter = formats[format].compile(cloudtrail, tally);
  const decoder = cloudtrail.open(origin, { skip: 0, maxRecordBytes: 2 ** 20 });
  let text = '';
  const write = (one: LogRecord): void => {
    text = formatter.write(decoder.event(one, eventIds(origin)(one.ordinal)), room);
  };
  decoder.framing.push(Buffer.from(JSON.stringify({ eventVersion: '1', eventName: 'E', ...record })), write);
  return { text, tally };
}

test('nothing is counted for an event that says all', () => {
  for (const format of ['leef', 'cef', 'json', 'raw'] as const) {
    expect(written(format, { userAgent: 'a=b', errorMessage: 'c' }).tally).toEqual({ truncated: 0, replaced: 0 });
  }
  expect(written('cef', { userAgent: 'a=b|c\\d\ne' }).tally).toEqual({ truncated: 0, replaced: 0 });
});

test('each value with a replaced byte is counted once', () => {
  const odd = { userAgent: 'a|b|c', errorMessage: 'd\te', awsRegion: 'fine' };
  expect(written('leef', odd).tally.replaced).toBe(2);
  expect(written('cef', odd).tally.replaced).toBe(1);
  expect(written('cef', { eventName: 'a|b' }).tally.replaced).toBe(2);
});

test('an event is counted as truncated once, whether values were cut or fields left out', () => {
  const long = { userAgent: 'x'.repeat(5000), errorMessage: 'y'.repeat(5000), awsRegion: 'a|b' };
  expect(written('cef', long).tally).toEqual({ truncated: 1, replaced: 0 });
  expect(written('leef', long).tally).toEqual({ truncated: 1, replaced: 1 });
  // All attempts at making it fit count the replaced value once.
  expect(written('leef', long, 400).tally).toEqual({ truncated: 1, replaced: 1 });
});

test('fields are left out in their order, no more than needed', () => {
  const long = { requestParameters: { a: 'x'.repeat(500) }, errorMessage: 'y'.repeat(500), userAgent: 'z'.repeat(500) };
  const keys = (room: number): string[] =>
    [...parseLeef(written('leef', long, room).text).attributes.keys()].filter(
      (key) => !/^(cat|sev|event|outcome)/.test(key),
    );
  expect(keys(5000)).toEqual(['trailferryEventId', 'userAgent', 'msg', 'requestParameters']);
  expect(keys(1300)).toEqual(['trailferryEventId', 'userAgent', 'msg', 'truncated']);
  expect(keys(800)).toEqual(['trailferryEventId', 'userAgent', 'truncated']);
  expect(keys(300)).toEqual(['trailferryEventId', 'truncated']);
  expect(() => keys(100)).toThrow('TF-EVENT-TOO-LARGE');
});

test('a control that JSON may hold as it is gets out in no format but raw', () => {
  const deleted = { userAgent: 'a\x7fb', requestParameters: { a: 'c\x7fd' } };
  const { extensions } = parseCef(written('cef', deleted).text);
  expect(extensions.get('requestClientApplication')).toBe('a b');
  const { attributes } = parseLeef(written('leef', deleted).text);
  expect(attributes.get('userAgent')).toBe('a b');
  expect(attributes.get('requestParameters')).toBe('{"a":"c\\u007Fd"}');
});

test('what has escapes of its own loses nothing in LEEF', () => {
  const { text } = written('leef', { requestParameters: { a: 'b|c\u2028d\u0085e' } });
  expect(JSON.parse(parseLeef(text).attributes.get('requestParameters') ?? '')).toEqual({ a: 'b|c\u2028d\u0085e' });
});
