import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Converter, Dress } from '../../../agent/convert.ts';
import { cloudtrail } from '../../../formats/log-types/cloudtrail.ts';
import { logTypeNamed } from '../../../formats/log-types/index.ts';
import { plainContents } from '../../../formats/reader.ts';
import { formats } from '../../../formats/wire/index.ts';
import { type Oversize, withOversize } from '../../../formats/wire/oversize.ts';
import { shortenJson } from '../../../formats/wire/shorten.ts';
import { origin } from '../convert.ts';

const TRAIL = {
  eventVersion: '1.08',
  eventTime: '2026-02-03T04:05:06Z',
  eventName: 'PutObject',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  requestParameters: { bucket: 'logs', policy: 'p'.repeat(2_000), acl: 'x'.repeat(300) },
  responseElements: { body: 'r'.repeat(1_000) },
};

function write(name: keyof typeof formats, oversize: Oversize | undefined, room: number, text: string, line = false) {
  const dress = new Dress(withOversize(formats[name], oversize), { bind: () => ({ room, frame: (one) => one }) });
  const got: { frame: string | undefined; code: string | undefined } = { frame: undefined, code: undefined };
  const sink = {
    offered: 0,
    pass: () => {},
    frame: (_: number, one: string) => {
      got.frame = one;
    },
    refuse: (_: number, __: unknown, error: { readonly code: string }) => {
      got.code = error.code;
    },
  };
  const type = line ? logTypeNamed('generic', text) : cloudtrail;
  if (type === undefined) throw new Error('there is no such log type');
  const converter = new Converter(plainContents(type, origin), [{ dress, sink }]);
  converter.push(Buffer.from(text));
  converter.end();
  return { ...got, truncated: dress.tally.truncated };
}

const whole = JSON.stringify(TRAIL);

describe('an event that is too long', () => {
  it.each(['json', 'raw', 'splunk'] as const)(
    'as %s, shortened: the longest members are left out and named',
    (name) => {
      const { requestParameters, responseElements, ...others } = TRAIL;
      const { frame = '', truncated } = write(name, 'shorten', 800, whole);
      expect(frame.length).toBeLessThanOrEqual(800);
      expect(truncated).toBe(1);
      const gone = { responseElements: { _truncated: ['body'] }, _truncated: ['requestParameters'] };
      expect(JSON.parse(frame)).toEqual({ ...others, ...gone });
      const part = JSON.parse(write(name, 'shorten', 2_500, whole).frame ?? '');
      const { bucket, acl } = requestParameters;
      const kept = { requestParameters: { bucket, acl, _truncated: ['policy'] }, responseElements };
      expect(part).toEqual({ ...others, ...kept });
    },
  );

  it.each([
    ['json', undefined],
    ['json', 'quarantine'],
    ['leef', 'quarantine'],
    ['ecs', 'quarantine'],
  ] as const)('as %s, %s: it is refused', (name, oversize) => {
    expect(write(name, oversize, 800, whole)).toMatchObject({ frame: undefined, code: 'TF-EVENT-TOO-LARGE' });
  });

  it.each(['json', 'leef', 'cef', 'ocsf', 'ecs'] as const)('as %s, sent: it is what it is without a limit', (name) => {
    const { frame, truncated } = write(name, undefined, 1e6, whole);
    expect(write(name, 'send', 800, whole)).toMatchObject({ frame, truncated });
  });

  it.each(['leef', 'cef', 'ocsf', 'ecs'] as const)('as %s, shortened: as by default', (name) => {
    const byDefault = write(name, undefined, 1_200, whole);
    expect(byDefault.frame?.length).toBeLessThanOrEqual(1_200);
    expect(write(name, 'shorten', 1_200, whole)).toEqual(byDefault);
  });

  it('a line is cut at a character, and marked', () => {
    const { frame = '', truncated } = write('raw', 'shorten', 22, 'a line with größe at the end', true);
    expect([Buffer.from(frame, 'latin1').toString(), truncated]).toEqual(['a line with größe...', 1]);
    expect(
      Buffer.from(write('raw', 'shorten', 18, 'a line with größe at the end', true).frame ?? '', 'latin1').toString(),
    ).toBe('a line with gr...');
  });

  it('one that fits is left alone', () => {
    for (const oversize of ['shorten', 'quarantine', 'send'] as const)
      expect(write('json', oversize, whole.length, whole)).toEqual({ frame: whole, code: undefined, truncated: 0 });
  });
});

describe('shortened JSON', () => {
  it('is valid, fits, and holds nothing that was not there', () => {
    const value = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 8 });
    fc.assert(
      fc.property(value, fc.integer({ min: 2, max: 300 }), (object, room) => {
        fc.pre(!JSON.stringify(object).includes('_truncated'));
        const text = JSON.stringify(object);
        const short = shortenJson(text, room);
        if (short === undefined) {
          expect(text.length).toBeGreaterThan(room);
          return;
        }
        expect(short.length).toBeLessThanOrEqual(room);
        const { _truncated: gone = [], ...kept } = JSON.parse(short) as Record<string, unknown> & {
          _truncated?: string[];
        };
        expect([...Object.keys(kept), ...gone].sort()).toEqual(Object.keys(object).sort());
      }),
    );
  });

  it('leaves numbers as they were written', () => {
    expect(shortenJson('{"a":9007199254740993,"b":1.0,"c":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}', 60)).toBe(
      '{"a":9007199254740993,"b":1.0,"_truncated":["c"]}',
    );
  });

  it.each(['[1,2,3,4,5,6,7,8,9]', '"a text"', '{"a":', 'no JSON'])('what is no object is not shortened: %s', (text) => {
    expect(shortenJson(text, 5)).toBeUndefined();
  });

  it('a deep object costs no deep call', () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    expect(shortenJson(deep, 1_000)?.length).toBeLessThanOrEqual(1_000);
  });
});
