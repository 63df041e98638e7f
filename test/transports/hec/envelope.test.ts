import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hecEnvelope } from '../../../transports/hec/envelope.ts';
import type { Origin } from '../../../transports/transport.ts';
import { idOf, ORIGIN, settings } from './rig.ts';

const envelope = hecEnvelope(settings({ index: 'aws' }), 'agent-1');
/** What Splunk would read: the bytes of a byte string, as UTF-8. */
const decode = (frame: string): string => Buffer.from(frame, 'latin1').toString('utf8');
const byteString = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('the event object', () => {
  test('carries metadata, time and the event as it stands', () => {
    const text = '{"a": 1.0,"b":[1e5],"c":"\\u00e9"}';
    const frame = envelope.bind(ORIGIN, 'json').frame(text, 1_433_188_255_500, 5, idOf(1));
    expect(frame).toContain(`"event":${text}}`);
    expect(frame).toContain('"time":1433188255.500,');
    expect(frame.endsWith('\n')).toBe(true);
    expect(JSON.parse(frame)).toEqual({
      time: 1_433_188_255.5,
      host: 'agent-1',
      source: ORIGIN.source,
      sourcetype: 'aws:cloudtrail',
      index: 'aws',
      event: { a: 1, b: [1e5], c: 'é' },
      fields: { aws_account_id: '111122223333', aws_region: 'eu-west-1', log_type: 'cloudtrail', event_id: idOf(1) },
    });
  });

  test('has the event id without indexed fields, and only what is known', () => {
    const bare = hecEnvelope(settings({ indexed_fields: false }), 'h').bind(ORIGIN, 'json');
    expect(JSON.parse(bare.frame('{}', 0, 0, idOf(2)))).toMatchObject({ fields: { event_id: idOf(2) } });
    const unknown: Origin = { ...ORIGIN, account: undefined, region: undefined };
    const frame = JSON.parse(hecEnvelope(settings(), 'h').bind(unknown, 'json').frame('{}', 0, 0, idOf(3)));
    expect(frame.fields).toEqual({ log_type: 'cloudtrail', event_id: idOf(3) });
    expect(frame).not.toHaveProperty('index');
  });

  test('has a place for further fields, where there are indexed ones', () => {
    expect(envelope.takesFields).toBe(true);
    expect(hecEnvelope(settings({ indexed_fields: false }), 'h').takesFields).toBe(false);
    for (const kind of ['json', 'text'] as const) {
      const frame = envelope.bind(ORIGIN, kind).frame('{}', 0, 0, idOf(2), ',"src_country":"NL","label_a":"b"');
      expect(JSON.parse(frame).fields).toEqual({
        ...{ aws_account_id: '111122223333', aws_region: 'eu-west-1', log_type: 'cloudtrail' },
        ...{ event_id: idOf(2), src_country: 'NL', label_a: 'b' },
      });
    }
  });

  test('takes overrides for host, source and sourcetype', () => {
    const overridden = hecEnvelope(settings({ host: 'h', source: 's', sourcetype: 't' }), 'agent-1');
    const frame = overridden.bind(ORIGIN, 'json').frame('{}', 0, 0, idOf(4));
    expect(JSON.parse(frame)).toMatchObject({ host: 'h', source: 's', sourcetype: 't' });
  });

  test('takes other metadata for single log types, and for all what they do not say', () => {
    const bare = { index: null, source: null, sourcetype: null, host: null };
    const log_types = [
      { ...bare, type: ['vpc-flow', 'tgw-flow'], index: 'flow', host: 'flows' },
      { ...bare, type: ['guardduty'], sourcetype: 'gd', source: 'findings' },
    ];
    const special = hecEnvelope(settings({ index: 'aws', source: 's', log_types }), 'agent-1');
    const of = (logType: string) => JSON.parse(special.bind({ ...ORIGIN, logType }, 'json').frame('{}', 0, 0, idOf(4)));
    const all = { index: 'aws', source: 's', sourcetype: 'aws:cloudtrail', host: 'agent-1' };
    expect(of('cloudtrail')).toMatchObject(all);
    expect(of('tgw-flow')).toMatchObject({ ...all, index: 'flow', host: 'flows' });
    expect(of('guardduty')).toMatchObject({ ...all, sourcetype: 'gd', source: 'findings' });
  });

  test.each([
    [0, 0],
    [7, 0.007],
    [1_700_000_000_000, 1_700_000_000],
    [1_700_000_000_042, 1_700_000_000.042],
    [1_700_000_000_999.9, 1_700_000_000.999],
    [-1500, -1.5],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
  ])('writes the time %d ms as %d seconds, to the millisecond', (timeMs, seconds) => {
    const frame = envelope.bind(ORIGIN, 'json').frame('{}', timeMs, 0, idOf(5));
    expect(JSON.parse(frame).time).toBe(seconds);
    expect(frame).toMatch(seconds === undefined ? /^\{"host"/ : /^\{"time":-?\d+(\.\d{3})?,/);
  });

  test('lets any text and any name through unchanged, on one line', () => {
    void fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, name) => {
        const bound = envelope.bind({ ...ORIGIN, source: name }, 'text');
        const frame = bound.frame(byteString(text), 1, 0, idOf(6));
        expect(frame.indexOf('\n')).toBe(frame.length - 1);
        const read = JSON.parse(decode(frame));
        expect(read.event).toBe(Buffer.from(text, 'utf8').toString('utf8'));
        expect(read.source).toBe(name.toWellFormed() === name ? name : read.source);
      }),
      { numRuns: 2000 },
    );
  });

  test('escapes every control character of a text', () => {
    const text = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)).join('');
    for (const character of text) {
      const frame = envelope.bind(ORIGIN, 'text').frame(`a${character}b`, 1, 0, idOf(6));
      expect(JSON.parse(frame).event).toBe(`a${character}b`);
    }
  });

  test('keeps within the limit when the text keeps within the room', () => {
    const limit = settings({ max_content_bytes: 4096 });
    for (const [kind, worst] of [
      ['json', '1'],
      ['text', '\u0001'],
    ] as const) {
      const bound = hecEnvelope(limit, 'agent-1').bind(ORIGIN, kind);
      expect(bound.room).toBeGreaterThan(500);
      const frame = bound.frame(worst.repeat(bound.room), -62_135_596_800_001, 10, idOf(7));
      expect(frame.length).toBeLessThanOrEqual(4096);
    }
  });
});
