import { describe, expect, it } from 'vitest';
import { toByteString } from '../../formats/framing/byte-string.ts';
import { logTypeNamed, logTypeOfContent } from '../../formats/log-types/index.ts';

const HEAD = 64 * 1024;
const kind = (content: string): string => {
  const { name, spec } = logTypeOfContent(toByteString(content).slice(0, HEAD));
  return name === 'generic' ? `generic ${spec.layout.kind}` : name;
};

const trail = { eventVersion: '1.11', eventTime: '2026-03-04T05:06:07Z', eventSource: 'a', eventName: 'b' };
const finding = { schemaVersion: '2.0', accountId: '1', type: 'A:B/C', severity: 2, service: {} };

describe('the log type by content', () => {
  it('is told by the first record in any JSON form', () => {
    for (const records of [[trail], [trail, { other: 1 }]]) {
      const texts = records.map((one) => JSON.stringify(one));
      expect(kind(JSON.stringify({ Records: records }))).toBe('cloudtrail');
      expect(kind(JSON.stringify({ first: 1, Records: records }, undefined, 2))).toBe('cloudtrail');
      expect(kind(JSON.stringify(records))).toBe('cloudtrail');
      expect(kind(texts.join('\n'))).toBe('cloudtrail');
      expect(kind(texts.join(''))).toBe('cloudtrail');
      expect(kind(`\ufeff\r\n ${texts.join('')}`)).toBe('cloudtrail');
    }
    expect(kind(JSON.stringify(finding))).toBe('guardduty');
  });

  it('is told by what there is of a first record that is longer than the head', () => {
    expect(kind(JSON.stringify({ Records: [{ ...trail, requestParameters: 'x'.repeat(2 * HEAD) }] }))).toBe(
      'cloudtrail',
    );
    expect(kind(JSON.stringify({ ...finding, description: 'x'.repeat(2 * HEAD) }))).toBe('guardduty');
  });

  it('is told although the first record has invalid UTF-8 in it, or is followed by garbage', () => {
    const text = `${JSON.stringify({ ...trail, userAgent: 'BROKEN' })}\ngarbage`;
    expect(logTypeOfContent(text.replace('BROKEN', '\xff\xc3')).name).toBe('cloudtrail');
  });

  it('is generic where nothing fits: JSON by its records, anything else by its lines', () => {
    for (const json of [
      '{"a":1}',
      '{}',
      '[]',
      '[{"a":1}]',
      '[[1]]',
      '{"Records":[{"a":1}]}',
      '{"a":"x\ny"}',
      '{"Records":[]}',
    ])
      expect(kind(json), json).toBe('generic json');
    for (const text of ['', 'a', '[2026-03-04 05:06:07] x', '{a} b', "{'a': 1}", '[1,2]', '\n\nx'])
      expect(kind(text), text).toBe('generic text');
  });

  it('can be named by the admin, and then content tells only the two faces of generic apart', () => {
    expect(logTypeNamed('alb', '{"a":1}')?.name).toBe('alb');
    expect(logTypeNamed('generic', '{"a":1}')?.spec.layout.kind).toBe('json');
    expect(logTypeNamed('generic', 'a')?.spec.layout.kind).toBe('text');
    expect(logTypeNamed('none', '')).toBeUndefined();
  });
});
